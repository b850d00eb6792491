// Blocks of space moved into channels or batch, and back.
// Owns: spaceToDepth, depthToSpace, spaceToBatch, batchToSpace. All are reshapes and transposes.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { channelsFirst, fromChannelsLast, toChannelsLast } from './windows.ts';

function image(
  input: TensorLike,
  dataFormat: string,
  name: string,
): { x: ReturnType<typeof toChannelsLast>; first: boolean } {
  const tensor = convertToTensor(input, undefined, name);
  if (tensor.dims.length !== 4)
    throw new ShapeError(`${name}: input has shape ${showShape(tensor.dims)}; wanted rank 4.`);
  const first = channelsFirst(dataFormat);
  return { x: toChannelsLast(tensor, first), first };
}

function checkBlockSize(blockSize: number, name: string): void {
  if (!Number.isInteger(blockSize) || blockSize < 2)
    throw new ValueError(`${name}: blockSize is ${show(blockSize)}; wanted a whole number from 2 on.`);
}

/** Blocks of pixels become channels. */
export const spaceToDepth = signature(
  'spaceToDepth',
  ['input', 'blockSize', 'dataFormat'],
  (input: TensorLike, blockSize: number, dataFormat: 'NHWC' | 'NCHW' = 'NHWC'): Tensor => {
    checkBlockSize(blockSize, 'spaceToDepth');
    const { x, first } = image(input, dataFormat, 'spaceToDepth');
    const [n, h, w, c] = x.dims as [number, number, number, number];
    if (h % blockSize !== 0 || w % blockSize !== 0)
      throw new ShapeError(
        `spaceToDepth: height ${h} and width ${w} are not multiples of the block size ${blockSize}.`,
      );
    const [rows, columns] = [h / blockSize, w / blockSize];
    const split = p.reshape(x, [n, rows, blockSize, columns, blockSize, c]);
    const moved = p.transpose(split, [0, 1, 3, 2, 4, 5]);
    return fromChannelsLast(p.reshape(moved, [n, rows, columns, blockSize * blockSize * c]), first) as Tensor;
  },
);

/** Channels become blocks of pixels. */
export const depthToSpace = signature(
  'depthToSpace',
  ['input', 'blockSize', 'dataFormat'],
  (input: TensorLike, blockSize: number, dataFormat: 'NHWC' | 'NCHW' = 'NHWC'): Tensor => {
    checkBlockSize(blockSize, 'depthToSpace');
    const { x, first } = image(input, dataFormat, 'depthToSpace');
    const [n, h, w, c] = x.dims as [number, number, number, number];
    if (c % (blockSize * blockSize) !== 0)
      throw new ShapeError(
        `depthToSpace: ${c} channels are no multiple of ${blockSize * blockSize}, the square of the block size.`,
      );
    const inner = c / (blockSize * blockSize);
    const split = p.reshape(x, [n, h, w, blockSize, blockSize, inner]);
    const moved = p.transpose(split, [0, 1, 3, 2, 4, 5]);
    return fromChannelsLast(p.reshape(moved, [n, h * blockSize, w * blockSize, inner]), first) as Tensor;
  },
);

const pairs = (value: TensorLike, count: number, name: string): number[][] => {
  const flat = asIntegers(convertToTensor(value, undefined, name), name);
  if (flat.length !== 2 * count)
    throw new ShapeError(`${name}: found ${show(flat)}; wanted [before, after] for each of ${count} axes.`);
  return Array.from({ length: count }, (_, i) => flat.slice(2 * i, 2 * i + 2));
};

/** Pads, then moves blocks of the axes behind the first into the batch. */
export const spaceToBatch = signature(
  'spaceToBatch',
  ['input', 'blockShape', 'paddings'],
  (input: TensorLike, blockShape: TensorLike, paddings: TensorLike): Tensor => {
    const x = convertToTensor(input, undefined, 'spaceToBatch');
    const block = asIntegers(blockShape, 'spaceToBatch: blockShape');
    if (block.some((b) => b < 1))
      throw new ValueError(`spaceToBatch: blockShape ${show(block)}; wanted numbers from 1 on.`);
    const m = block.length;
    const around = pairs(paddings, m, 'spaceToBatch: paddings');
    const rest = x.dims.slice(m + 1);
    const none = rest.map(() => 0);
    const padded = p.pad(
      x,
      p.scalar(0, x.dtype),
      [0, ...around.map((r) => r[0]!), ...none],
      [0, ...around.map((r) => r[1]!), ...none],
    );
    padded.dims.slice(1, m + 1).forEach((n, i) => {
      if (n % block[i]! !== 0)
        throw new ShapeError(
          `spaceToBatch: padded axis ${i + 1} has length ${n}, no multiple of the block's ${block[i]}.`,
        );
    });
    const inner = block.map((b, i) => padded.dims[i + 1]! / b);
    const split = p.reshape(padded, [x.dims[0]!, ...block.flatMap((b, i) => [inner[i]!, b]), ...rest]);
    const order = [
      ...block.map((_, i) => 2 * i + 2),
      0,
      ...block.map((_, i) => 2 * i + 1),
      ...rest.map((_, i) => 2 * m + 1 + i),
    ];
    return p.reshape(p.transpose(split, order), [
      x.dims[0]! * block.reduce((a, b) => a * b, 1),
      ...inner,
      ...rest,
    ]) as Tensor;
  },
);
/** The same under its older name. */
export const spaceToBatchNd = spaceToBatch;

/** Moves parts of the batch back into blocks of the axes behind it, then crops. */
export const batchToSpace = signature(
  'batchToSpace',
  ['input', 'blockShape', 'crops'],
  (input: TensorLike, blockShape: TensorLike, crops: TensorLike): Tensor => {
    const x = convertToTensor(input, undefined, 'batchToSpace');
    const block = asIntegers(blockShape, 'batchToSpace: blockShape');
    const m = block.length;
    const cut = pairs(crops, m, 'batchToSpace: crops');
    const count = block.reduce((a, b) => a * b, 1);
    const batch = x.dims[0]! / count;
    if (!Number.isInteger(batch))
      throw new ShapeError(
        `batchToSpace: the batch ${x.dims[0]} is no multiple of ${count}, the product of the block shape.`,
      );
    const inner = x.dims.slice(1, m + 1);
    const rest = x.dims.slice(m + 1);
    const split = p.reshape(x, [...block, batch, ...inner, ...rest]);
    const order = [m, ...block.flatMap((_, i) => [m + 1 + i, i]), ...rest.map((_, i) => 2 * m + 1 + i)];
    const whole = p.reshape(p.transpose(split, order), [batch, ...inner.map((n, i) => n * block[i]!), ...rest]);
    return p.slice(
      whole,
      [0, ...cut.map((r) => r[0]!), ...rest.map(() => 0)],
      [batch, ...cut.map((r, i) => inner[i]! * block[i]! - r[1]!), ...rest],
    ) as Tensor;
  },
);
