// Writes an ONNX graph node by node.
// Owns: names, constants, shapes that depend on the batch, and broadcasts that need not be written out because ONNX's
// elementwise operators broadcast themselves. Leaves what each primitive becomes to emit.ts.
import type { Data, DType } from '../../base/dtype.ts';
import { allocate, dtypes, isBig } from '../../base/dtype.ts';
import { assert } from '../../base/errors.ts';
import type { Dims } from '../../base/shape.ts';
import type { ArrayData } from '../../formats/array-data.ts';
import { encodeText } from '../../formats/array-data.ts';
import {
  ATTRIBUTE,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxValueInfo,
} from '../../formats/onnx/onnx-proto.ts';
import { arrayToOnnx, ONNX_TYPES, type OnnxTensor } from '../../formats/onnx/onnx-tensor.ts';
import type { MessageInput } from '../../formats/protobuf/message.ts';
import type { Graph, GraphValue } from '../../graph/graph.ts';
import { type Extent, type Extents, isOpen } from './open-graph.ts';

type NodeInput = MessageInput<OnnxNode>;
export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly graph: MessageInput<OnnxGraph> };

/** A name in ONNX, and whether its axes are those of the value or only numbers that broadcast to them. */
interface Known {
  readonly name: string;
  /** Broadcasting to these dims gives the value; undefined where it is the value already. */
  readonly thin: boolean;
}

/** The whole model's constants and names. */
export class OnnxFile {
  readonly initializers: MessageInput<OnnxTensor>[] = [];
  readonly #names = new Set<string>();
  readonly #integers = new Map<string, string>();
  readonly extents: Extents;
  /** The name of the batch size, an int64 vector of one element; null where it is fixed. */
  batch: string | null = null;

  /** Adds the nodes of a graph to a block: bodies of control flow hold graphs again. */
  readonly emit: (block: OnnxBlock, graph: Graph) => void;

  constructor(extents: Extents, emit: (block: OnnxBlock, graph: Graph) => void) {
    this.extents = extents;
    this.emit = emit;
  }

  /** A name of its own. */
  unique(wanted: string): string {
    const base = wanted.replaceAll(/[^\w./:-]/g, '_') || 'value';
    let name = base;
    for (let i = 1; this.#names.has(name); i++) name = `${base}_${i}`;
    this.#names.add(name);
    return name;
  }
  constant(array: ArrayData, wanted = 'constant'): string {
    const name = this.unique(wanted);
    this.initializers.push(arrayToOnnx(array, name));
    return name;
  }
  /** A vector of int64, or a scalar; equal ones are one. */
  integers(values: readonly number[], scalar = false): string {
    const key = `${scalar}:${values.join()}`;
    let name = this.#integers.get(key);
    if (!name) {
      const data = BigInt64Array.from(values, BigInt);
      name = this.constant({ dtype: 'int64', shape: scalar ? [] : [values.length], data }, 'integers');
      this.#integers.set(key, name);
    }
    return name;
  }
}

/** Nodes of one graph: the model's, or a body's. */
export class OnnxBlock {
  readonly file: OnnxFile;
  readonly nodes: NodeInput[] = [];
  readonly #known: Map<GraphValue, Known>;
  scope = '';

  constructor(file: OnnxFile, outer?: OnnxBlock) {
    this.file = file;
    this.#known = new Map(outer?.known);
    this.scope = outer?.scope ?? '';
  }
  get known(): ReadonlyMap<GraphValue, Known> {
    return this.#known;
  }

  /** Adds a node with one output; gives its name. */
  node(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.nodeOf(opType, inputs, 1, attributes)[0]!;
  }
  nodeOf(
    opType: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const label = this.scope ? `${this.scope}/${opType}` : opType;
    const output = Array.from({ length: outputs }, () => this.file.unique(label));
    this.nodes.push({
      input: [...inputs],
      output,
      name: this.file.unique(`${label}/node`),
      opType,
      attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
    });
    return output;
  }

