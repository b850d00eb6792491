// tf.image.adjustJpegQuality and its random forms: pictures with the traces that JPEG leaves.
// Owns: the ops. It is a function of the host, so that it works within traced functions too.
import { isFloating } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { decodeJpeg } from '../../formats/images/jpeg/jpeg-decode.ts';
import { encodeJpeg } from '../../formats/images/jpeg/jpeg-encode.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { hostFunction } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import type { DctMethod } from '../io/pictures.ts';
import { uniform } from '../random/stateful.ts';
import { statelessUniform } from '../random/stateless.ts';
import { convertImageDtype } from './color.ts';

const throughJpeg = (accurate: boolean) =>
  hostFunction(
    'image.adjustJpegQuality',
    ([image]) => [{ dims: image!.dims, dtype: 'uint8' }],
    ([image, quality], [out]) => {
      const [height, width, channels] = image!.dims as readonly [number, number, number];
      const level = Number((quality!.data as Int32Array)[0]);
      if (!(level >= 0 && level <= 100))
        throw new ValueError(`image.adjustJpegQuality: jpegQuality ${level}; wanted 0 to 100.`);
      const file = encodeJpeg({ width, height, channels, data: image!.data as Uint8Array }, { quality: level });
      const dctMethod = accurate ? 'accurate' : 'fast';
      (out!.data as Uint8Array).set(decodeJpeg(file, { dctMethod, colors: channels === 1 ? 'gray' : 'rgb' }).data);
    },
  );

function adjusted(image: TensorLike, quality: TensorLike, dctMethod: DctMethod, name: string): Tensor {
  const given = convertToTensor(image, undefined, name);
  const channels = given.dims.at(-1);
  if (given.dims.length !== 3 || (channels !== 1 && channels !== 3))
    throw new ShapeError(
      `${name}: found shape ${showShape(given.dims)}; wanted one picture (height, width, channels) of 1 or 3 channels.`,
    );
  const bytes = convertImageDtype(given, 'uint8', true);
  const level = p.convert(convertToTensor(quality, undefined, `${name}: jpegQuality`), 'int32');
  const through = throughJpeg(dctMethod === 'INTEGER_ACCURATE');
  const [result] = p.customCall(through, [bytes, level]) as [Tensor];
  return convertImageDtype(result, given.dtype, !isFloating(given.dtype));
}

/** The picture as it is after being saved as JPEG of a quality of 0 to 100. */
export const adjustJpegQuality = signature(
  'image.adjustJpegQuality',
  ['image', 'jpegQuality', 'dctMethod'],
  (image: TensorLike, jpegQuality: TensorLike, dctMethod: DctMethod = ''): Tensor => {
    if (typeof jpegQuality === 'number' && !(jpegQuality >= 0 && jpegQuality <= 100))
      throw new ValueError(`image.adjustJpegQuality: jpegQuality ${show(jpegQuality)}; wanted 0 to 100.`);
    return adjusted(image, jpegQuality, dctMethod, 'image.adjustJpegQuality');
  },
);

function check(least: number, most: number, name: string): void {
  if (!(least >= 0 && most <= 100 && least < most))
    throw new ValueError(
      `${name}: minJpegQuality ${show(least)} and maxJpegQuality ${show(most)}; wanted 0 ≤ minJpegQuality < maxJpegQuality ≤ 100.`,
    );
}
/** The same with a quality drawn from [minJpegQuality, maxJpegQuality). */
export const randomJpegQuality = signature(
  'image.randomJpegQuality',
  ['image', 'minJpegQuality', 'maxJpegQuality', 'seed'],
  (image: TensorLike, minJpegQuality: number, maxJpegQuality: number, seed?: number | bigint): Tensor => {
    check(minJpegQuality, maxJpegQuality, 'image.randomJpegQuality');
    const range = { minval: minJpegQuality, maxval: maxJpegQuality, dtype: 'int32' } as const;
    return adjusted(image, uniform([], { ...range, seed }), '', 'image.randomJpegQuality');
  },
);
export const statelessRandomJpegQuality = signature(
  'image.statelessRandomJpegQuality',
  ['image', 'minJpegQuality', 'maxJpegQuality', 'seed'],
  (image: TensorLike, minJpegQuality: number, maxJpegQuality: number, seed: TensorLike): Tensor => {
    check(minJpegQuality, maxJpegQuality, 'image.statelessRandomJpegQuality');
    const range = { minval: minJpegQuality, maxval: maxJpegQuality, dtype: 'int32' } as const;
    return adjusted(image, statelessUniform([], seed, range), '', 'image.statelessRandomJpegQuality');
  },
);
