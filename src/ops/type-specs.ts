// tf.RaggedTensorSpec, SparseTensorSpec, IndexedSlicesSpec, TensorArraySpec, NoneTensorSpec: descriptions of what is no plain tensor.
// Owns: these classes and tf.typeSpecFromValue. Plain tensors are core/tensor-spec.ts, data sets src/data/spec.ts.
import { type Class, callable } from '../base/callable.ts';
import { asDType, type DType } from '../base/dtype.ts';
import { show, ValueError } from '../base/errors.ts';
import { type Shape, showShape } from '../base/shape.ts';
import { Tensor } from '../runtime/tensor.ts';
import { IndexedSlices } from './core/indexed-slices.ts';
import { bindArguments, type Forms } from './core/signature.ts';
import { TensorArray } from './core/tensor-array.ts';
import { TensorSpec, TypeSpec_ } from './core/tensor-spec.ts';
import { RaggedTensor } from './ragged/ragged-tensor.ts';
import { SparseTensor } from './sparse/sparse-tensor.ts';

type SplitsDType = 'int32' | 'int64';
const tensorShape = (shape: Shape | null): string =>
  `TensorShape(${shape === null ? 'None' : `[${shape.map((n) => n ?? 'None').join(', ')}]`})`;
const named = (dtype: DType | null): string => (dtype === null ? 'None' : `tf.${dtype}`);

const RAGGED = ['shape', 'dtype', 'raggedRank', 'rowSplitsDtype', 'flatValuesSpec'] as const;
type RaggedParameters = [
  shape?: Shape | null,
  dtype?: DType,
  raggedRank?: number,
  rowSplitsDtype?: SplitsDType,
  flatValuesSpec?: TensorSpec,
];
/** A ragged tensor: null where rows differ. */
export class RaggedTensorSpec_ extends TypeSpec_ {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly raggedRank: number;
  readonly rowSplitsDtype: SplitsDType;
  readonly flatValuesSpec: TensorSpec | null;
  constructor(...args: Forms<RaggedParameters, typeof RAGGED>) {
    super();
    const [shape, dtype, raggedRank, rowSplitsDtype = 'int64', flat] = bindArguments(
      'RaggedTensorSpec',
      RAGGED,
      args,
    ) as RaggedParameters;
    if (!shape && raggedRank === undefined)
      throw new ValueError('RaggedTensorSpec: the shape or raggedRank must be given.');
    if (flat && dtype !== undefined && asDType(dtype) !== flat.dtype)
      throw new ValueError(`RaggedTensorSpec: dtype ${dtype} is not that of flatValuesSpec, ${flat.dtype}.`);
    this.raggedRank = raggedRank ?? shape!.length - 1;
    this.shape = shape ?? new Array<null>(this.raggedRank + 1).fill(null);
    if (this.raggedRank >= Math.max(this.shape.length, 1))
      throw new ValueError(
        `RaggedTensorSpec: raggedRank ${this.raggedRank}; wanted less than the rank of ${showShape(this.shape)}.`,
      );
    this.dtype = flat?.dtype ?? asDType(dtype ?? 'float32');
    this.rowSplitsDtype = rowSplitsDtype;
    this.flatValuesSpec = flat ?? null;
  }
  static fromValue(value: RaggedTensor): RaggedTensorSpec {
    return new RaggedTensorSpec_(value.shape, value.dtype, value.raggedRank);
  }
  protected override parts(): readonly unknown[] {
    return [this.dtype, this.raggedRank, this.rowSplitsDtype];
  }
  protected override withShape(shape: Shape | null): RaggedTensorSpec_ {
    return new RaggedTensorSpec_(shape ?? this.shape, this.dtype, this.raggedRank, this.rowSplitsDtype);
  }
  protected override specOf(value: unknown): TypeSpec_ | null {
    return value instanceof RaggedTensor ? RaggedTensorSpec_.fromValue(value) : null;
  }
  override toString(): string {
    return `RaggedTensorSpec(${tensorShape(this.shape)}, ${named(this.dtype)}, ${this.raggedRank}, ${named(this.rowSplitsDtype)})`;
  }
}
export interface RaggedTensorSpec extends RaggedTensorSpec_ {}
export const RaggedTensorSpec = callable(RaggedTensorSpec_, 'RaggedTensorSpec') as Class<
  Forms<RaggedParameters, typeof RAGGED>,
  RaggedTensorSpec
