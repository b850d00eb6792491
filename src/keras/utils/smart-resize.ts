// keras.preprocessing.image.smartResize: pictures in another size without distortion.
// Owns: the part that is kept. Leaves resampling to tf.image.resize.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { signature } from '../../ops/core/signature.ts';
import { resize } from '../../ops/image/resize.ts';
import type { ResizeMethodName } from '../../ops/image/resize-methods.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { imageDataFormat } from '../config.ts';
import type { DataFormat } from './pictures.ts';

/** The largest part around the centre with the aspect ratio of `size`, resized to it. */
export const smartResize = signature(
  'smartResize',
  ['x', 'size', 'interpolation', 'dataFormat', 'backendModule'],
  (
    x: TensorLike,
    size: readonly [height: number, width: number],
    interpolation: ResizeMethodName = 'bilinear',
    dataFormat?: DataFormat,
    _backendModule?: null,
  ): Tensor => {
    if (!Array.isArray(size) || size.length !== 2)
      throw new ValueError(`smartResize: size ${show(size)}; wanted [height, width].`);
    const given = convertToTensor(x, undefined, 'smartResize');
    const rank = given.dims.length;
    if (rank !== 3 && rank !== 4)
      throw new ShapeError(`smartResize: found shape ${showShape(given.dims)}; wanted one picture or a batch.`);
    const first = (dataFormat ?? imageDataFormat()) === 'channels_first';
    const outer = rank - 3;
    const order = (from: readonly number[]) => [
      ...Array.from({ length: outer }, (_, i) => i),
      ...from.map((i) => i + outer),
    ];
    const image = first ? p.transpose(given, order([1, 2, 0])) : given;
    const [height, width] = image.dims.slice(-3) as [number, number];
    const high = Math.max(1, Math.min(height, Math.trunc((width * size[0]) / size[1])));
    const wide = Math.max(1, Math.min(width, Math.trunc((height * size[1]) / size[0])));
    const [top, left] = [Math.trunc((height - high) / 2), Math.trunc((width - wide) / 2)];
    const begin = image.dims.map((_, i) => (i === outer ? top : i === outer + 1 ? left : 0));
    const end = image.dims.map((n, i) => (i === outer ? top + high : i === outer + 1 ? left + wide : n));
    const resized = resize(p.slice(image, begin, end) as Tensor, size, interpolation);
    return first ? (p.transpose(resized, order([2, 0, 1])) as Tensor) : resized;
  },
);
