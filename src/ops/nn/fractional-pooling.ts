// tf.nn.fractionalMaxPool and fractionalAvgPool: pools whose regions differ by one element, drawn at random.
// Owns: the drawing of the regions, TensorFlow's own for its seeds, and both pools. Regions of one size are pooling.ts.
// Source: Graham, Fractional Max-Pooling (2015).
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { operationSeeds } from '../../base/random/keras-seed.ts';
import { type PhiloxStream, PhiloxWords, skipBlocks, streamOfSeeds } from '../../base/random/philox.ts';
import { showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { onHost } from '../random/draw.ts';
import { operationSource, type Source } from '../random/source.ts';

/** Where regions begin, and the end: output + 1 numbers. Every region has ⌊input / output⌋ elements or one more. */
function regions(stream: PhiloxStream, input: number, output: number, pseudoRandom: boolean): number[] {
  const shortest = Math.floor(input / output);
  const words = new PhiloxWords(stream);
  if (pseudoRandom) {
    const alpha = input / output;
    const most = Math.min((shortest + 2) / alpha - 1, (input + 1 - shortest) / alpha - (output - 1));
    const u = words.nextDouble() * most;
    return Array.from({ length: output + 1 }, (_, i) =>
      i === 0 ? 0 : i === output ? input : Math.ceil(alpha * (i + u)) - 1,
    );
  }
  const lengths = Array.from({ length: output }, (_, i) => (i < input % output ? shortest + 1 : shortest));
  for (let i = 0; i < output - 1; i++) {
    const j = i + (words.next() % (output - i));
    [lengths[i], lengths[j]] = [lengths[j]!, lengths[i]!];
  }
  const begins = [0];
  for (const length of lengths) begins.push(begins.at(-1)! + length);
  return begins;
}
const blocksFor = (output: number, pseudoRandom: boolean): number => Math.ceil((pseudoRandom ? 2 : output) / 4);

/** The places (output, widest) that each region reads on an axis: a shorter one reads its last again, which is not inside. */
function placesOf(begins: Value, input: number, overlapping: boolean): { places: Value; inside: Value } {
  const output = begins.dims[0]! - 1;
  const dims = [output, Math.min(input, Math.floor(input / output) + 1 + (overlapping ? 1 : 0))];
  const wide = (from: number): Value =>
    p.broadcast(p.convert(p.slice(begins, [from], [from + output]), 'int32'), dims, [0]);
  const places = p.add(wide(0), p.iota(dims, 1, 'int32'));
  const limit = p.full(input - 1, places);
  const end = p.binary('min', overlapping ? wide(1) : p.offset(wide(1), -1), limit);
  return { places: p.binary('min', places, end), inside: p.compare('lessEqual', places, end) };
}

const take = (x: Value, places: Value, axis: number): Value => {
  const order = [axis, ...x.dims.map((_, i) => i).filter((i) => i !== axis)];
  const rows = p.takeRows(p.transpose(x, order), places);
  const back = x.dims.flatMap((_, i) => (i === axis ? [0, 1] : [i < axis ? i + 2 : i + 1]));
  return p.transpose(rows, back);
};

export type FractionalPool = [output: Tensor, rowPoolingSequence: Tensor, colPoolingSequence: Tensor];

const pools = (name: string, kernel: string, reduce: (patches: Value, inside: Value) => Value) =>
  signature(
    name,
    ['value', 'poolingRatio', 'pseudoRandom', 'overlapping', 'seed'],
    (
      value: TensorLike,
      poolingRatio: TensorLike,
      pseudoRandom: boolean = false,
      overlapping: boolean = false,
      seed: number | Tensor = 0,
    ): FractionalPool => {
      const x = convertToTensor(value, undefined, name);
      if (x.dims.length !== 4)
        throw new ShapeError(`${name}: found shape ${showShape(x.dims)}; wanted (batch, height, width, channels).`);
      const given = Array.from(convertToTensor(poolingRatio, undefined, `${name}: poolingRatio`).dataSync(), Number);
      const ratio = given.length === 1 ? [given[0]!, given[0]!] : given.length === 4 ? given.slice(1, 3) : given;
      if (
        ratio.length !== 2 ||
        given.some((r) => !(r >= 1)) ||
        (given.length === 4 && (given[0] !== 1 || given[3] !== 1))
      )
        throw new ValueError(
          `${name}: poolingRatio ${show(given)}; wanted a number ≥ 1, one for each of height and width, or four that begin and end with 1.`,
        );
      const [height, width] = x.dims.slice(1, 3) as [number, number];
      const [rows, columns] = [Math.floor(height / ratio[0]!), Math.floor(width / ratio[1]!)];
      if (rows < 1 || columns < 1)
        throw new ShapeError(`${name}: poolingRatio ${show(given)} leaves nothing of ${height}×${width}.`);
      const whole = asInteger(seed, `${name}: seed`);
      // With a seed the regions stay as they are from call to call, in TensorFlow too.
      const source: Source =
        whole === 0
          ? operationSource(kernel, undefined, blocksFor(rows, pseudoRandom) + blocksFor(columns, pseudoRandom))
          : { stream: streamOfSeeds(...operationSeeds.pair(whole)!) };
      const drawn = onHost(kernel, source, [], { dims: [rows + columns + 2], dtype: 'int64' }, (stream, _, out) => {
        const own = regions(stream, height, rows, pseudoRandom);
        const later = skipBlocks(stream, blocksFor(rows, pseudoRandom));
        const all = [...own, ...regions(later, width, columns, pseudoRandom)];
        (out.data as BigInt64Array).set(all.map(BigInt));
      });
      const down = p.slice(drawn, [0], [rows + 1]);
      const across = p.slice(drawn, [rows + 1], [rows + columns + 2]);
      const vertical = placesOf(down, height, overlapping);
      const horizontal = placesOf(across, width, overlapping);
      // (batch, rows, tall, columns, wide, channels) → (batch, rows, columns, tall · wide, channels)
      const cut = take(take(x, horizontal.places, 2), vertical.places, 1);
      const [batch, , tall, , wide, channels] = cut.dims as [number, number, number, number, number, number];
      const patches = p.reshape(p.transpose(cut, [0, 1, 3, 2, 4, 5]), [batch, rows, columns, tall * wide, channels]);
      const grid = [rows, columns, tall, wide];
      const inside = p.binary(
        'and',
        p.broadcast(vertical.inside, grid, [0, 2]),
        p.broadcast(horizontal.inside, grid, [1, 3]),
      );
      const counted = p.broadcast(p.reshape(inside, [rows, columns, tall * wide]), patches.dims, [1, 2, 3]);
      return [reduce(patches, counted) as Tensor, down as Tensor, across as Tensor];
    },
  );

/** The largest element of each region; the gradient goes to the first that is as large. */
export const fractionalMaxPool = pools('fractionalMaxPool', 'FractionalMaxPool', (patches) => {
  const fixed = p.stopGradient(patches);
  const spread = (x: Value): Value => p.broadcast(x, patches.dims, [0, 1, 2, 4]);
  const place = p.iota(patches.dims, 3, 'int32');
  const hit = p.compare('equal', fixed, spread(p.reduceMax(fixed, [3])));
  const first = p.reduce('reduceMin', p.select(hit, place, p.full(patches.dims[3]! - 1, place)), [3]);
  const chosen = p.compare('equal', place, spread(first));
  return p.reduceSum(p.select(chosen, patches, p.zerosLike(patches)), [3]);
});
/** The mean of each region. */
export const fractionalAvgPool = pools('fractionalAvgPool', 'FractionalAvgPool', (patches, inside) => {
  const sum = p.reduceSum(p.select(inside, patches, p.zerosLike(patches)), [3]);
  const count = p.reduceSum(p.convert(inside, patches.dtype), [3]);
  return p.div(sum, count);
});
