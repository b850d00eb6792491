// Hashing: strings and integers to a fixed number of bins.
// Owns: the bins and the mask. The hashes stand in src/ops/strings/hash.ts.
// Source: https://keras.io/api/layers/preprocessing_layers/categorical/hashing/
import { type Class, callable } from '../../../base/callable.ts';
import type { Data, DType, StringElement } from '../../../base/dtype.ts';
import { DTypeError, ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import { hostFunction } from '../../../ops/core/host.ts';
import { RaggedTensor } from '../../../ops/ragged/ragged-tensor.ts';
import { SparseTensor } from '../../../ops/sparse/sparse-tensor.ts';
import { fingerprint64, sipHash } from '../../../ops/strings/hash.ts';
import { bytesOf } from '../../../ops/strings/text.ts';
import * as p from '../../../primitives/functions.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { floatx } from '../../config.ts';
import * as o from '../../schema.ts';
import { KerasTensor } from '../../symbolic/keras-tensor.ts';
import type { Structure, With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { asOutput, encodeCategories, encodedShape, maybeSparse, renameOutputMode } from './encode-categories.ts';
import { salt } from './index-lookup-options.ts';

const options = layerSchema(
  'Hashing',
  {
    numBins: o.required(o.integer({ min: 1 })),
    salt: o.optional(salt, null),
    maskValue: o.optional(o.nullable(o.either(o.string, o.integer())), null),
    outputMode: o.optional(o.oneOf('int', 'one_hot', 'multi_hot', 'count'), 'int'),
    sparse: o.optional(o.boolean, false),
  },
  { positional: ['numBins', 'maskValue', 'salt'], upgrade: withHashDType },
);
/** Without a dtype numbers of bins are int64, encodings Keras's float. */
function withHashDType(given: Record<string, unknown>): void {
  renameOutputMode(given);
  given.dtype ??= (given.outputMode ?? 'int') === 'int' ? 'int64' : floatx();
}
export interface HashingOptions extends LayerOptionsOf<typeof options> {}
type HashingArgs = [numBins: number, options?: HashingOptions] | [options: With<HashingOptions, 'numBins'>];

/** An element as the text that is hashed. */
const bytesAt = (data: Data, i: number): Uint8Array => {
  const element = data[i]!;
  if (typeof element === 'number') return bytesOf(String(Math.trunc(element)));
  return bytesOf(typeof element === 'bigint' ? String(element) : (element as StringElement));
};

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class HashingLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: HashingArgs) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    if (this.outputMode === 'int' && this.dtype !== 'int32' && this.dtype !== 'int64')
      throw new DTypeError(`Hashing '${this.name}': dtype ${this.dtype} and outputMode 'int'; wanted int32 or int64.`);
    if (this.sparse && this.outputMode === 'int')
      throw new ValueError(`Hashing '${this.name}': sparse is for outputMode 'one_hot', 'multi_hot' or 'count'.`);
  }
  override get inputDtype(): DType {
    return 'int64';
  }
  #bins(x: Tensor): Tensor {
    const masked = this.maskValue !== null && this.numBins > 1;
    const bins = BigInt(masked ? this.numBins - 1 : this.numBins);
    const key = this.salt && ([BigInt(this.salt[0]!), BigInt(this.salt[1]!)] as const);
    const mask = String(this.maskValue);
    const evaluate = hostFunction(
      `hashing.${this.name}`,
      ([input]) => [{ dims: input!.dims, dtype: 'int64' }],
      ([input], [out]) => {
        const target = out!.data as BigInt64Array;
        for (let i = 0; i < target.length; i++) {
          const bytes = bytesAt(input!.data, i);
          const bin = (key ? sipHash(bytes, key) : fingerprint64(bytes)) % bins;
          const isMask = masked && String(input!.data[i]) === mask;
          target[i] = masked ? (isMask ? 0n : bin + 1n) : bin;
        }
      },
      undefined,
      () => ({ kind: 'hash', count: bins, by: key ?? 'fingerprint', mask: masked ? mask : null }),
    );
    return p.customCall(evaluate, [x])[0] as Tensor;
  }
  override call(inputs: Tensor): Tensor {
    const given: object = inputs;
    if (given instanceof SparseTensor) return asOutput(given.withValues(this.#bins(given.values)));
    const bins =
      given instanceof RaggedTensor ? given.withFlatValues(this.#bins(given.flatValues)) : this.#bins(inputs);
    if (this.outputMode === 'int')
      return bins instanceof RaggedTensor ? asOutput(bins) : encodeCategories(bins, 'int', 0, this.dtype);
    return maybeSparse(encodeCategories(bins, this.outputMode, this.numBins, this.dtype), this.sparse);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return encodedShape(inputShape, this.outputMode, this.numBins);
  }
  override computeOutputSpec(inputs: Structure): Structure {
    return new KerasTensor(this.computeOutputShape((inputs as Tensor).shape), this.dtype);
  }
}
interface HashingLayer extends LayerValues<typeof options> {}
export interface Hashing extends HashingLayer {}
export const Hashing: Class<HashingArgs, Hashing> = callable(HashingLayer, 'Hashing');
