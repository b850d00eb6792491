// HashedCrossing: the combination of several categories, hashed to a fixed number of bins.
// Source: https://keras.io/api/layers/preprocessing_layers/categorical/hashed_crossing/
import { type Class, callable } from '../../../base/callable.ts';
import { type DType, isInteger, type StringElement } from '../../../base/dtype.ts';
import { DTypeError, ShapeError, ValueError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import { hostFunction } from '../../../ops/core/host.ts';
import { fingerprint64, joinFingerprints } from '../../../ops/strings/hash.ts';
import { bytesOf } from '../../../ops/strings/text.ts';
import * as p from '../../../primitives/functions.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { floatx } from '../../config.ts';
import type { Config } from '../../schema.ts';
import * as o from '../../schema.ts';
import { KerasTensor } from '../../symbolic/keras-tensor.ts';
import type { Structure, With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { encodeCategories, encodedShape, maybeSparse } from './encode-categories.ts';

const options = layerSchema(
  'HashedCrossing',
  {
    numBins: o.required(o.integer({ min: 1 })),
    outputMode: o.optional(o.oneOf('int', 'one_hot'), 'int'),
    sparse: o.optional(o.boolean, false),
  },
  {
    positional: ['numBins', 'outputMode', 'sparse'],
    upgrade: (given) => {
      given.dtype ??= (given.outputMode ?? 'int') === 'int' ? 'int64' : floatx();
    },
  },
);
export interface HashedCrossingOptions extends LayerOptionsOf<typeof options> {}
type HashedCrossingArgs =
  | [numBins: number, options?: HashedCrossingOptions]
  | [options: With<HashedCrossingOptions, 'numBins'>];

// The key of TensorFlow's sparse crosses.
const KEY = 0xdecafcaffen;
const wrap = (x: bigint): bigint => BigInt.asUintN(64, x);
const feature = (element: StringElement | number | bigint): bigint =>
  typeof element === 'number' || typeof element === 'bigint' ? wrap(BigInt(element)) : fingerprint64(bytesOf(element));

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class HashedCrossingLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: HashedCrossingArgs) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    if (this.sparse && this.outputMode === 'int')
      throw new ValueError(`HashedCrossing '${this.name}': sparse is for outputMode 'one_hot'.`);
  }
  override get inputDtype(): DType {
    return 'int64';
  }
  override call(inputs: Structure): Tensor {
    const list = inputs as readonly Tensor[];
    if (!Array.isArray(inputs) || list.length < 2)
      throw new ValueError(`HashedCrossing '${this.name}': wanted two or more inputs in a list.`);
    const shape = list[0]!.dims;
    if (
      shape.length > 2 ||
      (shape.length === 2 && shape[1] !== 1) ||
      list.some((x) => showShape(x.dims) !== showShape(shape))
    )
      throw new ShapeError(
        `HashedCrossing '${this.name}': found shapes ${list.map((x) => showShape(x.dims)).join(', ')}; wanted equal ones, (), (batch,) or (batch, 1).`,
      );
    for (const x of list)
      if (x.dtype !== 'string' && !isInteger(x.dtype))
        throw new DTypeError(
          `HashedCrossing '${this.name}': found inputs of dtype ${x.dtype}; wanted strings or integers.`,
        );
    const bins = BigInt(this.numBins);
    const evaluate = hostFunction(
      'hashedCrossing',
      ([first]) => [{ dims: first!.dims, dtype: 'int64' }],
      (columns, [out]) => {
        const target = out!.data as BigInt64Array;
        for (let i = 0; i < target.length; i++)
          target[i] = columns.reduce((hash, column) => joinFingerprints(hash, feature(column.data[i]!)), KEY) % bins;
      },
    );
    const crossed = p.customCall(evaluate, list)[0] as Tensor;
    return maybeSparse(encodeCategories(crossed, this.outputMode, this.numBins, this.dtype), this.sparse);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const first = (inputShape as readonly unknown[] as readonly Shape[])[0]!;
    return encodedShape(first, this.outputMode, this.numBins);
  }
  override computeOutputSpec(inputs: Structure): Structure {
    const shape = (inputs as readonly Tensor[])[0]!.shape;
    return new KerasTensor(encodedShape(shape, this.outputMode, this.numBins), this.dtype);
  }
  override getConfig(): Config {
    const { num_bins, output_mode, sparse, name } = super.getConfig();
    return { num_bins: num_bins!, output_mode: output_mode!, sparse: sparse!, name: name!, dtype: this.dtype };
  }
}
interface HashedCrossingLayer extends LayerValues<typeof options> {}
export interface HashedCrossing extends HashedCrossingLayer {}
export const HashedCrossing: Class<HashedCrossingArgs, HashedCrossing> = callable(
  HashedCrossingLayer,
  'HashedCrossing',
);
