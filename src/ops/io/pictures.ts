// tf.io: pictures from their files' bytes.
// Owns: the ops and their arguments. Leaves what each op makes of the bytes to src/formats/images.
import type { DType, StringElement } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import {
  type DecodeOp,
  type DecodeRequest,
  decodeDefaults,
  decodePicture,
  type PixelDType,
} from '../../formats/images/decode-picture.ts';
import { imageFormatOf } from '../../formats/images/image.ts';
import { jpegShape } from '../../formats/images/jpeg/jpeg-decode.ts';
import { readWebp } from '../../platform/webp.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers } from '../core/convert.ts';
import { known } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { bytesOf } from '../strings/text.ts';

/** The content of a file: bytes, or a scalar string tensor as tf.io.readFile gives it. */
export type Bytes = Uint8Array | Tensor;

/** The bytes of one file. */
export function contentsOf(contents: Bytes, name: string): Uint8Array {
  if (contents instanceof Uint8Array) return contents;
  if (typeof contents === 'string') return bytesOf(contents);
  if (!(contents instanceof Tensor))
    throw new ValueError(`${name}: contents ${show(contents)}; wanted the bytes of a file, or a scalar string tensor.`);
  if (contents.dtype !== 'string')
    throw new DTypeError(`${name}: contents of dtype ${contents.dtype}; wanted string, as tf.io.readFile gives it.`);
  if (contents.dims.length !== 0)
    throw new ShapeError(`${name}: contents of shape ${showShape(contents.dims)}; wanted a scalar. Map over them.`);
  const [element] = known(contents, name, 'Decode before the function, or in Dataset.map.') as StringElement[];
  return bytesOf(element!);
}

async function decode(contents: Bytes, op: DecodeOp, name: string, request: Partial<DecodeRequest>): Promise<Tensor> {
  const { dims, dtype, data } = await decodePicture(
    contentsOf(contents, name),
    { ...decodeDefaults, ...request, op, file: name },
    readWebp,
  );
  return eagerTensor(data, dims, dtype);
}

type Channels = DecodeRequest['channels'];
const channelsArgument = (channels: number | undefined, name: string): Channels => {
  const wanted = channels ?? 0;
  if (wanted !== 0 && wanted !== 1 && wanted !== 3 && wanted !== 4)
    throw new ValueError(`${name}: channels ${show(channels)}; wanted 0 (as in the file), 1, 3 or 4.`);
  return wanted;
};
function dtypeArgument(dtype: DType | undefined, allowed: readonly PixelDType[], name: string): PixelDType {
  const found = allowed.find((type) => type === (dtype ?? 'uint8'));
  if (!found) throw new DTypeError(`${name}: dtype ${show(dtype)}; wanted one of ${allowed.join(', ')}.`);
  return found;
}

/** The way libjpeg transforms blocks: '' and 'INTEGER_FAST' as TensorFlow does by default, or a little more exactly. */
export type DctMethod = '' | 'INTEGER_FAST' | 'INTEGER_ACCURATE';
interface JpegArguments {
  readonly channels: number | undefined;
  readonly ratio: number | undefined;
  readonly fancyUpscaling: boolean | undefined;
  readonly tryRecoverTruncated: boolean | undefined;
  readonly acceptableFraction: number | undefined;
  readonly dctMethod: DctMethod | undefined;
}
function jpegRequest(given: JpegArguments, name: string): Partial<DecodeRequest> {
  const { ratio = 1, dctMethod = '' } = given;
  if (ratio !== 1 && ratio !== 2 && ratio !== 4 && ratio !== 8)
    throw new ValueError(`${name}: ratio ${show(ratio)}; wanted 1, 2, 4 or 8.`);
  if (dctMethod !== '' && dctMethod !== 'INTEGER_FAST' && dctMethod !== 'INTEGER_ACCURATE')
    throw new ValueError(`${name}: dctMethod ${show(dctMethod)}; wanted '', 'INTEGER_FAST' or 'INTEGER_ACCURATE'.`);
  return {
    channels: channelsArgument(given.channels, name),
    ratio,
    fancyUpscaling: given.fancyUpscaling ?? true,
    tryRecoverTruncated: given.tryRecoverTruncated ?? false,
    acceptableFraction: given.acceptableFraction ?? 1,
    accurate: dctMethod === 'INTEGER_ACCURATE',
  };
}

