// A graph that grows at random, with the elements of every value known while it grows.
// Owns: the pool of values, fresh parameters and constants, and finding operands of a wanted shape. What is done with
// them stands in graph-operations.ts.
import { type Generator, generator } from '../../src/backends/wasm/testing.ts';
import { allocate, type Data, type DType, dtypes, isBig } from '../../src/base/dtype.ts';
import { type Dims, sameShape, sizeOf } from '../../src/base/shape.ts';
import { Graph, type GraphValue } from '../../src/graph/graph.ts';
import type { ArrayValue, Params, Primitive } from '../../src/graph/primitive.ts';
import type { Spec } from '../../src/graph/value.ts';
import { type PrimitiveName, primitive } from '../../src/primitives/registry.ts';

/** A value of the graph and its elements. */
export interface Known {
  readonly value: GraphValue;
  readonly data: Data;
}

/** Values with more elements are not made. */
const LARGEST = 6000;
/** Floats beyond this are thrown away, lest everything after them be noise. */
const WILDEST = 1e4;

const COMMON: readonly DType[] = ['float32', 'float32', 'float32', 'float32', 'float32', 'float32', 'int32', 'bool'];
const RARE: readonly DType[] = [
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'uint8',
  'int8',
  'int16',
  'uint16',
  'uint32',
  'uint64',
  'complex64',
];

export class GraphBuilder {
  readonly random: Generator;
  readonly graph = new Graph();
  readonly pool: Known[] = [];
  /** Elements of the parameters, in order. */
  readonly parameterData: Data[] = [];
  /** Parameters that shall be variables. */
  readonly variables = new Set<number>();
  /** Whether NaN and infinities may arise. */
  readonly wild: boolean;
  readonly #known = new Map<GraphValue, Known>();

  /** Whether new values must be constants: the body of control flow has its parameters given. */
  readonly closed: boolean;
  /** The dtype of floats where only one is wanted. */
  readonly float: DType | null;

  constructor(
    seed: number,
    options: { readonly float?: DType; readonly wild?: boolean; readonly closed?: boolean } = {},
  ) {
    this.random = generator(seed);
    this.float = options.float ?? null;
    this.closed = options.closed ?? false;
    this.wild = options.wild ?? this.random.below(10) === 0;
  }

  chance(oneIn: number): boolean {
    return this.random.below(oneIn) === 0;
  }

  /** From low to high, both included. */
  between(low: number, high: number): number {
    return low + this.random.below(high - low + 1);
  }

  dtype(): DType {
    return this.random.pick(this.chance(5) ? RARE : COMMON);
  }

  dims(): Dims {
    const rank = this.random.pick([0, 1, 1, 1, 2, 2, 2, 3, 3, 4]);
    const dims: number[] = [];
    for (let i = 0; i < rank; i++) {
      const n = this.chance(60) ? 0 : this.chance(6) ? 1 : this.chance(12) ? this.between(10, 70) : this.between(2, 9);
      dims.push(sizeOf(dims) * n > LARGEST / 4 ? this.between(1, 2) : n);
    }
    return dims;
  }

