// What flows along the edges of a TensorFlow graph: tensors, and handles of things that have state or are lists.
// Owns: those kinds, and the errors of a graph that cannot be run here, or not as one compiled program.
import { type DType, dtypes } from '../../base/dtype.ts';
import { FormatError } from '../../formats/file-error.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import type { VariableTensor } from '../../runtime/variable.ts';

/** A handle of a variable. */
export class VariableHandle {
  readonly name: string;
  variable: VariableTensor | null;
  constructor(name: string, variable: VariableTensor | null = null) {
    this.name = name;
    this.variable = variable;
  }
}
/** A handle of a table from keys to values; elements are compared as text or as numbers. */
export class TableHandle {
  readonly name: string;
  readonly keyType: DType;
  readonly valueType: DType;
  readonly entries = new Map<string, unknown>();
  /** Keys as they were put in, in order. */
  readonly keys = new Map<string, unknown>();
  constructor(name: string, keyType: DType, valueType: DType) {
    this.name = name;
    this.keyType = keyType;
    this.valueType = valueType;
  }
}
/** TensorFlow's TensorList: what RNNs collect their steps in. Never changed: each operation gives a new one. */
export class ListHandle {
  readonly dtype: DType;
  readonly elements: readonly (Tensor | null)[];
  /** Of one element; -1 where not known. */
  readonly elementShape: readonly number[] | null;
  constructor(dtype: DType, elements: readonly (Tensor | null)[], elementShape: readonly number[] | null) {
    this.dtype = dtype;
    this.elements = elements;
    this.elementShape = elementShape;
  }
}
/** TensorFlow's Optional, and what stands for nothing. */
export class OptionalHandle {
  readonly values: readonly Operand[] | null;
  constructor(values: readonly Operand[] | null) {
    this.values = values;
  }
}
export type Operand = Tensor | VariableHandle | TableHandle | ListHandle | OptionalHandle;

/** The graph asks for a number while it is compiled that only a run can give: it must run op by op. */
export class NeedsValues extends Error {}

/** Where in the graph something is, for errors. */
export interface Place {
  readonly file: string;
  readonly node: string;
  readonly op: string;
}
export const badNode = ({ file, node, op }: Place, why: string): never => {
  throw new FormatError('bad_protobuf', file, `node '${node}' (${op}): ${why}.`);
};
export const unsupported = ({ file, node, op }: Place, why: string): never => {
  throw new FormatError('unsupported', file, `node '${node}' (${op}): ${why}.`);
};

/** Elements that are known now. */
export function knownElements(tensor: Tensor): ArrayLike<unknown> {
  const { elements } = tensor;
  if (!elements) throw new NeedsValues();
  return elements;
}
/** The whole numbers of a tensor that says a shape, axes, positions. */
export const integersOf = (tensor: Tensor): number[] => Array.from(knownElements(tensor), Number);

/** Whether everything about an operand is a number now. */
export function isKnown(operand: Operand): boolean {
  if (operand instanceof Tensor) return operand.elements !== null && operand.graphValue === null;
  if (operand instanceof ListHandle) return operand.elements.every((element) => element === null || isKnown(element));
  return operand instanceof OptionalHandle ? (operand.values ?? []).every(isKnown) : true;
}

/** Whole numbers as a tensor. */
export function integers(values: readonly number[], dims: readonly number[], dtype: DType = 'int32'): Tensor {
  const data = new dtypes[dtype].array!(values.length);
  values.forEach((value, i) => {
    data[i] = data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(value) : value;
  });
  return eagerTensor(data, dims, dtype);
}