> &
  Pick<typeof RaggedTensorSpec_, 'fromValue'>;

const SPARSE = ['shape', 'dtype'] as const;
type SparseParameters = [shape: Shape, dtype?: DType];
export class SparseTensorSpec_ extends TypeSpec_ {
  readonly shape: Shape;
  readonly dtype: DType;
  constructor(...args: Forms<SparseParameters, typeof SPARSE>) {
    super();
    const [shape, dtype] = bindArguments('SparseTensorSpec', SPARSE, args, true) as SparseParameters;
    this.shape = shape;
    this.dtype = asDType(dtype ?? 'float32');
  }
  static fromValue(value: SparseTensor): SparseTensorSpec {
    return new SparseTensorSpec_(value.shape, value.dtype);
  }
  protected override parts(): readonly unknown[] {
    return [this.dtype];
  }
  protected override withShape(shape: Shape | null): SparseTensorSpec_ {
    return new SparseTensorSpec_(shape ?? this.shape, this.dtype);
  }
  protected override specOf(value: unknown): TypeSpec_ | null {
    return value instanceof SparseTensor ? SparseTensorSpec_.fromValue(value) : null;
  }
  override toString(): string {
    return `SparseTensorSpec(${tensorShape(this.shape)}, ${named(this.dtype)})`;
  }
}
export interface SparseTensorSpec extends SparseTensorSpec_ {}
export const SparseTensorSpec = callable(SparseTensorSpec_, 'SparseTensorSpec') as Class<
  Forms<SparseParameters, typeof SPARSE>,
  SparseTensorSpec
> &
  Pick<typeof SparseTensorSpec_, 'fromValue'>;

const SLICES = ['shape', 'dtype', 'indicesDtype', 'denseShapeDtype', 'indicesShape'] as const;
type SlicesParameters = [
  shape?: Shape | null,
  dtype?: DType,
  indicesDtype?: DType,
  denseShapeDtype?: DType | null,
  indicesShape?: Shape | null,
];
/** Rows of a gradient and their positions. */
export class IndexedSlicesSpec_ extends TypeSpec_ {
  readonly shape: Shape | null;
  readonly dtype: DType;
  readonly indicesDtype: DType;
  readonly denseShapeDtype: DType | null;
  readonly indicesShape: Shape;
  constructor(...args: Forms<SlicesParameters, typeof SLICES>) {
    super();
    const [shape = null, dtype, indicesDtype, denseShapeDtype, indicesShape] = bindArguments(
      'IndexedSlicesSpec',
      SLICES,
      args,
    ) as SlicesParameters;
    this.shape = shape;
    this.dtype = asDType(dtype ?? 'float32');
    this.indicesDtype = asDType(indicesDtype ?? 'int64');
    this.denseShapeDtype = denseShapeDtype ? asDType(denseShapeDtype) : null;
    this.indicesShape = indicesShape ?? [null];
  }
  static fromValue(value: IndexedSlices): IndexedSlicesSpec {
    const { indices } = value;
    return new IndexedSlicesSpec_(
      value.shape,
      value.dtype,
      indices.dtype,
      value.denseShape ? 'int32' : null,
      indices.shape,
    );
  }
  protected override parts(): readonly unknown[] {
    return [this.dtype, this.indicesDtype, this.denseShapeDtype];
  }
  protected override withShape(shape: Shape | null): IndexedSlicesSpec_ {
    return new IndexedSlicesSpec_(shape, this.dtype, this.indicesDtype, this.denseShapeDtype, this.indicesShape);
  }
  protected override specOf(value: unknown): TypeSpec_ | null {
    return value instanceof IndexedSlices ? IndexedSlicesSpec_.fromValue(value) : null;
  }
  override toString(): string {
    return `IndexedSlicesSpec(${tensorShape(this.shape)}, ${named(this.dtype)}, ${named(this.indicesDtype)}, ${named(this.denseShapeDtype)}, ${tensorShape(this.indicesShape)})`;
  }
}
export interface IndexedSlicesSpec extends IndexedSlicesSpec_ {}
export const IndexedSlicesSpec = callable(IndexedSlicesSpec_, 'IndexedSlicesSpec') as Class<
  Forms<SlicesParameters, typeof SLICES>,
  IndexedSlicesSpec
