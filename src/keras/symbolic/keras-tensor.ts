// Symbolic tensors and the nodes between them: what functional models are made of.
// Owns: KerasTensor (a shape and a dtype, dimensions may be unknown), Node (one call of a layer or op), their history.
// Leaves output shapes to output-spec.ts and running to models/functional-graph.ts.

import type { DType } from '../../base/dtype.ts';
import { StateError } from '../../base/errors.ts';
import { type Dims, type Shape, showShape } from '../../base/shape.ts';
import { flattenTree, mapTree } from '../../base/tree.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Config, Json } from '../schema.ts';
import { addSpecialDeserializer, addSpecialSerializer } from '../serialization.ts';
import { autoName } from '../session.ts';

/** What can be a node of a functional model: a layer, or an op. */
export interface Operation {
  readonly name: string;
  readonly inboundNodes: Node[];
  readonly outboundNodes: Node[];
  /** Runs with values in place of symbolic tensors. */
  run(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): unknown;
}

/** Where a symbolic tensor came from. */
export interface History {
  readonly operation: Operation;
  readonly nodeIndex: number;
  readonly tensorIndex: number;
}

export class KerasTensor extends Tensor {
  readonly #shape: Shape;
  #label: string | null;
  history: History | null = null;
  /** As a file names it, until the model that it belongs to is put together. */
  pending: Json = null;

  constructor(shape: Shape, dtype: DType, name: string | null = null) {
    super(dtype, null, null);
    this.#shape = shape;
    this.#label = name;
  }

  override get shape(): Shape {
    return this.#shape;
  }
  override get dims(): Dims {
    if (this.#shape.every((n) => n !== null)) return this.#shape as Dims;
    throw new StateError(
      `the symbolic tensor ${this.name} of shape ${showShape(this.#shape)} has unknown dimensions; reach them inside a layer's call, or give them with Input({ shape, batchSize }).`,
    );
  }
  override get rank(): number {
    return this.#shape.length;
  }
  override get name(): string {
    this.#label ??= autoName('KerasTensor');
    return this.#label;
  }
  override toString(): string {
    return `<KerasTensor shape=${showShape(this.#shape)}, dtype=${this.dtype}, name=${this.name}>`;
  }
  override toJSON(): never {
    throw new StateError(`the symbolic tensor ${this.name} has no value to write.`);
  }
}

export const isKerasTensor = (value: unknown): value is KerasTensor => value instanceof KerasTensor;
export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
/** The symbolic tensors in a structure, in order. */
export const kerasTensorsIn = (value: unknown): KerasTensor[] => flattenTree(value, isTensor).filter(isKerasTensor);

/** One call of an operation: arguments with symbolic tensors in them, and the symbolic tensors it gave. */
export class Node {
  readonly operation: Operation;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly inputs: readonly KerasTensor[];
  readonly outputs: readonly KerasTensor[];
  /** The result's structure. */
  readonly result: unknown;

  constructor(
    operation: Operation,
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>>,
    result: unknown,
  ) {
    this.operation = operation;
    this.args = args;
    this.kwargs = kwargs;
    this.inputs = [...kerasTensorsIn(args), ...kerasTensorsIn(kwargs)];
    this.result = result;
    this.outputs = kerasTensorsIn(result);
    const nodeIndex = operation.inboundNodes.length;
    operation.inboundNodes.push(this);
    for (const input of this.inputs) input.history?.operation.outboundNodes.push(this);
    this.outputs.forEach((output, tensorIndex) => {
      output.history = { operation, nodeIndex, tensorIndex };
    });
  }

  get isInput(): boolean {
    return this.inputs.length === 0;
  }
  get parents(): Node[] {
    return this.inputs.flatMap(({ history }) => (history ? [history.operation.inboundNodes[history.nodeIndex]!] : []));
  }
  /** The arguments with values in place of symbolic tensors. */
  fill(values: ReadonlyMap<KerasTensor, unknown>): { args: unknown[]; kwargs: Record<string, unknown> } {
    const replace = (leaf: unknown): unknown => (leaf instanceof KerasTensor ? values.get(leaf) : leaf);
    return {
      args: this.args.map((arg) => (arg instanceof Tensor ? replace(arg) : mapTree(arg, replace, isTensor))),
      kwargs: mapTree(this.kwargs, replace, isTensor) as Record<string, unknown>,
    };
  }
}

/** The only call of an operation, whose `what` is asked for; `kind` is what users call it, and `remedy` what makes a first call. */
export function onlyCall({ name, inboundNodes }: Operation, what: string, kind: string, remedy: string): Node {
  if (inboundNodes.length === 1) return inboundNodes[0]!;
  throw new StateError(
    inboundNodes.length === 0
      ? `${kind} '${name}' has no ${what}: it was not called on symbolic tensors. ${remedy}.`
      : `${kind} '${name}' has ${inboundNodes.length} ${what}s, for it was called that often; ask the tensors of each call.`,
  );
}

addSpecialSerializer((value) => {
  if (!(value instanceof KerasTensor)) return undefined;
  const { history } = value;
  return {
    class_name: '__keras_tensor__',
    config: {
      shape: [...value.shape],
      dtype: value.dtype,
      keras_history: history ? [history.operation.name, history.nodeIndex, history.tensorIndex] : null,
    },
  };
});
addSpecialDeserializer('__keras_tensor__', (config) => {
  const { shape, dtype, keras_history: history } = config as Config;
  const tensor = new KerasTensor(shape as Shape, dtype as DType);
  tensor.pending = history ?? null;
  return tensor;
});

// Constant tensors among the arguments of ops.
addSpecialSerializer((value) =>
  value instanceof Tensor && value.elements
    ? { class_name: '__tensor__', config: { value: plainNumbers(value.numpy()), dtype: value.dtype } }
    : undefined,
);
const plainNumbers = (value: unknown): Json =>
  Array.isArray(value) ? value.map(plainNumbers) : typeof value === 'bigint' ? Number(value) : (value as Json);
for (const name of ['__tensor__', '__numpy__'])
  addSpecialDeserializer(name, (config) => {
    const { value, dtype } = config as Config;
    return convertToTensor(value as number, dtype as DType, name);
  });
