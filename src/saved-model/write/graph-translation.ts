// Graphs of primitives as nodes of a TensorFlow function: what stands for each value, constants, sizes, inner functions.
// Owns: the walk over a graph. Leaves what each primitive becomes to the table that it is given (primitive-nodes.ts).
import { type DType, dtypes } from '../../base/dtype.ts';
import { ValueError } from '../../base/errors.ts';
import type { MessageInput } from '../../formats/protobuf/message.ts';
import type { FunctionDef } from '../../formats/tensorflow/graph-proto.ts';
import type { Graph, GraphValue, Node } from '../../graph/graph.ts';
import type { LookupMeaning } from '../../graph/host-meaning.ts';
import { type Attributes, attribute, type FunctionWriter, type Reference } from './graph-writer.ts';
import { constantPolynomial, evaluate, type Polynomial, solve, variantsOf } from './sizes.ts';
import type { GraphFamily } from './trace-sizes.ts';

/** The functions of one file. */
export class Library {
  readonly functions: MessageInput<FunctionDef>[] = [];
  #count = 0;
  newName(base: string): string {
    return `__inference_${base.replace(/[^A-Za-z0-9_]/g, '_')}_${this.#count++}`;
  }
}

export type Write = (w: GraphTranslation, node: Node) => Reference | readonly Reference[];
/** What each primitive becomes, by its name. */
export type NodeTable = Readonly<Record<string, Write>>;

/** Writes the nodes of a family of graphs into a function. */
export class GraphTranslation {
  readonly writer: FunctionWriter;
  readonly library: Library;
  readonly family: GraphFamily;
  readonly #table: NodeTable;
  readonly #capture: ((table: LookupMeaning) => Reference) | null;
  readonly #references = new Map<GraphValue, Reference>();

  constructor(
    writer: FunctionWriter,
    library: Library,
    family: GraphFamily,
    table: NodeTable,
    capture: ((table: LookupMeaning) => Reference) | null = null,
  ) {
    this.#table = table;
    this.#capture = capture;
    this.writer = writer;
    this.library = library;
    this.family = family;
  }
  /** The translation of an inner graph into a function of its own. */
  inner(writer: FunctionWriter, family: GraphFamily): GraphTranslation {
    return new GraphTranslation(writer, this.library, family, this.#table);
  }
  /** A hash table as an input of the function. */
  table(meaning: LookupMeaning): Reference {
    if (this.#capture) return this.#capture(meaning);
    throw new ValueError(
      'export: a table is looked up within a loop or a branch, which cannot be written to a SavedModel. Look up before it.',
    );
  }
  bind(value: GraphValue, reference: Reference): void {
    this.#references.set(value, reference);
  }
  of(value: GraphValue): Reference {
    return this.#references.get(value)!;
  }
  dims(value: GraphValue): Polynomial[] {
    return this.family.dims(value);
  }
  run(graph: Graph): void {
    const needed = new Set<Node>();
    const mark = (values: readonly GraphValue[]): void => {
      const stack = values.map(({ node }) => node);
      for (let node = stack.pop(); node; node = stack.pop()) {
        if (needed.has(node)) continue;
        needed.add(node);
        for (const input of node.inputs) stack.push(input.node);
      }
    };
    mark(graph.outputs);
    for (const node of graph.nodes) {
      if (node.kind === 'parameter' || !needed.has(node)) continue;
      this.writer.scope = node.scope;
      const written = node.kind === 'constant' ? this.#constant(node) : this.#apply(node);
      node.outputs.forEach((output, i) => {
        this.bind(output, (typeof written === 'string' ? [written] : written)[i]!);
      });
    }
    this.writer.scope = '';
  }
  #apply(node: Node): Reference | readonly Reference[] {
    const write = Object.hasOwn(this.#table, node.primitive!.name) ? this.#table[node.primitive!.name]! : null;
    if (write) return write(this, node);
    const where = node.scope ? `layer '${node.scope}'` : 'the function';
    const what = `uses '${node.primitive!.name}'`;
    throw new ValueError(
      `export: ${where} ${what}, which cannot be written to a SavedModel. Apply it to the data before the model.`,
    );
  }
  /** Elements; where they differ by the sizes of the inputs, how they follow from them. */
  #constant(node: Node): Reference {
    const [output] = node.outputs;
    const variants = this.family.at(node).map((other) => other.data!);
    const [data] = variants;
    const same = variants.every(
      (other) => other.length === data!.length && other.every((x, i) => Object.is(x, data![i])),
    );
    if (same) return this.writer.constant({ dtype: output!.dtype, shape: output!.dims, data: data! });
    const values = variants.map((other) => Number(other[0]));
    if (data!.length === 1) {
      const whole = solve(values, this.family.open);
      if (whole) return this.cast(this.writer.size(whole), 'int32', output!.dtype);
      const inverse = values.map((value) => Math.round(1 / value));
      const polynomial = solve(inverse, this.family.open);
      const sizes = variantsOf(this.family.open);
      if (
        polynomial &&
        inverse.every((_, i) => Math.fround(1 / evaluate(polynomial, sizes[i]!)) === Math.fround(values[i]!))
      )
        return this.writer.one('Reciprocal', [this.cast(this.writer.size(polynomial), 'int32', output!.dtype)], {
          T: attribute.type(output!.dtype),
        });
    }
    throw new ValueError(
      `export: ${node.scope ? `layer '${node.scope}'` : 'the function'} makes a table whose values depend on the sizes of the inputs. Give the input's shape in full.`,
    );
  }
  cast(x: Reference, from: DType, to: DType): Reference {
    return from === to
      ? x
      : this.writer.one('Cast', [x], {
          SrcT: attribute.type(from),
          DstT: attribute.type(to),
          Truncate: attribute.bool(false),
        });
  }
  reshape(x: Reference, dims: readonly Polynomial[], dtype: DType): Reference {
    return this.writer.one('Reshape', [x, this.writer.reshapeTarget(dims)], {
      T: attribute.type(dtype),
      Tshape: attribute.type('int32'),
    });
  }
  /** An operand of an elementwise op: TensorFlow broadcasts by itself where the other operand has the full shape. */
  operand(value: GraphValue, others: readonly GraphValue[]): Reference {
    const { node } = value;
    const isBroadcast = (other: GraphValue): boolean =>
      other.node.primitive?.name === 'broadcast' && other.node.kind === 'apply';
    if (!isBroadcast(value) || others.every(isBroadcast)) return this.of(value);
    const axes = node.params.axes as readonly number[];
    const [x] = node.inputs;
    const inner = this.dims(x!);
    const trailing = axes.every((axis, i) => axis === value.dims.length - axes.length + i);
    if (trailing) return this.of(x!);
    const full = value.dims.map((_, axis) =>
      axes.includes(axis) ? inner[axes.indexOf(axis)]! : constantPolynomial(1),
    );
    return this.reshape(this.of(x!), full, value.dtype);
  }
}

/** The attribute of the operands' type. */
export const T = (dtype: DType): Attributes => ({ T: attribute.type(dtype) });
export const isFloat = (dtype: DType): boolean => dtypes[dtype].kind === 'float';
