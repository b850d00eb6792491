// Runs the functions of a TensorFlow graph with the ops of this library: called on values they compute, called while a
// function is traced they become part of its program.
// Owns: the order of nodes, names of outputs, what is computed once because it is known. Leaves each op to the tables.
import { FormatError } from '../../formats/file-error.ts';
import type { ArgDef, FunctionDef, GraphDef, NodeDef, OpDef } from '../../formats/tensorflow/graph-proto.ts';
import { currentTrace, withTrace } from '../../runtime/execute.ts';
import { arithmetic } from './arithmetic.ts';
import { arrays } from './arrays.ts';
import { control } from './control.ts';
import { neural } from './neural.ts';
import { type Implementations, NodeView, type Runner } from './node.ts';
import { isKnown, type Operand, unsupported } from './operands.ts';
import { state } from './state.ts';
import { text } from './text.ts';

const implementations: Implementations = { ...arithmetic, ...arrays, ...neural, ...state, ...control, ...text };

/** Ops whose results are not a function of their inputs alone, or that call others: never computed ahead. */
const hasState = (op: string): boolean =>
  Object.hasOwn(state, op) || /PartitionedCall|^(Stateless)?(If|While|Case)$|^Assert$/.test(op);
/** Ops that run for what they do, also where nobody takes their results. */
const ACTS = /^(Assign|ResourceScatter|LookupTable(Import|Insert)|InitializeTable|StatefulPartitionedCall$|Assert$)/;

/** Several named outputs, for ops that a graph's own list of ops does not describe. */
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  FusedBatchNormV3: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
  TensorListPopBack: ['output_handle', 'tensor'],
  TopKV2: ['values', 'indices'],
  Unique: ['y', 'idx'],
  UniqueWithCounts: ['y', 'idx', 'count'],
  StringSplitV2: ['indices', 'values', 'shape'],
  StringSplit: ['indices', 'values', 'shape'],
  RaggedRange: ['rt_nested_splits', 'rt_dense_values'],
  SoftmaxCrossEntropyWithLogits: ['loss', 'backprop'],
  SparseSoftmaxCrossEntropyWithLogits: ['loss', 'backprop'],
  LookupTableExportV2: ['keys', 'values'],
  StatelessRandomGetKeyCounter: ['key', 'counter'],
};

interface Link {
  readonly node: number;
  readonly output: number;
  /** The named group of outputs that `output` counts in; null: all. */
  readonly group: string | null;
}
interface Prepared {
  readonly arguments: readonly string[];
  readonly nodes: readonly NodeDef[];
  /** For each node its inputs: an argument's number as ~n, or a link. */
  readonly links: readonly (readonly (Link | number)[])[];
  readonly after: readonly (readonly number[])[];
  readonly results: readonly (Link | number)[];
  /** Nodes in the order in which they run. */
  readonly order: readonly number[];
}

export class FunctionRunner implements Runner {
  readonly file: string;
  readonly resources = new Map<string, Operand>();
  readonly #functions: ReadonlyMap<string, FunctionDef>;
  readonly #ops: ReadonlyMap<string, OpDef>;
  readonly #prepared = new Map<string, Prepared>();
  /** Functions being run, to stop those that call themselves without end. */
  #depth = 0;

  constructor(graph: GraphDef, ops: readonly OpDef[], file: string) {
    this.file = file;
    this.#functions = new Map((graph.library?.function ?? []).map((f) => [f.signature?.name ?? '', f]));
    this.#ops = new Map(ops.map((op) => [op.name, op]));
  }
  get compiling(): boolean {
    return currentTrace() !== null;
  }
  has(name: string): boolean {
    return this.#functions.has(name);
  }
  definition(name: string): FunctionDef {
    const f = this.#functions.get(name);
    if (f) return f;
    throw new FormatError('bad_protobuf', this.file, `the graph has no function '${name}'.`);
  }

