// Rewrites a graph into an equal, smaller one: common parts once, nothing for nothing, transposes into contractions.
// Owns: the algebraic rules. They look at primitives by name, for they are statements about them; correctness is tested by
// the fuzzer against the unsimplified graph.
import { allocate, type Data, isComplex } from '../base/dtype.ts';
import { type Dims, sameShape, sizeOf } from '../base/shape.ts';
import { Graph, type GraphValue, type Node } from '../graph/graph.ts';
import type { ArrayValue, Params } from '../graph/primitive.ts';
import { printParams } from '../graph/print-graph.ts';
import type { DotDimensions } from '../primitives/functions.ts';
import { primitive as primitiveNamed } from '../primitives/registry.ts';
import { softmaxGradient } from './simplify-softmax.ts';
import { maskedWindows, type Rewriting, summedWindows } from './simplify-windows.ts';

/** Results up to so many elements are computed at compile time when all operands are constants. */
const FOLD_LIMIT = 64;

/** The number that a value holds everywhere, if it is known to. */
function uniform(value: GraphValue): number | bigint | null {
  const { node } = value;
  if (node.kind === 'constant')
    return node.data!.length === 1 && typeof node.data![0] !== 'string' ? (node.data![0] as number | bigint) : null;
  if (node.primitive?.name === 'broadcast' || node.primitive?.name === 'reshape') return uniform(node.inputs[0]!);
  return null;
}

export class Simplifier {
  readonly #out = new Graph();
  readonly #values = new Map<GraphValue, GraphValue>();
  readonly #known = new Map<string, readonly GraphValue[]>();
  readonly #ids = new Map<GraphValue, number>();

  run(graph: Graph): Graph {
    for (const parameter of graph.parameters)
      this.#values.set(parameter, this.#numbered(this.#out.addParameter(parameter)));
    for (const node of graph.liveNodes()) {
      if (node.kind === 'parameter') continue;
      const outputs = node.kind === 'constant' ? [this.#constant(node.data!, node.outputs[0]!)] : this.#apply(node);
      node.outputs.forEach((value, i) => this.#values.set(value, outputs[i]!));
    }
    this.#out.outputs = graph.outputs.map((value) => this.#values.get(value)!);
    return this.#out;
  }

  #numbered(value: GraphValue): GraphValue {
    this.#ids.set(value, this.#ids.size);
    return value;
  }

  #constant(data: Data, spec: { dims: Dims; dtype: GraphValue['dtype'] }): GraphValue {
    if (data.length > FOLD_LIMIT || spec.dtype === 'string') return this.#numbered(this.#out.addConstant(data, spec));
    const elements = Array.from(data as ArrayLike<number | bigint>, (element) =>
      Object.is(element, -0) ? '-0' : String(element),
    );
    const key = `constant ${spec.dtype} ${spec.dims.join()} ${elements.join()}`;
    let found = this.#known.get(key)?.[0];
    if (!found) {
      found = this.#numbered(this.#out.addConstant(data, spec));
      this.#known.set(key, [found]);
    }
    return found;
  }

  #apply(node: Node): readonly GraphValue[] {
    const inputs = node.inputs.map((input) => this.#values.get(input)!);
    return this.#make(node.primitive!, inputs, node.params, node.scope);
  }

