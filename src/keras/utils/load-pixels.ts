// One picture of a data set: decoded as tf.io.decodeImage does and brought to the data set's size.
// Owns: stretching, cropping and padding to the aspect ratio. Free of tensors: threads that load pictures run it.
import { decodeDefaults, decodePicture, type WebpReader } from '../../formats/images/decode-picture.ts';
import { type Pixels, resizePixels } from '../../ops/image/plain-resize.ts';
import type { ResizeMethodName } from '../../ops/image/resize-methods.ts';

export interface PixelRequest {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
  readonly method: ResizeMethodName;
  /** What becomes of a picture of another aspect ratio. */
  readonly fit: 'stretch' | 'crop' | 'pad';
}

const f = Math.fround;

/** The pixels (height, width, channels), as floats, or as bytes where their numbers are whole. */
export async function loadPixels(
  bytes: Uint8Array,
  file: string,
  request: PixelRequest,
  readWebp: WebpReader,
): Promise<Uint8Array | Float32Array> {
  const { height, width, channels, method, fit } = request;
  const { dims, data } = await decodePicture(
    bytes,
    { ...decodeDefaults, file, channels, expandAnimations: false },
    readWebp,
  );
  const image: Pixels = { height: dims[0]!, width: dims[1]!, channels: dims[2]!, data: data as Uint8Array };
  if (fit === 'crop') return resizePixels(cropped(image, height, width), height, width, method).data;
  if (fit === 'pad') return padded(image, height, width, method);
  return resizePixels(image, height, width, method).data;
}

/** The largest part around the centre that has the aspect ratio. */
function cropped(image: Pixels, height: number, width: number): Pixels {
  const most = (side: number, other: number, target: number) =>
    Math.max(1, Math.min(side, Math.trunc(f(f(other) / target))));
  const high = most(image.height, image.width * height, width);
  const wide = most(image.width, image.height * width, height);
  return part(image, Math.trunc((image.height - high) / 2), Math.trunc((image.width - wide) / 2), high, wide);
}

function part({ data, width, channels }: Pixels, top: number, left: number, high: number, wide: number): Pixels {
  const out =
    data instanceof Float32Array ? new Float32Array(high * wide * channels) : new Uint8Array(high * wide * channels);
  for (let y = 0; y < high; y++) {
    const from = ((top + y) * width + left) * channels;
    out.set(data.subarray(from, from + wide * channels), y * wide * channels);
  }
  return { height: high, width: wide, channels, data: out };
}

/** Resized to fit, with zeros around. */
function padded(image: Pixels, height: number, width: number, method: ResizeMethodName): Uint8Array | Float32Array {
  const { channels } = image;
  const ratio = Math.max(f(image.width / width), f(image.height / height));
  const [high, wide] = [f(image.height / ratio), f(image.width / ratio)];
  const inner = resizePixels(image, Math.floor(high), Math.floor(wide), method);
  const top = Math.max(0, Math.floor(f(f(height - high) / 2)));
  const left = Math.max(0, Math.floor(f(f(width - wide) / 2)));
  const out =
    method === 'nearest' ? new Uint8Array(height * width * channels) : new Float32Array(height * width * channels);
  for (let y = 0; y < inner.height; y++)
    out.set(
      inner.data.subarray(y * inner.width * channels, (y + 1) * inner.width * channels),
      ((top + y) * width + left) * channels,
    );
  return out;
}
