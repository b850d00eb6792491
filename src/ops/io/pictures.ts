// tf.io: pictures from their files' bytes, and back.
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
import { encodeJpeg as writeJpeg } from '../../formats/images/jpeg/jpeg-encode.ts';
import { encodePng as writePng } from '../../formats/images/png-encode.ts';
import { readWebp } from '../../platform/webp.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { bytesOf, elementOf } from '../strings/text.ts';

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

/** The bytes of a file as a scalar string tensor. */
const fileTensor = (bytes: Uint8Array): Tensor => eagerTensor([elementOf(bytes)], [], 'string');

/** Pixels that can be written: known now, of one of the dtypes, (height, width, channels). */
function pixelsOf(image: TensorLike, name: string, most: number, shorts: boolean) {
  const x = convertToTensor(image, undefined, name);
  if (x.dtype !== 'uint8' && !(shorts && x.dtype === 'uint16'))
    throw new DTypeError(
      `${name}: image of dtype ${x.dtype}; wanted uint8${shorts ? ' or uint16' : ''}. Use tf.image.convertImageDtype or tf.cast.`,
    );
  const [height, width, channels] = x.dims as readonly [number, number, number];
  if (x.dims.length !== 3 || channels < 1 || channels > most || height < 1 || width < 1)
    throw new ShapeError(
      `${name}: image of shape ${showShape(x.dims)}; wanted (height, width, channels) with 1 to ${most} channels.`,
    );
  const data = known(x, name, 'Call it outside tf.function, or in Dataset.map.') as Uint8Array | Uint16Array;
  return { width, height, channels, data };
}

/** A JPEG file of a uint8 picture (height, width, 1 or 3), byte for byte as TensorFlow writes it. */
export const encodeJpeg = signature(
  'io.encodeJpeg',
  [
    'image',
    'format',
    'quality',
    'progressive',
    'optimizeSize',
    'chromaDownsampling',
    'densityUnit',
    'xDensity',
    'yDensity',
    'xmpMetadata',
  ],
  async (
    image: TensorLike,
    format: '' | 'grayscale' | 'rgb' = '',
    quality: number = 95,
    progressive: boolean = false,
    optimizeSize: boolean = false,
    chromaDownsampling: boolean = true,
    densityUnit: 'in' | 'cm' = 'in',
    xDensity: number = 300,
    yDensity: number = 300,
    xmpMetadata: string = '',
  ): Promise<Tensor> => {
    const picture = pixelsOf(image, 'encodeJpeg', 3, false);
    const wanted = format === 'grayscale' ? 1 : format === 'rgb' ? 3 : picture.channels;
    if ((wanted !== 1 && wanted !== 3) || wanted !== picture.channels)
      throw new ShapeError(
        `encodeJpeg: found ${picture.channels} channels, format ${show(format)}; wanted 1 channel (grayscale) or 3 (rgb).`,
      );
    if (!(quality >= 0 && quality <= 100))
      throw new ValueError(`encodeJpeg: quality ${show(quality)}; wanted 0 to 100.`);
    if (densityUnit !== 'in' && densityUnit !== 'cm')
      throw new ValueError(`encodeJpeg: densityUnit ${show(densityUnit)}; wanted 'in' or 'cm'.`);
    const unit = densityUnit === 'in' ? 1 : 2;
    const settings = { quality, progressive, optimizeSize, chromaDownsampling, xDensity, yDensity, xmpMetadata };
    return fileTensor(writeJpeg({ ...picture, data: picture.data as Uint8Array }, { ...settings, densityUnit: unit }));
  },
);

/** A PNG file of a uint8 or uint16 picture (height, width, 1 to 4); `compression` from 0 to 9, −1 for the usual. */
export const encodePng = signature(
  'io.encodePng',
  ['image', 'compression'],
  async (image: TensorLike, compression: number = -1): Promise<Tensor> => {
    const picture = pixelsOf(image, 'encodePng', 4, true);
    if (!(Number.isInteger(compression) && compression >= -1 && compression <= 9))
      throw new ValueError(`encodePng: compression ${show(compression)}; wanted −1 (the usual) or 0 to 9.`);
    const { zlibSync } = await import('fflate');
    const level = (compression < 0 ? 6 : compression) as 6;
    return fileTensor(writePng(picture, (rows) => zlibSync(rows, { level })));
  },
);