  #make(
    primitive: NonNullable<Node['primitive']>,
    inputs: readonly GraphValue[],
    params: Params,
    scope: string,
  ): readonly GraphValue[] {
    const shortcut = this.#shortcut(primitive.name, inputs, params);
    if (shortcut) return [shortcut];
    const folded = this.#fold(primitive, inputs, params);
    if (folded) return folded;
    const rewritten = this.#rewrite(primitive, inputs, params, scope);
    if (rewritten) return rewritten;
    const key = `${primitive.name} ${inputs.map((input) => this.#ids.get(input)).join()}${printParams(params)}`;
    let found = this.#known.get(key);
    if (!found) {
      found = this.#out.apply(primitive, inputs, params, scope).map((value) => this.#numbered(value));
      this.#known.set(key, found);
    }
    return found;
  }

  /** Applications that are one of their operands. */
  #shortcut(name: string, inputs: readonly GraphValue[], params: Params): GraphValue | null {
    const [a, b, c] = inputs;
    switch (name) {
      case 'stopGradient':
      case 'withGradient':
        return a!;
      case 'add':
        if (isNumber(uniform(b!), 0)) return a!;
        return isNumber(uniform(a!), 0) ? b! : null;
      case 'sub':
        return isNumber(uniform(b!), 0) ? a! : null;
      case 'mul':
        if (isNumber(uniform(b!), 1)) return a!;
        return isNumber(uniform(a!), 1) ? b! : null;
      case 'div':
        return isNumber(uniform(b!), 1) ? a! : null;
      case 'neg':
        return a!.node.primitive?.name === 'neg' ? a!.node.inputs[0]! : null;
      case 'convert':
        return a!.dtype === params.dtype ? a! : null;
      // Parts that were put together, and what is put together of its own parts.
      case 'real':
      case 'imag': {
        const { node } = a!;
        if (node.primitive?.name === 'complex') return node.inputs[name === 'real' ? 0 : 1]!;
        const made = name === 'real' && node.primitive?.name === 'convert' ? node.inputs[0]! : null;
        return made?.dtype === 'float32' ? made : null;
      }
      case 'complex': {
        const [re, im] = [a!.node, b!.node];
        const whole = re.primitive?.name === 'real' && im.primitive?.name === 'imag' ? re.inputs[0]! : null;
        return whole !== null && whole === im.inputs[0] ? whole : null;
      }
      case 'select': {
        const known = uniform(a!);
        if (known !== null) return Number(known) !== 0 ? b! : c!;
        return b === c ? b! : null;
      }
      case 'reshape':
      case 'broadcast':
        return sameShape(a!.dims, params.dims as Dims) ? a! : null;
      case 'transpose':
        return (params.permutation as Dims).every((axis, i) => axis === i) ? a! : null;
      default:
        return null;
    }
  }

  /** Small results of constants alone. */
  #fold(primitive: NonNullable<Node['primitive']>, inputs: readonly GraphValue[], params: Params): GraphValue[] | null {
    if (
      primitive.kind !== 'map' ||
      inputs.length === 0 ||
      inputs.some((input) => input.node.kind !== 'constant' || input.dtype === 'string')
    )
      return null;
    const specs = primitive.infer(inputs, params);
    if (
      specs.some((spec) => sizeOf(spec.dims) > FOLD_LIMIT) ||
      (primitive.name === 'broadcast' && inputs[0]!.node.data!.length === 1)
    )
      return null;
    const outputs = specs.map(
      (spec): ArrayValue => ({ dims: spec.dims, dtype: spec.dtype, data: allocate(spec.dtype, sizeOf(spec.dims)) }),
    );
    primitive.evaluate(
      inputs.map((input) => ({ dims: input.dims, dtype: input.dtype, data: input.node.data! })),
      params,
      outputs,
    );
    return outputs.map((output) => this.#constant(output.data, output));
  }

  /** Applications that become other applications. */
  #rewrite(
    primitive: NonNullable<Node['primitive']>,
    inputs: readonly GraphValue[],
    params: Params,
    scope: string,
  ): readonly GraphValue[] | null {
    const [a] = inputs;
    const source = a?.node.primitive?.name;
    const of = a?.node.inputs[0];
    switch (primitive.name) {
      case 'reshape':
        if (source === 'reshape') return this.#make(primitive, [of!], params, scope);
        return null;
      case 'transpose': {
        if (source !== 'transpose') return null;
        const [first, second] = [a!.node.params.permutation as Dims, params.permutation as Dims];
        return this.#make(primitive, [of!], { permutation: second.map((axis) => first[axis]!) }, scope);
      }
      case 'broadcast': {
        if (source !== 'broadcast') return null;
        const [first, second] = [a!.node.params.axes as Dims, params.axes as Dims];
        // An axis that the first already stretched cannot be of length 1 in its operand and stay unnamed.
        return this.#make(primitive, [of!], { dims: params.dims!, axes: first.map((axis) => second[axis]!) }, scope);
      }
      case 'imag':
        if (source !== 'convert' || isComplex(of!.dtype)) return null;
        return this.#make(
          primitiveNamed('broadcast'),
          [this.#constant(new Float32Array(1), { dims: [], dtype: 'float32' })],
          { dims: a!.dims, axes: [] },
          scope,
        );
      case 'dotGeneral':
        return this.#foldTransposes(primitive, inputs, params, scope);
      case 'add':
        return this.#joinPads(inputs, scope);
      case 'mul': {
        const rewriting = this.#rewriting(scope);
        const made = maskedWindows(a!, inputs[1]!, rewriting) ?? softmaxGradient(a!, inputs[1]!, rewriting);
        return made && [made];
      }
      case 'reduceSum': {
        const instead = summedWindows(a!, params.axes as Dims, this.#rewriting(scope));
        return instead && this.#make(primitive, [instead], params, scope);
      }
      default:
        return null;
    }
  }

  #rewriting(scope: string): Rewriting {
    return {
      apply: (name, operands, own) => this.#make(primitiveNamed(name), operands, own, scope)[0]!,
      constant: (data, spec) => this.#constant(data, spec),
      uniform,
    };
  }

  /** Pieces padded with zeros so that they lie side by side, and added, are the pieces put together: gradients of split. */
  #joinPads(inputs: readonly GraphValue[], scope: string): readonly GraphValue[] | null {
    const pads: { readonly piece: GraphValue; readonly axis: number; readonly low: number; readonly high: number }[] =
      [];
    const collect = (value: GraphValue): boolean => {
      const { node } = value;
      if (node.primitive?.name === 'add') return node.inputs.every(collect);
      if (node.primitive?.name !== 'pad' || uniform(node.inputs[1]!) !== 0) return false;
      const { low, high, interior } = node.params as { low: Dims; high: Dims; interior: Dims };
      const padded = low.flatMap((n, axis) => (n !== 0 || high[axis] !== 0 ? [axis] : []));
      const axis = padded[0]!;
      if (padded.length !== 1 || low[axis]! < 0 || high[axis]! < 0 || interior.some((n) => n !== 0)) return false;
      pads.push({ piece: node.inputs[0]!, axis, low: low[axis]!, high: high[axis]! });
      return true;
    };
    if (!inputs.every(collect)) return null;
    const { axis } = pads[0]!;
    pads.sort((a, b) => a.low - b.low);
    let end = 0;
    for (const pad of pads) {
      if (pad.axis !== axis || pad.low !== end) return null;
      end += pad.piece.dims[axis]!;
    }
    if (pads.at(-1)!.high !== 0) return null;
    const pieces = pads.map(({ piece }) => piece);
    return this.#make(primitiveNamed('concatenate'), pieces, { axis }, scope);
  }

  /** A transposed operand of a contraction is the operand with other axis numbers, if its free axes keep their order. */
  #foldTransposes(
    primitive: NonNullable<Node['primitive']>,
    inputs: readonly GraphValue[],
    params: Params,
    scope: string,
  ): readonly GraphValue[] | null {
    const p = params as Params & DotDimensions;
    const fold = (operand: GraphValue, batch: readonly number[], contract: readonly number[]) => {
      if (operand.node.primitive?.name !== 'transpose') return null;
      const permutation = operand.node.params.permutation as Dims;
      const free = operand.dims
        .map((_, axis) => axis)
        .filter((axis) => !batch.includes(axis) && !contract.includes(axis))
        .map((axis) => permutation[axis]!);
      if (free.some((axis, i) => i > 0 && axis < free[i - 1]!)) return null;
      return {
        operand: operand.node.inputs[0]!,
        batch: batch.map((axis) => permutation[axis]!),
        contract: contract.map((axis) => permutation[axis]!),
      };
    };
    const left = fold(inputs[0]!, p.lhsBatch, p.lhsContract);
    const right = fold(inputs[1]!, p.rhsBatch, p.rhsContract);
    if (!left && !right) return null;
    return this.#make(
      primitive,
      [left?.operand ?? inputs[0]!, right?.operand ?? inputs[1]!],
      {
        lhsBatch: left?.batch ?? p.lhsBatch,
        rhsBatch: right?.batch ?? p.rhsBatch,
        lhsContract: left?.contract ?? p.lhsContract,
        rhsContract: right?.contract ?? p.rhsContract,
      },
      scope,
    );
  }
}

const isNumber = (value: number | bigint | null, wanted: number): boolean =>
  value !== null && Number(value) === wanted && !Object.is(value, -0);

/** An equal graph, simpler. */
export const simplify = (graph: Graph): Graph => new Simplifier().run(graph);
