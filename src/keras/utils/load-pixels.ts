// One picture of a data set: decoded as tf.io.decodeImage does and brought to the data set's size.
// Owns: stretching, cropping and padding to the aspect ratio. Free of tensors: threads that load pictures run it.
import { decodeDefaults, decodePicture, type WebpReader } from '../../formats/images/decode-picture.ts';
import { blurs, type Pixels, resizeInto } from '../../ops/image/plain-resize.ts';
import type { ResizeMemory } from '../../ops/image/plain-resize-kernels.ts';
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

/**
 * Writes the pixels (height, width, channels) from `at` on, as floats, or as bytes where their numbers are whole. With kernels on
 * the `memory` in which `out` lies, up to BEYOND bytes behind the picture may change too.
 */
export async function loadPixels(
  bytes: Uint8Array,
  file: string,
  request: PixelRequest,
  readWebp: WebpReader,
  out: Uint8Array | Float32Array,
  at: number,
  memory?: ResizeMemory,
): Promise<void> {
  const { height, width, channels, method, fit } = request;
  const floats =
    memory && channels === 3 && out instanceof Float32Array && !blurs(method)
      ? memory.targetOf(out, at, width, height)
      : null;
  const { dims, dtype, data } = await decodePicture(
    bytes,
    { ...decodeDefaults, file, channels, expandAnimations: false, mayBorrow: true, floats },
    readWebp,
  );
  // A picture of the wanted size is written where it belongs as it is decoded.
  if (dtype === 'float32') return;
  const image: Pixels = { height: dims[0]!, width: dims[1]!, channels: dims[2]!, data: data as Uint8Array };
  const target = { data: out, at, stride: width * channels, memory };
  if (fit === 'crop') resizeInto(cropped(image, height, width), height, width, method, target);
  else if (fit === 'pad') padInto(image, request, out, at);
  else resizeInto(image, height, width, method, target);
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
  const out = new Uint8Array(high * wide * channels);
  for (let y = 0; y < high; y++) {
    const from = ((top + y) * width + left) * channels;
    out.set(data.subarray(from, from + wide * channels), y * wide * channels);
  }
  return { height: high, width: wide, channels, data: out };
}

/** Resized to fit, with zeros around. */
function padInto(
  image: Pixels,
  { height, width, channels, method }: PixelRequest,
  out: Uint8Array | Float32Array,
  at: number,
): void {
  const ratio = Math.max(f(image.width / width), f(image.height / height));
  const [high, wide] = [f(image.height / ratio), f(image.width / ratio)];
  const top = Math.max(0, Math.floor(f(f(height - high) / 2)));
  const left = Math.max(0, Math.floor(f(f(width - wide) / 2)));
  out.fill(0, at, at + height * width * channels);
  resizeInto(image, Math.floor(high), Math.floor(wide), method, {
    data: out,
    at: at + (top * width + left) * channels,
    stride: width * channels,
  });
}
