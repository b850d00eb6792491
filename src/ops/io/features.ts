// What parseExample and its kin are asked for: FixedLenFeature, VarLenFeature, RaggedFeature …
// Owns: the classes and the checks of their arguments.
import { type Class, callable } from '../../base/callable.ts';
import { asDType, type DType } from '../../base/dtype.ts';
import { DTypeError, show, ValueError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { bindArguments } from '../core/signature.ts';

/** Examples hold numbers and texts of these types only. */
export type FeatureDType = 'float32' | 'int64' | 'string';

function featureType(dtype: DType, name: string): FeatureDType {
  const type = asDType(dtype);
  if (type === 'float32' || type === 'int64' || type === 'string') return type;
  throw new DTypeError(
    `${name}: dtype: found ${type}; an Example holds float32, int64 and string. Cast after parsing.`,
  );
}

function shapeOf(shape: Shape, name: string): Shape {
  if (Array.isArray(shape) && shape.every((n) => n === null || (Number.isInteger(n) && n >= -1))) return shape;
  throw new ValueError(`${name}: shape: found ${show(shape)}, wanted a list of sizes.`);
}

class FixedLenFeature_ {
  readonly kind = 'fixed';
  readonly shape: Shape;
  readonly dtype: FeatureDType;
  readonly defaultValue: TensorLike | null;
  constructor(
    ...args: [shape: Shape, dtype: DType, options?: TensorLike | Options<{ defaultValue: TensorLike | null }>]
  ) {
    const [shape, dtype, value] = bindArguments('FixedLenFeature', ['shape', 'dtype', 'defaultValue'], args);
    this.shape = shapeOf(shape as Shape, 'FixedLenFeature');
    this.dtype = featureType(dtype as DType, 'FixedLenFeature');
    this.defaultValue = (value ?? null) as TensorLike | null;
  }
}
export interface FixedLenFeature extends FixedLenFeature_ {}
/** As many values as the shape has, in every example; `defaultValue` where they are missing. */
export const FixedLenFeature: Class<ConstructorParameters<typeof FixedLenFeature_>, FixedLenFeature> = callable(
  FixedLenFeature_,
  'FixedLenFeature',
);

class FixedLenSequenceFeature_ {
  readonly kind = 'sequence';
  readonly shape: Shape;
  readonly dtype: FeatureDType;
  readonly allowMissing: boolean;
  readonly defaultValue: TensorLike | null;
  constructor(
    ...args: [
      shape: Shape,
      dtype: DType,
      options?: boolean | Options<{ allowMissing: boolean; defaultValue: TensorLike | null }>,
    ]
  ) {
    const names = ['shape', 'dtype', 'allowMissing', 'defaultValue'];
    const [shape, dtype, allowMissing, value] = bindArguments('FixedLenSequenceFeature', names, args);
    this.shape = shapeOf(shape as Shape, 'FixedLenSequenceFeature');
    this.dtype = featureType(dtype as DType, 'FixedLenSequenceFeature');
    this.allowMissing = allowMissing === true;
    this.defaultValue = (value ?? null) as TensorLike | null;
  }
}
export interface FixedLenSequenceFeature extends FixedLenSequenceFeature_ {}
/** Any number of entries of one shape; shorter ones are filled up in a batch. */
export const FixedLenSequenceFeature: Class<
  ConstructorParameters<typeof FixedLenSequenceFeature_>,
  FixedLenSequenceFeature
> = callable(FixedLenSequenceFeature_, 'FixedLenSequenceFeature');

class VarLenFeature_ {
  readonly kind = 'variable';
  readonly dtype: FeatureDType;
  constructor(dtype: DType | { readonly dtype: DType }) {
    this.dtype = featureType(typeof dtype === 'object' ? dtype.dtype : dtype, 'VarLenFeature');
  }
}
export interface VarLenFeature extends VarLenFeature_ {}
/** Any number of values, as a SparseTensor. */
export const VarLenFeature: Class<[dtype: DType | { readonly dtype: DType }], VarLenFeature> = callable(
  VarLenFeature_,
  'VarLenFeature',
);

class SparseFeature_ {
  readonly kind = 'sparse';
  readonly indexKey: readonly string[];
  readonly valueKey: string;
  readonly dtype: FeatureDType;
  readonly size: readonly number[];
  readonly alreadySorted: boolean;
  constructor(
    ...args: [
      indexKey: string | readonly string[],
      valueKey: string,
      dtype: DType,
      size: number | readonly number[],
      options?: boolean | Options<{ alreadySorted: boolean }>,
    ]
  ) {
    const names = ['indexKey', 'valueKey', 'dtype', 'size', 'alreadySorted'];
    const [index, value, dtype, size, sorted] = bindArguments('SparseFeature', names, args);
    this.indexKey = Array.isArray(index) ? (index as string[]) : [String(index)];
    this.valueKey = String(value);
    this.dtype = featureType(dtype as DType, 'SparseFeature');
    this.size = Array.isArray(size) ? (size as number[]) : [Number(size)];
    this.alreadySorted = sorted === true;
    if (this.indexKey.length !== this.size.length)
      throw new ValueError(
        `SparseFeature: ${this.indexKey.length} index keys and ${this.size.length} sizes; wanted one size for each key.`,
      );
  }
}
export interface SparseFeature extends SparseFeature_ {}
/** A sparse tensor whose indices and values are features of their own. */
export const SparseFeature: Class<ConstructorParameters<typeof SparseFeature_>, SparseFeature> = callable(
  SparseFeature_,
  'SparseFeature',
);

/** How the values of a ragged feature are cut into rows, by another feature or by a length. */
export interface Partition {
  readonly by: 'rowSplits' | 'rowLengths' | 'rowStarts' | 'rowLimits' | 'valueRowIds' | 'uniformRowLength';
  readonly key?: string;
  readonly length?: number;
}
const keyed =
  (by: Partition['by']) =>
  (key: string | { readonly key: string }): Partition => ({ by, key: typeof key === 'string' ? key : key.key });

interface RaggedOptions
  extends Options<{
    valueKey: string | null;
    partitions: readonly Partition[];
    rowSplitsDtype: 'int32' | 'int64';
    validate: boolean;
  }> {}
class RaggedFeature_ {
  readonly kind = 'ragged';
  readonly dtype: FeatureDType;
  readonly valueKey: string | null;
  readonly partitions: readonly Partition[];
  readonly rowSplitsDtype: 'int32' | 'int64';
  readonly validate: boolean;
  constructor(...args: [dtype: DType, options?: RaggedOptions]) {
    const names = ['dtype', 'valueKey', 'partitions', 'rowSplitsDtype', 'validate'];
    const [dtype, key, partitions, splits, validate] = bindArguments('RaggedFeature', names, args);
    this.dtype = featureType(dtype as DType, 'RaggedFeature');
    this.valueKey = (key ?? null) as string | null;
    this.partitions = (partitions ?? []) as readonly Partition[];
    this.rowSplitsDtype = (splits ?? 'int32') as 'int32' | 'int64';
    this.validate = validate === true;
  }
  static RowSplits = keyed('rowSplits');
  static RowLengths = keyed('rowLengths');
  static RowStarts = keyed('rowStarts');
  static RowLimits = keyed('rowLimits');
  static ValueRowIds = keyed('valueRowIds');
  static UniformRowLength = (length: number | { readonly length: number }): Partition => ({
    by: 'uniformRowLength',
    length: typeof length === 'number' ? length : length.length,
  });
}
export interface RaggedFeature extends RaggedFeature_ {}
type RaggedFeatureClass = Class<[dtype: DType, options?: RaggedOptions], RaggedFeature> &
  Pick<
    typeof RaggedFeature_,
    'RowSplits' | 'RowLengths' | 'RowStarts' | 'RowLimits' | 'ValueRowIds' | 'UniformRowLength'
  >;
/** Any number of values, as a RaggedTensor; `partitions` cut them into rows. */
export const RaggedFeature: RaggedFeatureClass = callable(RaggedFeature_, 'RaggedFeature') as RaggedFeatureClass;

export type Feature = FixedLenFeature | FixedLenSequenceFeature | VarLenFeature | SparseFeature | RaggedFeature;
export type Features = Readonly<Record<string, Feature>>;

export function requireFeatures(given: unknown, name: string): [string, Feature][] {
  if (given === null || typeof given !== 'object')
    throw new ValueError(`${name}: features: found ${show(given)}, wanted a record of features by name.`);
  return Object.entries(given).map(([key, feature]) => {
    if (feature !== null && typeof feature === 'object' && 'kind' in feature && 'dtype' in feature)
      return [key, feature as Feature];
    throw new ValueError(
      `${name}: features['${key}']: found ${show(feature)}, wanted tf.io.FixedLenFeature, VarLenFeature, RaggedFeature …`,
    );
  });
}
