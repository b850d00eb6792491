// What TensorFlow's decoding ops make of the bytes of a picture: which op reads which formats, with how many channels,
// in which dtype, in three or four axes.
// Owns: those rules. Leaves the formats to their files; WebP pictures are read by the platform, which is passed in.
import { decodeBmp } from './bmp.ts';
import { decodeGif } from './gif.ts';
import { type Animation, imageFormatOf, refuse } from './image.ts';
import { decodeJpeg, type FloatTarget } from './jpeg/jpeg-decode.ts';
import { readPng } from './png.ts';
import { convertPng } from './png-samples.ts';

/** The ops differ in what they take and in how many axes they give. */
export type DecodeOp = 'jpeg' | 'png' | 'gif' | 'bmp' | 'webp' | 'image' | 'crop-jpeg';
export type PixelDType = 'uint8' | 'uint16' | 'float32';

export interface DecodeRequest {
  readonly op: DecodeOp;
  /** What messages call the picture. */
  readonly file: string;
  readonly channels: 0 | 1 | 3 | 4;
  readonly dtype: PixelDType;
  readonly expandAnimations: boolean;
  readonly ratio: 1 | 2 | 4 | 8;
  readonly fancyUpscaling: boolean;
  readonly tryRecoverTruncated: boolean;
  readonly acceptableFraction: number;
  readonly accurate: boolean;
  /** Top, left, height, width of the part that is wanted. */
  readonly cropWindow: readonly [number, number, number, number] | null;
  /** Whether the data may lie in the decoder's memory: until the thread decodes the next picture. */
  readonly mayBorrow: boolean;
  /** Where the pixels of a JPEG picture may go as floats: those of the answer are float32 where they did. */
  readonly floats: FloatTarget | null;
}

export const decodeDefaults: DecodeRequest = {
  op: 'image',
  file: '',
  channels: 0,
  dtype: 'uint8',
  expandAnimations: true,
  ratio: 1,
  fancyUpscaling: true,
  tryRecoverTruncated: false,
  acceptableFraction: 1,
  accurate: false,
  cropWindow: null,
  mayBorrow: false,
  floats: null,
};

/** Reads a WebP file: three channels, or four where it has opacity or moves. */
export type WebpReader = (bytes: Uint8Array, file: string) => Promise<Animation>;

export interface DecodedPicture {
  readonly dims: readonly number[];
  readonly dtype: PixelDType;
  readonly data: Uint8Array | Uint16Array | Float32Array;
}

const opNames: Record<DecodeOp, string> = {
  jpeg: 'decodeJpeg',
  png: 'decodePng',
  gif: 'decodeGif',
  bmp: 'decodeBmp',
  webp: 'decodeWebp',
  image: 'decodeImage',
  'crop-jpeg': 'decodeAndCropJpeg',
};

export async function decodePicture(
  bytes: Uint8Array,
  request: DecodeRequest,
  readWebp: WebpReader,
): Promise<DecodedPicture> {
  const { op, file, channels } = request;
  if (bytes.length === 0) refuse(file, 'the picture is empty: 0 bytes.');
  const format = imageFormatOf(bytes);
  if (!format) return refuse(file, 'this is no picture that can be read; wanted JPEG, PNG, GIF, BMP or WebP.');
  const name = format.toUpperCase();
  if (op === 'bmp' && format !== 'bmp' && format !== 'webp')
    refuse(file, `decodeBmp: found ${name} data; use decodeImage, which reads all formats.`);
  if (op === 'crop-jpeg' && format !== 'jpeg') refuse(file, `decodeAndCropJpeg: found ${name} data, wanted JPEG.`);
  const allowed = { jpeg: [0, 1, 3], png: [0, 1, 3, 4], gif: [0, 3], bmp: [0, 3, 4], webp: [0, 3, 4] }[format];
  if (!allowed.includes(channels))
    refuse(file, `${opNames[op]}: found channels ${channels}, wanted one of ${allowed.join(', ')} for ${name} data.`);
  if (format === 'jpeg') return jpegPicture(bytes, request);
  if (format === 'png') {
    const png = convertPng(await readPng(bytes, file), channels, request.dtype === 'uint8' ? 8 : 16);
    const dims = [png.height, png.width, png.channels];
    const data =
      request.dtype === 'float32'
        ? Float32Array.from(png.data, (x) => Math.fround(x * Math.fround(1 / 65535)))
        : png.data;
    return { dims: op === 'gif' ? [1, ...dims] : dims, dtype: request.dtype, data };
  }
  if (format === 'gif') {
    const gif = decodeGif(bytes, { file, firstOnly: !request.expandAnimations });
    const single = [gif.height, gif.width, 3];
    if (op === 'jpeg' || op === 'png') {
      if (gif.frames !== 1)
        refuse(file, `${opNames[op]}: found a GIF of ${gif.frames} frames; use decodeGif or decodeImage.`);
      return converted(single, gif.data, request);
    }
    return converted(op === 'image' && !request.expandAnimations ? single : [gif.frames, ...single], gif.data, request);
  }
  if (format === 'bmp') {
    if (op !== 'bmp' && op !== 'image') refuse(file, `${opNames[op]}: found BMP data; use decodeBmp or decodeImage.`);
    const bmp = decodeBmp(bytes, channels, file);
    return converted([bmp.height, bmp.width, bmp.channels], bmp.data, request);
  }
  if (request.dtype !== 'uint8')
    refuse(file, `${opNames[op]}: found dtype ${request.dtype}, wanted uint8 for WebP data.`);
  const webp = await readWebp(bytes, file);
  if (channels !== 0 && channels !== webp.channels)
    refuse(file, `${opNames[op]}: found channels ${channels}; the WebP data has ${webp.channels}.`);
  const frame = [webp.height, webp.width, webp.channels];
  if (request.expandAnimations) return { dims: [webp.frames, ...frame], dtype: 'uint8', data: webp.data };
  return {
    dims: frame,
    dtype: 'uint8',
    data: webp.data.subarray(
      0,
      frame.reduce((a, b) => a * b, 1),
    ),
  };
}

