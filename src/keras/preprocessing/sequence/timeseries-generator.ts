// TimeseriesGenerator: batches of windows over time, with the value that follows each as its target.

import { type Class, callable } from '../../../base/callable.ts';
import { ShapeError, ValueError } from '../../../base/errors.ts';
import { gather } from '../../../ops/core/arrange.ts';
import { convertToTensor } from '../../../ops/core/convert.ts';
import { integersTensor } from '../../../ops/core/shapes.ts';
import { globalState } from '../../../random/global-state.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../../runtime/tensor-methods.ts';
import { Sequence } from '../../utils/sequence.ts';

export interface TimeseriesGeneratorOptions
  extends Options<{
    samplingRate: number;
    stride: number;
    startIndex: number;
    endIndex: number | null;
    shuffle: boolean;
    reverse: boolean;
    batchSize: number;
  }> {}

class TimeseriesGenerator_ extends Sequence<readonly [samples: Tensor, targets: Tensor]> {
  readonly data: Tensor;
  readonly targets: Tensor;
  /** Steps of a window before sampling. */
  readonly windowLength: number;
  readonly samplingRate: number;
  readonly stride: number;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly shuffle: boolean;
  readonly reverse: boolean;
  readonly batchSize: number;

  constructor(data: TensorLike, targets: TensorLike, length: number, options: TimeseriesGeneratorOptions = {}) {
    super();
    this.data = convertToTensor(data, undefined, 'TimeseriesGenerator: data');
    this.targets = convertToTensor(targets, undefined, 'TimeseriesGenerator: targets');
    const count = this.data.dims[0] ?? 0;
    if (count !== this.targets.dims[0])
      throw new ShapeError(
        `TimeseriesGenerator: data has ${count} rows, targets ${this.targets.dims[0]}; wanted as many.`,
      );
    this.windowLength = length;
    this.samplingRate = options.samplingRate ?? 1;
    this.stride = options.stride ?? 1;
    this.startIndex = (options.startIndex ?? 0) + length;
    this.endIndex = options.endIndex ?? count - 1;
    this.shuffle = options.shuffle ?? false;
    this.reverse = options.reverse ?? false;
    this.batchSize = options.batchSize ?? 128;
    if (this.startIndex > this.endIndex)
      throw new ValueError(
        `TimeseriesGenerator: startIndex + length = ${this.startIndex} lies after endIndex = ${this.endIndex}; nothing is left to predict.`,
      );
  }
  get length(): number {
    const step = this.batchSize * this.stride;
    return Math.floor((this.endIndex - this.startIndex + step) / step);
  }
  getItem(index: number): readonly [samples: Tensor, targets: Tensor] {
    const rows: number[] = [];
    if (this.shuffle)
      for (let k = 0; k < this.batchSize; k++) rows.push(globalState.randint(this.startIndex, this.endIndex + 1));
    else {
      const from = this.startIndex + this.batchSize * this.stride * index;
      const to = Math.min(from + this.batchSize * this.stride, this.endIndex + 1);
      for (let row = from; row < to; row += this.stride) rows.push(row);
    }
    const steps = Math.ceil(this.windowLength / this.samplingRate);
    const offsets = Array.from({ length: steps }, (_, k) => k * this.samplingRate - this.windowLength);
    if (this.reverse) offsets.reverse();
    const places = rows.flatMap((row) => offsets.map((offset) => row + offset));
    return [
      gather(this.data, integersTensor(places, [rows.length, steps], 'int32')),
      gather(this.targets, integersTensor(rows, [rows.length], 'int32')),
    ];
  }
}
export interface TimeseriesGenerator extends TimeseriesGenerator_ {}
/** Batches [windows (batch, length / samplingRate, …), targets (batch, …)] for fit. */
export const TimeseriesGenerator: Class<
  [data: TensorLike, targets: TensorLike, length: number, options?: TimeseriesGeneratorOptions],
  TimeseriesGenerator
> = callable(TimeseriesGenerator_, 'TimeseriesGenerator');
