// tf.math.bincount, tf.math.confusionMatrix, tf.histogramFixedWidth: how often what occurs.
// Owns: these counts. Their sizes may depend on values, which must then be known.
import { asDType, type DType, isFloating } from '../../base/dtype.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { sameShape, showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { scatterNd } from '../core/gather-nd.ts';
import { known } from '../core/host.ts';
import { signature } from '../core/signature.ts';

const EAGER = 'Call it outside tf.function.';

/** How often each whole number from 0 on occurs, or the sums of its weights. */
export const bincount = signature(
  'bincount',
  ['arr', 'weights', 'minlength', 'maxlength', 'dtype', 'axis', 'binaryOutput'],
  (
    arr: TensorLike,
    weights?: TensorLike,
    minlength?: number | Tensor,
    maxlength?: number | Tensor,
    dtype: DType = 'int32',
    axis?: number,
    binaryOutput: boolean = false,
  ): Tensor => {
    const x = convertToTensor(arr, undefined, 'bincount');
    // Floats are cut to whole numbers, as in TensorFlow.
    const numbers = Array.from(known(x, 'bincount', EAGER) as ArrayLike<number | bigint>, (n) => Math.trunc(Number(n)));
    const bad = numbers.findIndex((n) => n < 0);
    if (bad >= 0) throw new ValueError(`bincount: found ${numbers[bad]} at position ${bad}; wanted numbers ≥ 0.`);
    const least = minlength === undefined ? 0 : asInteger(minlength, 'bincount: minlength');
    const most = maxlength === undefined ? Number.POSITIVE_INFINITY : asInteger(maxlength, 'bincount: maxlength');
    const length = Math.min(
      most,
      Math.max(
        least,
        numbers.reduce((a, b) => Math.max(a, b + 1), 0),
      ),
    );
    const given = weights === undefined ? null : convertToTensor(weights, undefined, 'bincount: weights');
    if (given && !sameShape(given.dims, x.dims))
      throw new ShapeError(
        `bincount: weights have shape ${showShape(given.dims)} and arr ${showShape(x.dims)}; wanted equal shapes.`,
      );
    const loads = given && Array.from(known(given, 'bincount', EAGER) as ArrayLike<number | bigint>, Number);
    const rows = axis === -1 && x.dims.length === 2 ? x.dims[0]! : 1;
    const counts = new Float64Array(rows * length);
    const perRow = numbers.length / rows;
    numbers.forEach((n, i) => {
      if (n >= length) return;
      const at = Math.floor(i / perRow) * length + n;
      counts[at] = binaryOutput ? 1 : counts[at]! + (loads ? loads[i]! : 1);
    });
    const type = given ? given.dtype : asDType(dtype);
    return p.convert(
      eagerTensor(counts, axis === -1 && x.dims.length === 2 ? [rows, length] : [length], 'float64'),
      type,
    ) as Tensor;
  },
);

/** Rows are labels, columns predictions: how often they occur together. */
export const confusionMatrix = signature(
  'confusionMatrix',
  ['labels', 'predictions', 'numClasses', 'weights', 'dtype'],
  (
    labels: TensorLike,
    predictions: TensorLike,
    numClasses?: number | Tensor,
    weights?: TensorLike,
    dtype: DType = 'int32',
  ): Tensor => {
    const flat = (x: TensorLike, name: string): Tensor => {
      const t = convertToTensor(x, undefined, name);
      return p.convert(p.reshape(t, [t.size]), 'int32') as Tensor;
    };
    const [a, b] = [flat(labels, 'confusionMatrix: labels'), flat(predictions, 'confusionMatrix: predictions')];
    if (a.size !== b.size)
      throw new ShapeError(`confusionMatrix: ${a.size} labels and ${b.size} predictions; wanted as many.`);
    const largest = (x: Tensor): number =>
      Array.from(known(x, 'confusionMatrix', 'Give numClasses.') as ArrayLike<number>, Number).reduce(
        (m, n) => Math.max(m, n + 1),
        0,
      );
    const n =
      numClasses === undefined
        ? Math.max(largest(a), largest(b))
        : asInteger(numClasses, 'confusionMatrix: numClasses');
    const type = asDType(dtype);
    const ones =
      weights === undefined ? p.full(1, { dims: a.dims, dtype: type }) : p.convert(convertToTensor(weights), type);
    const indices = p.concatenate([p.reshape(a, [a.size, 1]), p.reshape(b, [b.size, 1])], 1);
    return scatterNd(indices as Tensor, p.reshape(ones, a.dims) as Tensor, [n, n]);
  },
);

/** The number of the bin of each value: `nbins` equal ones over the range, the outer ones open. */
export const histogramFixedWidthBins = signature(
  'histogramFixedWidthBins',
  ['values', 'valueRange', 'nbins', 'dtype'],
  (values: TensorLike, valueRange: TensorLike, nbins: number | Tensor = 100, dtype: DType = 'int32'): Tensor => {
    const x = convertToTensor(values, undefined, 'histogramFixedWidth');
    const number = isFloating(x.dtype) ? x : p.convert(x, 'float64');
    const [low, high] = Array.from(
      convertToTensor(valueRange, undefined, 'histogramFixedWidth: valueRange').dataSync() as ArrayLike<number>,
      Number,
    );
    const n = asInteger(nbins, 'histogramFixedWidth: nbins');
    if (!(low! < high!))
      throw new ValueError(`histogramFixedWidth: valueRange [${low}, ${high}]; wanted the first below the second.`);
    const scaled = p.div(p.offset(number, -low!), p.full(high! - low!, number));
    const bin = p.unary('floor', p.scale(scaled, n));
    const clipped = p.binary('min', p.binary('max', bin, p.zerosLike(bin)), p.full(n - 1, bin));
    return p.convert(clipped, asDType(dtype)) as Tensor;
  },
);
/** How many values lie in each of `nbins` equal bins over the range. */
export const histogramFixedWidth = signature(
  'histogramFixedWidth',
  ['values', 'valueRange', 'nbins', 'dtype'],
  (values: TensorLike, valueRange: TensorLike, nbins: number | Tensor = 100, dtype: DType = 'int32'): Tensor => {
    const bins = histogramFixedWidthBins(values, valueRange, nbins, 'int32');
    const n = asInteger(nbins, 'histogramFixedWidth: nbins');
    const type = asDType(dtype);
    const flat = p.reshape(bins, [bins.size]);
    return p.scatterRows(
      p.full(0, { dims: [n], dtype: type }),
      flat,
      p.full(1, { dims: flat.dims, dtype: type }),
      'add',
    ) as Tensor;
  },
);
