// keras.utils.saveImg: tensors as picture files.
// Owns: the choice of the format. PNG, JPEG and BMP are written by our own encoders, WebP and GIF by sharp in Node.

import { didYouMean, show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { encodeJpeg } from '../../formats/images/jpeg/jpeg-encode.ts';
import { convertMode, type ModeImage } from '../../formats/images/pillow/mode-image.ts';
import { encodePng } from '../../formats/images/png-encode.ts';
import { isNode, platform } from '../../platform/platform.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { arrayToImg, type DataFormat } from './pictures.ts';

export type PictureFormat = 'png' | 'jpeg' | 'jpg' | 'bmp' | 'gif' | 'webp';
const FORMATS: readonly PictureFormat[] = ['png', 'jpeg', 'jpg', 'bmp', 'gif', 'webp'];

/** The file of a picture; `quality` is of JPEG and WebP. */
export async function encodePicture(image: ModeImage, format: PictureFormat, quality = 75): Promise<Uint8Array> {
  const bytes = image.data instanceof Uint8Array;
  const plain = bytes && ['L', 'RGB', 'RGBA'].includes(image.mode) ? image : convertMode(image, 'L');
  if (format === 'png') {
    const { zlibSync } = await import('fflate');
    // Wide gray pictures keep their 16 bits.
    const data = bytes ? (plain.data as Uint8Array) : Uint16Array.from(image.data);
    return encodePng({ ...sizeOf(plain), data }, (rows) => zlibSync(rows));
  }
  if (format === 'jpeg' || format === 'jpg') {
    const opaque = plain.mode === 'RGBA' ? convertMode(plain, 'RGB') : plain;
    const settings = { quality, densityUnit: 0, xDensity: 1, yDensity: 1 } as const;
    return encodeJpeg({ ...sizeOf(opaque), data: opaque.data as Uint8Array }, settings);
  }
  if (format === 'bmp') return encodeBmp(plain.mode === 'L' ? convertMode(plain, 'RGB') : plain);
  if (!isNode()) throw new ValueError(`saveImg: ${format} files are not written in browsers; use 'png' or 'jpeg'.`);
  const { default: sharp } = await import('sharp');
  const { width, height, channels, data } = plain;
  const raw = sharp(data as Uint8Array, { raw: { width, height, channels: channels as 1 | 3 | 4 } });
  const file = await (format === 'gif' ? raw.gif() : raw.webp({ quality })).toBuffer();
  return new Uint8Array(file.buffer, file.byteOffset, file.length);
}

const sizeOf = ({ width, height, channels }: ModeImage) => ({ width, height, channels });

/** 24 bits a pixel, or 32 with opacity; rows from the bottom. */
function encodeBmp({ width, height, channels, data }: ModeImage): Uint8Array {
  const rowBytes = Math.ceil((width * channels) / 4) * 4;
  const out = new Uint8Array(54 + rowBytes * height);
  const view = new DataView(out.buffer);
  out.set([0x42, 0x4d]);
  view.setUint32(2, out.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, channels * 8, true);
  view.setUint32(34, rowBytes * height, true);
  for (let y = 0; y < height; y++) {
    let to = 54 + (height - 1 - y) * rowBytes;
    for (let x = 0, from = y * width * channels; x < width; x++, from += channels, to += channels) {
      for (let c = 0; c < 3; c++) out[to + c] = data[from + 2 - c]!;
      if (channels === 4) out[to + 3] = data[from + 3]!;
    }
  }
  return out;
}

export interface SaveImgOptions
  extends Options<{
    dataFormat: DataFormat;
    /** 'png', 'jpeg', 'bmp', 'gif' or 'webp'; the end of the path, where it is not given. */
    fileFormat: PictureFormat;
    scale: boolean;
    quality: number;
  }> {}

/** Writes a tensor (height, width, channels) as a picture; `scale` spreads its numbers over 0 to 255. */
export const saveImg = guarded(
  'saveImg',
  ['path', 'x', 'options'],
  async (path: string, x: TensorLike, options: SaveImgOptions = {}): Promise<void> => {
    const ending = (options.fileFormat ?? /\.([^./\\]+)$/.exec(path)?.[1] ?? '').toLowerCase();
    const format = FORMATS.find((name) => name === ending);
    if (!format)
      throw new ValueError(
        `saveImg: ${show(path)} is no name of a picture; wanted an end of ${FORMATS.join(', ')}, or fileFormat.${didYouMean(ending, FORMATS)}`,
      );
    const image = arrayToImg(x, { dataFormat: options.dataFormat, scale: options.scale ?? true });
    await platform().writeFile(path, await encodePicture(image, format, options.quality));
  },
);