  /** Names of the ops that a function needs and that are not known here; none when it can run. */
  missingOps(name: string, seen: Set<string> = new Set()): Set<string> {
    const missing = new Set<string>();
    if (seen.has(name)) return missing;
    seen.add(name);
    const { nodes, order } = this.#prepare(name);
    for (const at of order) {
      const node = nodes[at]!;
      if (!Object.hasOwn(implementations, node.op)) missing.add(node.op);
      for (const { func, list } of node.attr.values())
        for (const callee of [...(func ? [func] : []), ...(list?.func ?? [])])
          for (const op of this.#functions.has(callee.name) ? this.missingOps(callee.name, seen) : []) missing.add(op);
    }
    return missing;
  }

  call(name: string, args: readonly Operand[]): Operand[] {
    const prepared = this.#prepare(name);
    if (args.length !== prepared.arguments.length)
      throw new FormatError(
        'bad_protobuf',
        this.file,
        `function '${name}' takes ${prepared.arguments.length} arguments, found ${args.length}.`,
      );
    if (this.#depth > 100)
      throw new FormatError('bad_protobuf', this.file, `function '${name}' is called by itself without end.`);
    this.#depth++;
    try {
      return this.#run(prepared, args);
    } finally {
      this.#depth--;
    }
  }

  /** Nodes of a plain graph, by feeding some of them: for models of TensorFlow 1 and constants. */
  evaluate(graph: GraphDef, feeds: ReadonlyMap<string, Operand>, fetches: readonly string[]): Operand[] {
    const names = [...feeds.keys()];
    const prepared = this.#prepareNodes(
      names,
      graph.node.filter((node) => !feeds.has(node.name)),
      fetches,
      [],
      'the graph',
      false,
    );
    return this.#run(prepared, [...feeds.values()]);
  }

  #run(prepared: Prepared, args: readonly Operand[]): Operand[] {
    const values: (readonly Operand[] | undefined)[] = new Array(prepared.nodes.length);
    const valueOf = (link: Link | number): Operand => {
      if (typeof link === 'number') return args[link]!;
      const found = values[link.node]?.[this.#position(prepared.nodes[link.node]!, link)];
      if (found !== undefined) return found;
      const { name, op } = prepared.nodes[link.node]!;
      throw new FormatError('bad_protobuf', this.file, `node '${name}' (${op}) has no output ${link.output}.`);
    };
    for (const at of prepared.order) values[at] = this.#apply(prepared.nodes[at]!, prepared.links[at]!.map(valueOf));
    return prepared.results.map(valueOf);
  }

  #apply(def: NodeDef, inputs: readonly Operand[]): readonly Operand[] {
    const implementation = Object.hasOwn(implementations, def.op) ? implementations[def.op]! : null;
    const place = { file: this.file, node: def.name, op: def.op };
    if (!implementation) return unsupported(place, 'cornu does not have this op');
    const view = new NodeView(def, inputs, this);
    try {
      // What depends on constants alone (shapes, axes) is computed at once, also while the rest is compiled.
      const known = this.compiling && !hasState(def.op) && inputs.every(isKnown);
      const result = known ? withTrace(null, () => implementation(view)) : implementation(view);
      return Array.isArray(result) ? (result as readonly Operand[]) : [result as Operand];
    } catch (error) {
      if (error instanceof Error && error.constructor === RangeError)
        throw new FormatError('bad_protobuf', this.file, `node '${def.name}' (${def.op}): ${error.message}.`, {
          cause: error,
        });
      throw error;
    }
  }

