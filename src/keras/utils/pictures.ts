// keras.utils.loadImg, imgToArray, arrayToImg: pictures as Pillow opens, converts and resizes them.
// Owns: the arguments, and the way between pictures and tensors. Leaves Pillow's rules to src/formats/images/pillow.

import { type DType, dtypes } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { showShape } from '../../base/shape.ts';
import { convertMode, ModeImage } from '../../formats/images/pillow/mode-image.ts';
import { openPicture } from '../../formats/images/pillow/open.ts';
import { type Box, type PillowFilter, resample } from '../../formats/images/pillow/resample.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { signature } from '../../ops/core/signature.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { type FileSource, platform } from '../../platform/platform.ts';
import { readWebp } from '../../platform/webp.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { floatx, imageDataFormat } from '../config.ts';
import type { ColorMode } from './image-dataset.ts';

export type DataFormat = 'channels_last' | 'channels_first';

/** A picture in memory, as Pillow would hold it: mode, width, height, and rows of samples. */
export type LoadedImage = ModeImage;

export interface LoadImgOptions
  extends Options<{
    colorMode: ColorMode;
    targetSize: readonly [height: number, width: number] | null;
    interpolation: PillowFilter;
    keepAspectRatio: boolean;
  }> {}

const FILTERS: readonly PillowFilter[] = ['nearest', 'bilinear', 'bicubic', 'hamming', 'box', 'lanczos'];
const MODES = { rgb: 'RGB', rgba: 'RGBA', grayscale: 'L' } as const;

/** Opens a picture file (or bytes, or a file that a user picked), converted to the colours and size that are asked for. */
export const loadImg = guarded(
  'loadImg',
  ['path', 'options'],
  async (path: FileSource | Uint8Array, options: LoadImgOptions = {}): Promise<LoadedImage> => {
    const { colorMode = 'rgb', targetSize = null, interpolation = 'nearest', keepAspectRatio = false } = options;
    const mode = Object.hasOwn(MODES, colorMode) ? MODES[colorMode] : undefined;
    if (!mode) throw new ValueError(`loadImg: colorMode ${show(colorMode)}; wanted 'rgb', 'rgba' or 'grayscale'.`);
    if (!FILTERS.includes(interpolation))
      throw new ValueError(`loadImg: interpolation ${show(interpolation)}; wanted one of ${FILTERS.join(', ')}.`);
    const name =
      path instanceof Uint8Array ? 'the picture' : path instanceof Blob ? fileNameOfBlob(path) : String(path);
    const bytes = path instanceof Uint8Array ? path : await platform().readFile(path);
    let image = await openPicture(bytes, name, readWebp);
    // Gray pictures of 16 bits stay as they are.
    if (!(mode === 'L' && (image.mode === 'I;16' || image.mode === 'I'))) image = convertMode(image, mode);
    if (targetSize) {
      const [height, width] = targetSize;
      if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0))
        throw new ValueError(`loadImg: targetSize ${show(targetSize)}; wanted [height, width], both at least 1.`);
      if (image.height !== height || image.width !== width)
        image = resample(
          image,
          width,
          height,
          interpolation,
          keepAspectRatio ? aspectBox(image, height, width) : undefined,
        );
    }
    return image;
  },
);

const fileNameOfBlob = (blob: Blob): string => ('name' in blob ? String(blob.name) : 'the picture');

/** The largest part around the centre that has the aspect ratio. */
function aspectBox(image: ModeImage, height: number, width: number): Box {
  const high = Math.min(image.height, Math.floor((image.width * height) / width));
  const wide = Math.min(image.width, Math.floor((image.height * width) / height));
  const top = Math.floor((image.height - high) / 2);
  const left = Math.floor((image.width - wide) / 2);
  return [left, top, left + wide, top + high];
}

const formatArgument = (format: DataFormat | null | undefined, name: string): DataFormat => {
  const found = format ?? imageDataFormat();
  if (found !== 'channels_last' && found !== 'channels_first')
    throw new ValueError(`${name}: dataFormat ${show(format)}; wanted 'channels_last' or 'channels_first'.`);
  return found;
};

/** A picture as a tensor (height, width, channels); two axes get a third. */
export const imgToArray = signature(
  'imgToArray',
  ['img', 'dataFormat', 'dtype'],
  (img: LoadedImage | TensorLike, dataFormat?: DataFormat, dtype?: DType): Tensor => {
    const format = formatArgument(dataFormat, 'imgToArray');
    const type = dtype ?? floatx();
    const given = img instanceof ModeImage ? tensorOf(img) : convertToTensor(img, undefined, 'imgToArray');
    const x = cast(given, type);
    if (x.dims.length === 2)
      return p.reshape(x, format === 'channels_first' ? [1, ...x.dims] : [...x.dims, 1]) as Tensor;
    if (x.dims.length !== 3)
      throw new ShapeError(`imgToArray: found shape ${showShape(x.dims)}; wanted two or three axes.`);
    return (format === 'channels_first' ? p.transpose(x, [2, 0, 1]) : x) as Tensor;
  },
);

function tensorOf({ data, height, width, channels, mode }: LoadedImage): Tensor {
  const dims = channels === 1 ? [height, width] : [height, width, channels];
  const dtype = data instanceof Uint16Array ? 'uint16' : data instanceof Int32Array ? 'int32' : 'uint8';
  // A picture of black and white holds 0 and 1 in Python.
  return eagerTensor(mode === '1' ? data.map((sample) => (sample ? 1 : 0)) : data, dims, dtype);
}

/** A tensor (height, width, channels) as a picture; `scale` spreads its numbers over 0 to 255. */
export const arrayToImg = signature(
  'arrayToImg',
  ['x', 'dataFormat', 'scale', 'dtype'],
  (x: TensorLike, dataFormat?: DataFormat, scale: boolean = true, dtype?: DType): LoadedImage => {
    const format = formatArgument(dataFormat, 'arrayToImg');
    const type = dtype ?? floatx();
    let tensor = cast(convertToTensor(x, undefined, 'arrayToImg'), type);
    if (tensor.dims.length !== 3)
      throw new ShapeError(`arrayToImg: found shape ${showShape(tensor.dims)}; wanted three axes: one picture.`);
    if (format === 'channels_first') tensor = p.transpose(tensor, [1, 2, 0]) as Tensor;
    const [height, width, channels] = tensor.dims as readonly [number, number, number];
    if (channels !== 1 && channels !== 3 && channels !== 4)
      throw new ShapeError(`arrayToImg: found ${channels} channels; wanted 1, 3 or 4.`);
    const values = Float64Array.from(tensor.dataSync() as Float32Array, Number);
    if (scale) spread(values, type);
    const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    if (channels === 1 && largest > 255) return new ModeImage('I', width, height, Int32Array.from(values, Math.trunc));
    const mode = channels === 4 ? 'RGBA' : channels === 3 ? 'RGB' : 'L';
    return new ModeImage(mode, width, height, Uint8Array.from(values, Math.trunc));
  },
);

/** (x − min) / max · 255, rounded as the dtype rounds. */
function spread(values: Float64Array, dtype: DType): void {
  const round = dtypes[dtype].bits === 64 ? (value: number) => value : Math.fround;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const span = round(most - least);
  values.forEach((value, i) => {
    const shifted = round(value - least);
    values[i] = round((span === 0 ? shifted : round(shifted / span)) * 255);
  });
}