/** Samples of 8 bits as the dtype that was asked for. */
function converted(dims: readonly number[], data: Uint8Array, { dtype }: DecodeRequest): DecodedPicture {
  if (dtype === 'uint16') return { dims, dtype, data: Uint16Array.from(data, (x) => x * 256) };
  if (dtype === 'float32') {
    const scale = Math.fround(1 / 255);
    return { dims, dtype, data: Float32Array.from(data, (x) => x * scale) };
  }
  return { dims, dtype, data };
}

function jpegPicture(bytes: Uint8Array, request: DecodeRequest): DecodedPicture {
  const { file, op, channels } = request;
  const jpeg = decodeJpeg(bytes, {
    file,
    dctMethod: request.accurate ? 'accurate' : 'fast',
    fancyUpscaling: request.fancyUpscaling,
    ratio: request.ratio,
    colors: channels === 1 ? 'gray' : channels === 3 ? 'rgb4' : 'own',
    mayBorrow: request.mayBorrow,
    floats: request.floats,
  });
  if (jpeg.asFloats && request.floats) {
    const { site, address } = request.floats;
    const dims = [jpeg.height, jpeg.width, 3];
    const data = new Float32Array(site.memory.buffer, address, jpeg.height * jpeg.width * 3);
    return { dims, dtype: 'float32', data };
  }
  let { height, width, data } = jpeg;
  if (jpeg.endedEarly && !request.tryRecoverTruncated) {
    const whole = jpeg.wholeHeight;
    if (whole / height < Math.min(1, request.acceptableFraction))
      refuse(
        file,
        `the JPEG data is cut off: ${whole} of ${height} rows are whole. Pass tryRecoverTruncated, or a smaller acceptableFraction.`,
      );
    data.fill(0, whole * width * jpeg.channels);
  }
  const deep = jpeg.channels === 4 ? 3 : jpeg.channels;
  if (jpeg.channels === 4) data = inkToLight(data, jpeg.hasAdobeMarker);
  if (request.cropWindow) {
    const [top, left, high, wide] = request.cropWindow;
    if (!(high > 0 && wide > 0 && top >= 0 && left >= 0 && top + high <= height && left + wide <= width))
      refuse(
        file,
        `decodeAndCropJpeg: the window [${request.cropWindow.join(', ')}] (top, left, height, width) does not lie in a picture of ${height} × ${width}.`,
      );
    const part = new Uint8Array(high * wide * deep);
    for (let y = 0; y < high; y++) {
      const from = ((top + y) * width + left) * deep;
      part.set(data.subarray(from, from + wide * deep), y * wide * deep);
    }
    [height, width, data] = [high, wide, part];
  }
  const dims = [height, width, deep];
  return converted(op === 'gif' ? [1, ...dims] : dims, data, request);
}

/** Cyan, magenta, yellow and black to red, green and blue; Adobe writes them inverted. */
function inkToLight(cmyk: Uint8Array, inverted: boolean): Uint8Array {
  const out = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4, to += 3) {
    const k = inverted ? cmyk[from + 3]! : 255 - cmyk[from + 3]!;
    for (let c = 0; c < 3; c++) {
      const ink = cmyk[from + c]!;
      out[to + c] = Math.floor((k * (inverted ? ink : 255 - ink)) / 255);
    }
  }
  return out;
}