/** A JPEG picture (or a PNG, or a GIF of one frame) as uint8 (height, width, channels). */
export const decodeJpeg = signature(
  'io.decodeJpeg',
  ['contents', 'channels', 'ratio', 'fancyUpscaling', 'tryRecoverTruncated', 'acceptableFraction', 'dctMethod'],
  async (
    contents: Bytes,
    channels?: number,
    ratio?: number,
    fancyUpscaling?: boolean,
    tryRecoverTruncated?: boolean,
    acceptableFraction?: number,
    dctMethod?: DctMethod,
  ): Promise<Tensor> => {
    const given = { channels, ratio, fancyUpscaling, tryRecoverTruncated, acceptableFraction, dctMethod };
    return decode(contents, 'jpeg', 'decodeJpeg', jpegRequest(given, 'decodeJpeg'));
  },
);
/** The part of a JPEG picture that `cropWindow` tells: [top, left, height, width]. */
export const decodeAndCropJpeg = signature(
  'io.decodeAndCropJpeg',
  [
    'contents',
    'cropWindow',
    'channels',
    'ratio',
    'fancyUpscaling',
    'tryRecoverTruncated',
    'acceptableFraction',
    'dctMethod',
  ],
  async (
    contents: Bytes,
    cropWindow: TensorLike,
    channels?: number,
    ratio?: number,
    fancyUpscaling?: boolean,
    tryRecoverTruncated?: boolean,
    acceptableFraction?: number,
    dctMethod?: DctMethod,
  ): Promise<Tensor> => {
    const name = 'decodeAndCropJpeg';
    const window = asIntegers(cropWindow, `${name}: cropWindow`);
    if (window.length !== 4)
      throw new ShapeError(`${name}: cropWindow ${show(window)}; wanted [top, left, height, width].`);
    const given = { channels, ratio, fancyUpscaling, tryRecoverTruncated, acceptableFraction, dctMethod };
    const [top, left, height, width] = window as [number, number, number, number];
    return decode(contents, 'crop-jpeg', name, { ...jpegRequest(given, name), cropWindow: [top, left, height, width] });
  },
);
/** A PNG picture (or a JPEG, or a GIF of one frame) as (height, width, channels), with 8 or 16 bits a sample. */
export const decodePng = signature(
  'io.decodePng',
  ['contents', 'channels', 'dtype'],
  async (contents: Bytes, channels?: number, dtype?: DType): Promise<Tensor> =>
    decode(contents, 'png', 'decodePng', {
      channels: channelsArgument(channels, 'decodePng'),
      dtype: dtypeArgument(dtype, ['uint8', 'uint16'], 'decodePng'),
    }),
);
/** All frames of a GIF as uint8 (frames, height, width, 3). */
export const decodeGif = signature(
  'io.decodeGif',
  ['contents'],
  async (contents: Bytes): Promise<Tensor> => decode(contents, 'gif', 'decodeGif', { channels: 3 }),
);
/** A BMP picture of 8, 24 or 32 bits as uint8 (height, width, channels). */
export const decodeBmp = signature(
  'io.decodeBmp',
  ['contents', 'channels'],
  async (contents: Bytes, channels?: number): Promise<Tensor> =>
    decode(contents, 'bmp', 'decodeBmp', { channels: channelsArgument(channels, 'decodeBmp') }),
);
/** A WebP picture or animation as uint8 (frames, height, width, channels). */
export const decodeWebp = signature(
  'io.decodeWebp',
  ['contents', 'channels', 'dtype'],
  async (contents: Bytes, channels?: number, dtype?: DType): Promise<Tensor> =>
    decode(contents, 'webp', 'decodeWebp', {
      channels: channelsArgument(channels, 'decodeWebp'),
      dtype: dtypeArgument(dtype, ['uint8'], 'decodeWebp'),
    }),
);
/** A picture of any format: (height, width, channels); of GIFs all frames (frames, height, width, 3), unless `expandAnimations` is false. */
export const decodeImage = signature(
  'io.decodeImage',
  ['contents', 'channels', 'dtype', 'expandAnimations'],
  async (contents: Bytes, channels?: number, dtype?: DType, expandAnimations: boolean = true): Promise<Tensor> =>
    decode(contents, 'image', 'decodeImage', {
      channels: channelsArgument(channels, 'decodeImage'),
      dtype: dtypeArgument(dtype, ['uint8', 'uint16', 'float32'], 'decodeImage'),
      expandAnimations,
    }),
);
/** Whether bytes begin as a JPEG file does. */
export const isJpeg = signature(
  'io.isJpeg',
  ['contents'],
  (contents: Bytes): Tensor =>
    eagerTensor(Uint8Array.of(imageFormatOf(contentsOf(contents, 'isJpeg')) === 'jpeg' ? 1 : 0), [], 'bool'),
);
/** [height, width, channels] that a JPEG file declares. */
export const extractJpegShape = signature(
  'io.extractJpegShape',
  ['contents', 'outputType'],
  (contents: Bytes, outputType: DType = 'int32'): Tensor => {
    if (outputType !== 'int32' && outputType !== 'int64')
      throw new DTypeError(`extractJpegShape: outputType ${show(outputType)}; wanted int32 or int64.`);
    const { height, width, channels } = jpegShape(contentsOf(contents, 'extractJpegShape'), 'extractJpegShape');
    const shape = [height, width, channels];
    return outputType === 'int32'
      ? eagerTensor(Int32Array.from(shape), [3], 'int32')
      : eagerTensor(BigInt64Array.from(shape, BigInt), [3], 'int64');
  },
);