  data({ dtype, dims }: Spec, low = -4, high = 4): Data {
    const data = allocate(dtype, sizeOf(dims)) as Float64Array;
    const { kind } = dtypes[dtype];
    // Half of all floats are small multiples of 1/8: sums and products of them are exact in any order.
    const exact = this.chance(2) || dtype === 'float16' || dtype === 'bfloat16';
    for (let i = 0; i < data.length; i++) {
      const x = low + this.random.uniform() * (high - low);
      const whole = Math.round(x);
      if (isBig(dtype)) (data as unknown as BigInt64Array)[i] = BigInt(kind === 'uint' ? Math.abs(whole) : whole);
      else if (dtype === 'bool') data[i] = this.random.below(2);
      else if (kind === 'uint') data[i] = Math.abs(whole);
      else if (kind === 'int') data[i] = this.chance(12) ? whole * 40_000 : whole;
      else data[i] = exact ? Math.round(x * 8) / 8 : x;
    }
    if (this.wild && kind === 'float' && this.chance(3)) {
      const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e-30, 1e15];
      for (let i = 0; i < Math.min(data.length, 3); i++)
        data[this.random.below(data.length)] = this.random.pick(special);
    }
    return data;
  }

  #enter(value: GraphValue, data: Data): Known {
    const known = { value, data };
    this.pool.push(known);
    this.#known.set(value, known);
    return known;
  }

  parameter(spec: Spec, data = this.data(spec)): Known {
    this.parameterData.push(data);
    return this.#enter(this.graph.addParameter(spec), data);
  }

  variable(spec: Spec): Known {
    this.variables.add(this.parameterData.length);
    return this.parameter(spec);
  }

  /** A value from outside, or a constant where there is no outside. */
  argument(spec: Spec, data = this.data(spec)): Known {
    return this.closed ? this.constant(spec, data) : this.parameter(spec, data);
  }

  constant(spec: Spec, data = this.data(spec)): Known {
    return this.#enter(this.graph.addConstant(data, spec), data);
  }

  /** Something new of that kind: an argument, a constant, a scalar spread out, positions. */
  fresh(spec: Spec, low = -4, high = 4): Known {
    const choice = this.random.below(6);
    if (choice === 0) return this.constant(spec, this.data(spec, low, high));
    if (choice === 1 && spec.dims.length > 0) {
      const scalar = this.constant(
        { dims: [], dtype: spec.dtype },
        this.data({ dims: [], dtype: spec.dtype }, low, high),
      );
      return this.apply('broadcast', [scalar], { dims: spec.dims, axes: [] }) ?? this.argument(spec);
    }
    if (choice === 2 && spec.dims.length > 1) {
      const axis = this.random.below(spec.dims.length);
      const row = { dims: [spec.dims[axis]!], dtype: spec.dtype };
      const given = this.argument(row, this.data(row, low, high));
      return this.apply('broadcast', [given], { dims: spec.dims, axes: [axis] }) ?? this.argument(spec);
    }
    return this.argument(spec, this.data(spec, low, high));
  }

  /** A value for which `wanted` holds; late ones are preferred. */
  find(wanted: (spec: Spec) => boolean): Known | null {
    const start = this.random.below(3) === 0 ? 0 : Math.max(0, this.pool.length - 12);
    for (let attempt = 0; attempt < 12; attempt++) {
      const known = this.pool[start + this.random.below(this.pool.length - start)]!;
      if (wanted(known.value)) return known;
    }
    return this.pool.find((known) => wanted(known.value)) ?? null;
  }

  /** A value of just that shape and dtype: one of the pool, mostly, perhaps the same again. */
  like(spec: Spec): Known {
    const same = (other: Spec): boolean => other.dtype === spec.dtype && sameShape(other.dims, spec.dims);
    if (!this.chance(4)) {
      const found = this.find(same);
      if (found) return found;
    }
    const size = sizeOf(spec.dims);
    const reshaped = this.find((other) => other.dtype === spec.dtype && sizeOf(other.dims) === size);
    if (reshaped && this.chance(2)) {
      const made = sameShape(reshaped.value.dims, spec.dims)
        ? reshaped
        : this.apply('reshape', [reshaped], { dims: spec.dims });
      if (made) return made;
    }
    const { dims } = spec;
    const spread = this.find(
      (other) =>
        other.dtype === spec.dtype &&
        other.dims.length > 0 &&
        other.dims.length < dims.length &&
        other.dims.every((n, i) => n === dims[dims.length - other.dims.length + i]),
    );
    if (spread && this.chance(2)) {
      const axes = spread.value.dims.map((_, i) => dims.length - spread.value.dims.length + i);
      return this.apply('broadcast', [spread], { dims, axes }) ?? this.fresh(spec);
    }
    const other = this.find(({ dims: d, dtype }) => dtype !== 'complex64' && sameShape(d, dims));
    if (other && spec.dtype !== 'complex64' && this.chance(3)) {
      const made = this.apply('convert', [other], { dtype: spec.dtype });
      if (made) return made;
    }
    return this.fresh(spec);
  }

  /** Applies a primitive; null (and nothing new in the pool) where the result is too large or too wild. */
  apply(name: PrimitiveName, inputs: readonly Known[], params: Params = {}): Known | null {
    return this.applyAll(name, inputs, params)?.[0] ?? null;
  }

  applyAll(name: PrimitiveName, inputs: readonly Known[], params: Params = {}): Known[] | null {
    const definition = primitive(name) as Primitive;
    const specs = definition.infer(
      inputs.map((input) => input.value),
      params as never,
    );
    if (specs.some((spec) => sizeOf(spec.dims) > LARGEST)) return null;
    const outputs = specs.map(({ dims, dtype }): ArrayValue => ({ dims, dtype, data: allocate(dtype, sizeOf(dims)) }));
    const operands = inputs.map(({ value, data }): ArrayValue => ({ dims: value.dims, dtype: value.dtype, data }));
    definition.evaluate(operands, params as never, outputs);
    if (!outputs.every((output) => this.#tame(output))) return null;
    const values = this.graph.apply(
      definition,
      inputs.map((input) => input.value),
      params,
    );
    return values.map((value, i) => this.#enter(value, outputs[i]!.data));
  }

  #tame({ dtype, data }: ArrayValue): boolean {
    const { kind } = dtypes[dtype];
    if (kind !== 'float' && kind !== 'complex') return true;
    const limit = dtype === 'float16' || dtype === 'bfloat16' ? 500 : WILDEST;
    return (data as Float64Array).every((x) => Math.abs(x) <= limit || (this.wild && !(Math.abs(x) < 1e30)));
  }
}
