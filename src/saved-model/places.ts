// Places in the arguments and results of saved functions: for a tensor, and for ragged and sparse ones, which go in and out as
// several tensors. Owns: which tensors those are, and both directions. Leaves structures to structure.ts.
import type { DType } from '../base/dtype.ts';
import type { TypeSpecProto } from '../formats/tensorflow/object-graph-proto.ts';
import { dtypeOfDataType, shapeFromProto } from '../formats/tensorflow/tensor-proto.ts';
import { RaggedTensor } from '../ops/ragged/ragged-tensor.ts';
import { SparseTensor_ } from '../ops/sparse/sparse-tensor.ts';
import { Tensor } from '../runtime/tensor.ts';

/** A place for a tensor. */
export class TensorPlace {
  readonly name: string;
  readonly shape: readonly (number | null)[] | null;
  readonly dtype: DType | undefined;
  constructor(name: string, shape: readonly (number | null)[] | null, dtype: DType | undefined) {
    this.name = name;
    this.shape = shape;
    this.dtype = dtype;
  }
  toString(): string {
    const shape = this.shape ? `(${this.shape.map((n) => n ?? 'None').join(', ')})` : '<unknown>';
    return `${this.dtype ?? '?'}${shape}`;
  }
}
/** A place for a value of several tensors. */
export class CompositePlace {
  /** For messages. */
  readonly about: string;
  readonly parts: readonly TensorPlace[];
  /** The tensors of a value; null where it is none of this kind. */
  readonly take: (value: unknown) => readonly Tensor[] | null;
  readonly make: (parts: readonly Tensor[]) => unknown;
  constructor(
    about: string,
    parts: readonly TensorPlace[],
    take: (value: unknown) => readonly Tensor[] | null,
    make: (parts: readonly Tensor[]) => unknown,
  ) {
    this.about = about;
    this.parts = parts;
    this.take = take;
    this.make = make;
  }
}

/** Numbers of Python's classes in TypeSpecProto. */
const SPARSE = 1;
const RAGGED = 3;

/** The place that a spec of one of Python's classes describes; null for other classes. */
export function compositePlace({ typeSpecClass, typeState }: TypeSpecProto): CompositePlace | null {
  const state = typeState?.tupleValue?.values ?? typeState?.listValue?.values ?? [];
  const shape = shapeFromProto(state[0]?.tensorShapeValue);
  const dtype = dtypeOfDataType(state[1]?.tensorDtypeValue ?? 0);
  const show = `${dtype ?? '?'}(${shape?.map((n) => n ?? 'None').join(', ') ?? '<unknown>'})`;
  if (typeSpecClass === RAGGED) {
    const rank = Number(state[2]?.int64Value ?? 0);
    // Of rank 0 it is a tensor like any other.
    if (rank === 0) return new CompositePlace(show, [new TensorPlace('', shape, dtype)], tensorAlone, ([x]) => x);
    const splits = new TensorPlace('rowSplits', [null], dtypeOfDataType(state[3]?.tensorDtypeValue ?? 0));
    const flat = new TensorPlace('flatValues', shape ? [null, ...shape.slice(rank + 1)] : null, dtype);
    return new CompositePlace(
      `ragged ${show}`,
      [flat, ...new Array<TensorPlace>(rank).fill(splits)],
      (value) =>
        value instanceof RaggedTensor && value.nestedRowSplits.length === rank
          ? [value.flatValues, ...value.nestedRowSplits]
          : null,
      ([values, ...own]) => RaggedTensor.fromNestedRowSplits(values!, own),
    );
  }
  if (typeSpecClass !== SPARSE) return null;
  const rank = shape?.length ?? null;
  return new CompositePlace(
    `sparse ${show}`,
    [
      new TensorPlace('indices', [null, rank], 'int64'),
      new TensorPlace('values', [null], dtype),
      new TensorPlace('denseShape', [rank], 'int64'),
    ],
    (value) => (value instanceof SparseTensor_ ? [value.indices, value.values, value.denseShape] : null),
    ([indices, values, dense]) => new SparseTensor_(indices!, values!, dense!),
  );
}
const tensorAlone = (value: unknown): readonly Tensor[] | null => (value instanceof Tensor ? [value] : null);