  /** Adds the nodes of a graph whose parameters are known. */
  emit(graph: Graph): void {
    this.file.emit(this, graph);
  }
  set(value: GraphValue, name: string, thin = false): void {
    this.#known.set(value, { name, thin });
  }
  /** The name of a value with all its elements. */
  full(value: GraphValue): string {
    const known = this.#known.get(value);
    assert(known, 'a value that was not emitted');
    if (!known.thin) return known.name;
    const name = this.node('Expand', [known.name, this.shape(this.file.extents.dims(value))]);
    this.set(value, name);
    return name;
  }
  /** The names of elementwise operands: of those that broadcast by themselves, the small form. At least one has all elements. */
  operands(values: readonly GraphValue[]): string[] {
    const known = values.map((value) => this.#known.get(value)!);
    const first = known.every(({ thin }) => thin) ? 0 : -1;
    return values.map((value, i) => (known[i]!.thin && i !== first ? known[i]!.name : this.full(value)));
  }
  /** The small form of a value, if it has one. */
  thin(value: GraphValue): string | null {
    const known = this.#known.get(value)!;
    return known.thin ? known.name : null;
  }

  /** A vector of int64 with these sizes. */
  shape(extents: readonly Extent[]): string {
    if (!extents.some(isOpen)) return this.file.integers(extents as readonly number[]);
    assert(this.file.batch !== null, 'an open size without a batch');
    const parts: string[] = [];
    let run: number[] = [];
    const flush = (): void => {
      if (run.length > 0) parts.push(this.file.integers(run));
      run = [];
    };
    for (const extent of extents) {
      if (!isOpen(extent)) {
        run.push(extent);
        continue;
      }
      flush();
      let size = this.file.batch;
      if (extent.scale !== 1) size = this.node('Mul', [size, this.file.integers([extent.scale])]);
      if (extent.offset !== 0) size = this.node('Add', [size, this.file.integers([extent.offset])]);
      parts.push(size);
    }
    flush();
    return parts.length === 1 ? parts[0]! : this.node('Concat', parts, { axis: 0 });
  }
  /** The same elements in another shape. */
  reshape(name: string, extents: readonly Extent[]): string {
    const open = extents.filter(isOpen).length;
    const known = extents.map((extent) => (isOpen(extent) ? -1 : extent));
    const simple = open <= 1 && !known.includes(0);
    return this.node('Reshape', [name, simple ? this.file.integers(known) : this.shape(extents)], {
      ...(known.includes(0) ? { allowzero: 1 } : {}),
    });
  }
  transpose(name: string, permutation: Dims): string {
    return permutation.every((axis, i) => axis === i) ? name : this.node('Transpose', [name], { perm: permutation });
  }
  /** A number of a dtype, rank 0. */
  scalar(value: number, dtype: DType): string {
    const data = allocate(dtype, 1);
    if (isBig(dtype)) (data as BigInt64Array)[0] = BigInt(value);
    else (data as Float64Array)[0] = value;
    return this.file.constant({ dtype, shape: [], data });
  }
  /** The numbers 0 … count − 1 as a vector. */
  numbers(count: number, dtype: DType): string {
    const data = allocate(dtype, count) as Data;
    for (let i = 0; i < count; i++) {
      if (isBig(dtype)) (data as BigInt64Array)[i] = BigInt(i);
      else (data as Float64Array)[i * dtypes[dtype].lanes] = i;
    }
    return this.file.constant({ dtype, shape: [count], data });
  }
}

function attributeOf(name: string, value: Attribute): MessageInput<OnnxAttribute> {
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: BigInt(value) };
  if (typeof value === 'string') return { name, type: ATTRIBUTE.string, s: encodeText(value) };
  if ('graph' in value) return { name, type: ATTRIBUTE.graph, g: value.graph };
  if ('float' in value) return { name, type: ATTRIBUTE.float, f: value.float };
  return { name, type: ATTRIBUTE.ints, ints: (value as readonly number[]).map(BigInt) };
}

/** Name, dtype and sizes of an input or output. */
export const valueInfo = (name: string, dtype: DType, extents: readonly Extent[]): MessageInput<OnnxValueInfo> => ({
  name,
  type: {
    tensorType: {
      elemType: ONNX_TYPES[dtype],
      shape: {
        dim: extents.map((extent) =>
          !isOpen(extent) ? { value: extent } : extent.scale === 1 && extent.offset === 0 ? { param: 'batch' } : {},
        ),
      },
    },
  },
});