  /** Where an output stands among all of its node. */
  #position(def: NodeDef, { output, group }: Link): number {
    if (group === null) return output;
    const outputs: readonly Pick<ArgDef, 'name' | 'numberAttr' | 'typeListAttr'>[] =
      this.#ops.get(def.op)?.outputArg ??
      (OUTPUTS[def.op] ?? []).map((name) => ({ name, numberAttr: '', typeListAttr: '' }));
    let position = 0;
    for (const { name, numberAttr, typeListAttr } of outputs) {
      if (name === group) return position + output;
      if (numberAttr) position += Number(def.attr.get(numberAttr)?.i ?? 1);
      else if (typeListAttr) position += def.attr.get(typeListAttr)?.list?.type.length ?? 1;
      else position++;
    }
    return output;
  }

  #prepare(name: string): Prepared {
    const found = this.#prepared.get(name);
    if (found) return found;
    const definition = this.definition(name);
    const outputs = (definition.signature?.outputArg ?? []).map(({ name: output }) => definition.ret.get(output) ?? '');
    const prepared = this.#prepareNodes(
      (definition.signature?.inputArg ?? []).map((argument) => argument.name),
      definition.nodeDef,
      outputs,
      [...definition.controlRet.values()],
      `function '${name}'`,
    );
    this.#prepared.set(name, prepared);
    return prepared;
  }

  #prepareNodes(
    args: readonly string[],
    nodes: readonly NodeDef[],
    outputs: readonly string[],
    controls: readonly string[],
    where: string,
    acts = true,
  ): Prepared {
    const argumentAt = new Map(args.map((name, i) => [name, i]));
    const nodeAt = new Map(nodes.map((node, i) => [node.name, i]));
    const link = (reference: string): Link | number => {
      const [name = '', second, third] = reference.split(':');
      const argument = argumentAt.get(name);
      if (argument !== undefined) return argument;
      const node = nodeAt.get(name);
      if (node === undefined)
        throw new FormatError('bad_protobuf', this.file, `${where} takes '${reference}', which nothing gives.`);
      if (third !== undefined) return { node, output: Number(third), group: second! };
      return { node, output: second === undefined ? 0 : Number(second), group: null };
    };
    const links: (readonly (Link | number)[])[] = [];
    const after: (readonly number[])[] = [];
    for (const node of nodes) {
      links.push(node.input.filter((input) => !input.startsWith('^')).map(link));
      after.push(
        node.input.filter((input) => input.startsWith('^')).flatMap((input) => nodeAt.get(input.slice(1)) ?? []),
      );
    }
    const results = outputs.map(link);
    const roots = [
      ...results.flatMap((result) => (typeof result === 'number' ? [] : [result.node])),
      ...controls.flatMap((name) => nodeAt.get(name) ?? []),
      ...(acts ? nodes.flatMap(({ op }, i) => (ACTS.test(op) ? [i] : [])) : []),
    ];
    return { arguments: args, nodes, links, after, results, order: this.#sorted(roots, nodes, links, after, where) };
  }

  /** Nodes that the roots need, each after what it takes. */
  #sorted(
    roots: readonly number[],
    nodes: readonly NodeDef[],
    links: readonly (readonly (Link | number)[])[],
    after: readonly (readonly number[])[],
    where: string,
  ): number[] {
    const order: number[] = [];
    const state = new Uint8Array(nodes.length); // 1: begun, 2: done
    const stack: number[] = [];
    for (const root of roots) {
      stack.push(root);
      while (stack.length > 0) {
        const at = stack.at(-1)!;
        if (state[at] === 2) {
          stack.pop();
          continue;
        }
        const needed = [...links[at]!.flatMap((l) => (typeof l === 'number' ? [] : [l.node])), ...after[at]!];
        const open = needed.filter((other) => state[other] !== 2);
        if (open.length === 0) {
          state[at] = 2;
          order.push(at);
          stack.pop();
          continue;
        }
        if (state[at] === 1 && open.some((other) => state[other] === 1))
          throw new FormatError(
            'bad_protobuf',
            this.file,
            `${where}: node '${nodes[at]!.name}' takes its own result, in a cycle.`,
          );
        state[at] = 1;
        stack.push(...open);
      }
    }
    return order;
  }
}