> &
  Pick<typeof IndexedSlicesSpec_, 'fromValue'>;

const ARRAY = ['elementShape', 'dtype', 'dynamicSize', 'inferShape'] as const;
type ArrayParameters = [elementShape?: Shape | null, dtype?: DType, dynamicSize?: boolean, inferShape?: boolean];
/** A list of tensors of one dtype. */
export class TensorArraySpec_ extends TypeSpec_ {
  readonly shape: Shape | null;
  readonly dtype: DType;
  readonly dynamicSize: boolean;
  readonly inferShape: boolean;
  constructor(...args: Forms<ArrayParameters, typeof ARRAY>) {
    super();
    const [elementShape = null, dtype, dynamicSize = false, inferShape = true] = bindArguments(
      'TensorArraySpec',
      ARRAY,
      args,
    ) as ArrayParameters;
    this.shape = elementShape;
    this.dtype = asDType(dtype ?? 'float32');
    this.dynamicSize = dynamicSize;
    this.inferShape = inferShape;
  }
  static fromValue(value: TensorArray): TensorArraySpec {
    return new TensorArraySpec_(value.elementShape, value.dtype, value.dynamicSize);
  }
  protected override parts(): readonly unknown[] {
    return [this.dtype, this.dynamicSize, this.inferShape];
  }
  protected override withShape(shape: Shape | null): TensorArraySpec_ {
    return new TensorArraySpec_(shape, this.dtype, this.dynamicSize, this.inferShape);
  }
  protected override specOf(value: unknown): TypeSpec_ | null {
    return value instanceof TensorArray ? TensorArraySpec_.fromValue(value) : null;
  }
  override toString(): string {
    return `TensorArraySpec(${tensorShape(this.shape)}, ${named(this.dtype)}, ${this.dynamicSize ? 'True' : 'False'}, ${this.inferShape ? 'True' : 'False'})`;
  }
}
export interface TensorArraySpec extends TensorArraySpec_ {}
export const TensorArraySpec = callable(TensorArraySpec_, 'TensorArraySpec') as Class<
  Forms<ArrayParameters, typeof ARRAY>,
  TensorArraySpec
> &
  Pick<typeof TensorArraySpec_, 'fromValue'>;

/** Nothing: Python's None, null here. */
export class NoneTensorSpec_ extends TypeSpec_ {
  readonly shape = null;
  protected override parts(): readonly unknown[] {
    return [];
  }
  protected override withShape(): NoneTensorSpec_ {
    return this;
  }
  protected override specOf(value: unknown): TypeSpec_ | null {
    return value === null || value === undefined ? new NoneTensorSpec_() : null;
  }
  override toString(): string {
    return 'NoneTensorSpec()';
  }
}
export interface NoneTensorSpec extends NoneTensorSpec_ {}
export const NoneTensorSpec: Class<[], NoneTensorSpec> = callable(NoneTensorSpec_, 'NoneTensorSpec');

type Described = Tensor | RaggedTensor | SparseTensor | IndexedSlices | TensorArray;
/** The description of a value. */
export function typeSpecFromValue(value: Tensor): TensorSpec;
export function typeSpecFromValue(value: RaggedTensor): RaggedTensorSpec;
export function typeSpecFromValue(value: SparseTensor): SparseTensorSpec;
export function typeSpecFromValue(value: IndexedSlices): IndexedSlicesSpec;
export function typeSpecFromValue(value: TensorArray): TensorArraySpec;
export function typeSpecFromValue(value: Described): TypeSpec_ {
  if (value instanceof Tensor) return TensorSpec.fromTensor(value);
  if (value instanceof RaggedTensor) return RaggedTensorSpec.fromValue(value);
  if (value instanceof SparseTensor) return SparseTensorSpec.fromValue(value);
  if (value instanceof IndexedSlices) return IndexedSlicesSpec.fromValue(value);
  if (value instanceof TensorArray) return TensorArraySpec.fromValue(value);
  throw new ValueError(`typeSpecFromValue: found ${show(value)}; wanted a tensor, or a tensor's kin.`);
}
