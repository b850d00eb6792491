// tf.RaggedTensor: rows of different lengths, as flat values and the places where rows begin.
// Owns: the class and its conversions. Row lengths are known now: ragged tensors exist eagerly. What ops do with it is rules.ts.

import type { DType } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { guardMethods } from '../../base/misuse.ts';
import { normalizeAxis, type Shape, sizeOf, stridesOf } from '../../base/shape.ts';
import { inspect } from '../../base/short-form.ts';
import * as p from '../../primitives/functions.ts';
import { type MadeOfTensors, PARTS } from '../../runtime/structure.ts';
import type { Nested, Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, asIntegers, convertPair, convertToTensor } from '../core/convert.ts';
import { CompositeTensor, type OpCall } from '../core/define.ts';
import { integersTensor } from '../core/shapes.ts';
import { bindArguments } from '../core/signature.ts';
import { indexRows, type SparseTensor, sparseOf } from '../sparse/sparse-tensor.ts';
import { formatRows, summarizedRows } from './format.ts';

let rules: ReadonlyMap<string, (call: OpCall) => unknown> = new Map();
/** What ops do with ragged tensors, by their names. */
export const setRaggedRules = (installed: typeof rules): void => {
  rules = installed;
};

/** Row splits from lengths. */
export const cumulated = (lengths: readonly number[]): number[] => {
  const splits = [0];
  for (const length of lengths) splits.push(splits.at(-1)! + length);
  return splits;
};
const rowsOf = (x: Tensor | RaggedTensor): number => (x instanceof RaggedTensor ? x.nrows() : x.dims[0]!);
const part = (x: Tensor, from: number, to: number): Tensor =>
  p.slice(
    x,
    x.dims.map((_, i) => (i === 0 ? from : 0)),
    x.dims.map((n, i) => (i === 0 ? to : n)),
  ) as Tensor;

export class RaggedTensor extends CompositeTensor {
  /** What the rows are cut from: a tensor, or rows themselves. */
  readonly values: Tensor | RaggedTensor;
  /** The length of every row, where it was said that they are equal. */
  readonly uniformRowLength: number | null;
  readonly #splits: readonly number[];

  /** Internal: ragged tensors are made by the functions from… and by tf.ragged. */
  constructor(values: Tensor | RaggedTensor, splits: readonly number[], uniformRowLength: number | null = null) {
    super();
    if (splits[0] !== 0 || splits.some((n, i) => i > 0 && n < splits[i - 1]!) || splits.at(-1) !== rowsOf(values))
      throw new ValueError(
        `RaggedTensor: row splits ${show([...splits])} for ${rowsOf(values)} values; wanted numbers that begin with 0, do not fall, and end with ${rowsOf(values)}.`,
      );
    this.values = values;
    this.uniformRowLength = uniformRowLength;
    this.#splits = splits;
  }

  [PARTS](): ReturnType<MadeOfTensors[typeof PARTS]> {
    const { values } = this;
    const inner = values instanceof RaggedTensor ? values[PARTS]() : null;
    return {
      tensors: inner ? inner.tensors : [values as Tensor],
      remake: (tensors) => {
        const made = inner ? (inner.remake(tensors) as RaggedTensor) : tensors[0]!;
        return new RaggedTensor(made, this.#splits, this.uniformRowLength);
      },
    };
  }

  override dispatch(call: OpCall): unknown {
    const rule = rules.get(call.name);
    return rule ? rule(call) : call.plain(...call.args);
  }

  static fromRowSplits(values: TensorLike | RaggedTensor, rowSplits: TensorLike): RaggedTensor {
    return new RaggedTensor(content(values), asIntegers(rowSplits, 'RaggedTensor.fromRowSplits'));
  }
  static fromRowLengths(values: TensorLike | RaggedTensor, rowLengths: TensorLike): RaggedTensor {
    return new RaggedTensor(content(values), cumulated(asIntegers(rowLengths, 'RaggedTensor.fromRowLengths')));
  }
  static fromRowStarts(values: TensorLike | RaggedTensor, rowStarts: TensorLike): RaggedTensor {
    const inner = content(values);
    return new RaggedTensor(inner, [...asIntegers(rowStarts, 'RaggedTensor.fromRowStarts'), rowsOf(inner)]);
  }
  static fromRowLimits(values: TensorLike | RaggedTensor, rowLimits: TensorLike): RaggedTensor {
    return new RaggedTensor(content(values), [0, ...asIntegers(rowLimits, 'RaggedTensor.fromRowLimits')]);
  }
  static fromValueRowids(values: TensorLike | RaggedTensor, valueRowids: TensorLike, nrows?: number): RaggedTensor {
    const ids = asIntegers(valueRowids, 'RaggedTensor.fromValueRowids');
    const lengths = new Array<number>(nrows ?? (ids.at(-1) ?? -1) + 1).fill(0);
    ids.forEach((id, i) => {
      if (id < (ids[i - 1] ?? 0) || id >= lengths.length)
        throw new ValueError(`RaggedTensor.fromValueRowids: ${show(ids)}; wanted row numbers in order.`);
      lengths[id]!++;
    });
    return new RaggedTensor(content(values), cumulated(lengths));
  }
  static fromUniformRowLength(
    values: TensorLike | RaggedTensor,
    uniformRowLength: number | Tensor,
    nrows?: number | Tensor,
  ): RaggedTensor {
    const inner = content(values);
    const name = 'RaggedTensor.fromUniformRowLength';
    const length = asInteger(uniformRowLength, `${name}: uniformRowLength`);
    const rows = nrows === undefined ? (length === 0 ? 0 : rowsOf(inner) / length) : asInteger(nrows, `${name}: nrows`);
    if (length < 0 || rows * length !== rowsOf(inner) || !Number.isInteger(rows))
      throw new ValueError(`${name}: ${rowsOf(inner)} values; wanted whole rows of ${length}.`);
    const splits = Array.from({ length: rows + 1 }, (_, i) => i * length);
    return new RaggedTensor(inner, splits, length);
  }
  static fromNestedRowSplits(flatValues: TensorLike, nestedRowSplits: readonly TensorLike[]): RaggedTensor {
    return nested(flatValues, nestedRowSplits, RaggedTensor.fromRowSplits);
  }
  static fromNestedRowLengths(flatValues: TensorLike, nestedRowLengths: readonly TensorLike[]): RaggedTensor {
    return nested(flatValues, nestedRowLengths, RaggedTensor.fromRowLengths);
  }
  static fromNestedValueRowids(
    flatValues: TensorLike,
    nestedValueRowids: readonly TensorLike[],
    nestedNrows?: readonly number[],
  ): RaggedTensor {
    let level = nestedValueRowids.length;
    return nested(flatValues, nestedValueRowids, (values, ids) => {
      level--;
      return RaggedTensor.fromValueRowids(values, ids, nestedNrows?.[level]);
    });
  }
  /** Rows of a sparse matrix whose elements stand at the beginning of their rows. */
  static fromSparse(sparse: SparseTensor): RaggedTensor {
    if (sparse.rank !== 2)
      throw new ShapeError(`RaggedTensor.fromSparse: found rank ${sparse.rank}, wanted a sparse matrix.`);
    const lengths = new Array<number>(sparse.shape[0]!).fill(0);
    indexRows(sparse).forEach(([row, column]) => {
      if (lengths[row!]! !== column)
        throw new ValueError(
          `RaggedTensor.fromSparse: row ${row} has an element at ${column} and none at ${lengths[row!]}; wanted rows without holes, in order (tf.sparse.reorder).`,
        );
      lengths[row!]!++;
    });
    return new RaggedTensor(sparse.values, cumulated(lengths));
  }
  /** Rows of a matrix cut to lengths, or where trailing elements equal `padding`; with `raggedRank` the rows within them are ragged too. */
  static fromTensor(
    tensor: TensorLike,
    options: { readonly lengths?: TensorLike; readonly padding?: number; readonly raggedRank?: number } = {},
  ): RaggedTensor {
    const x = convertToTensor(tensor, undefined, 'RaggedTensor.fromTensor');
    if (x.dims.length < 2) throw new ShapeError('RaggedTensor.fromTensor: wanted at least two axes.');
    const [n, width] = x.dims as [number, number];
    const { raggedRank = 1, ...inner } = options;
    if (!(Number.isInteger(raggedRank) && raggedRank >= 1 && raggedRank < x.dims.length))
      throw new ValueError(
        `RaggedTensor.fromTensor: raggedRank: found ${show(raggedRank)} for shape ${show(x.dims)}, wanted a whole number from 1 to ${x.dims.length - 1}.`,
      );
    if (raggedRank > 1) {
      if (options.lengths !== undefined)
        throw new ValueError(
          'RaggedTensor.fromTensor: lengths are those of the rows of a tensor with raggedRank 1; use fromNestedRowLengths.',
        );
      const rows = p.reshape(x, [n * width, ...x.dims.slice(2)]) as Tensor;
      const values = RaggedTensor.fromTensor(rows, { ...inner, raggedRank: raggedRank - 1 });
      return new RaggedTensor(values, cumulated(new Array<number>(n).fill(width)));
    }
    const elements = x.elements as ArrayLike<unknown> | null;
    const lengths = options.lengths
      ? asIntegers(options.lengths, 'RaggedTensor.fromTensor: lengths')
      : Array.from({ length: n }, (_, row) => {
          let length = width;
          if (options.padding !== undefined && x.dims.length === 2)
            while (length > 0 && Number(elements![row * width + length - 1]) === options.padding) length--;
          return length;
        });
    const places = lengths.flatMap((length, row) => Array.from({ length }, (_, i) => row * width + i));
    const flat = p.reshape(x, [n * width, ...x.dims.slice(2)]);
    return new RaggedTensor(
      p.takeRows(flat, integersTensor(places, [places.length], 'int32')) as Tensor,
      cumulated(lengths),
    );
  }

  get dtype(): DType {
    return this.values.dtype;
  }
  get shape(): Shape {
    return [this.nrows(), this.uniformRowLength, ...this.values.shape.slice(1)];
  }
  get raggedRank(): number {
    return this.values instanceof RaggedTensor ? this.values.raggedRank + 1 : 1;
  }
  get flatValues(): Tensor {
    return this.values instanceof RaggedTensor ? this.values.flatValues : this.values;
  }
  get rowSplits(): Tensor {
    return integersTensor(this.#splits, [this.#splits.length], 'int64');
  }
  get nestedRowSplits(): Tensor[] {
    return [this.rowSplits, ...(this.values instanceof RaggedTensor ? this.values.nestedRowSplits : [])];
  }
  #nestedSplits(): (readonly number[])[] {
    return [this.#splits, ...(this.values instanceof RaggedTensor ? this.values.#nestedSplits() : [])];
  }
  /** As tf.print writes it, from the flat values that are there when a program runs. */
  summarized(flatValues: Tensor, summarize: number): string {
    return summarizedRows(flatValues, this.#nestedSplits(), summarize);
  }
  nrows(): number {
    return this.#splits.length - 1;
  }
  #lengths(): number[] {
    return this.#splits.slice(1).map((end, i) => end - this.#splits[i]!);
  }
  rowLengths(): Tensor {
    const lengths = this.#lengths();
    return integersTensor(lengths, [lengths.length], 'int64');
  }
  /** The lengths of rows, outermost first. */
  nestedRowLengths(): number[][] {
    return [this.#lengths(), ...(this.values instanceof RaggedTensor ? this.values.nestedRowLengths() : [])];
  }
  rowStarts(): Tensor {
    return integersTensor(this.#splits.slice(0, -1), [this.nrows()], 'int64');
  }
  rowLimits(): Tensor {
    return integersTensor(this.#splits.slice(1), [this.nrows()], 'int64');
  }
  valueRowids(): Tensor {
    const ids = this.#lengths().flatMap((length, row) => new Array<number>(length).fill(row));
    return integersTensor(ids, [ids.length], 'int64');
  }
  boundingShape(): Tensor {
    const widest = this.#lengths().reduce((a, b) => Math.max(a, b), 0);
    const inner =
      this.values instanceof RaggedTensor
        ? Array.from(this.values.boundingShape().dataSync() as BigInt64Array, Number).slice(1)
        : this.values.dims.slice(1);
    const all = [this.nrows(), widest, ...inner];
    return integersTensor(all, [all.length], 'int64');
  }
  withValues(values: TensorLike | RaggedTensor): RaggedTensor {
    return new RaggedTensor(content(values), this.#splits, this.uniformRowLength);
  }
  withFlatValues(values: TensorLike | RaggedTensor): RaggedTensor {
    return this.withValues(this.values instanceof RaggedTensor ? this.values.withFlatValues(values) : values);
  }
  /** Row `i`. */
  at(i: number): Tensor | RaggedTensor {
    const row = i < 0 ? i + this.nrows() : i;
    const [from, to] = [this.#splits[row], this.#splits[row + 1]];
    if (from === undefined || to === undefined) throw new ValueError(`RaggedTensor.at: row ${i} of ${this.nrows()}.`);
    return this.values instanceof RaggedTensor ? this.values.rows(from, to) : part(this.values, from, to);
  }
  /** Rows [from, to). */
  rows(from: number, to: number): RaggedTensor {
    const [begin, end] = [this.#splits[from]!, this.#splits[to]!];
    const values = this.values instanceof RaggedTensor ? this.values.rows(begin, end) : part(this.values, begin, end);
    return new RaggedTensor(
      values,
      this.#splits.slice(from, to + 1).map((n) => n - begin),
      this.uniformRowLength,
    );
  }
  *[Symbol.iterator](): IterableIterator<Tensor | RaggedTensor> {
    for (let i = 0; i < this.nrows(); i++) yield this.at(i);
  }

  /** All rows at the length of the longest, or of `shape`, the rest `defaultValue`. */
  toTensor(
    ...args:
      | [options?: { readonly defaultValue?: TensorLike | undefined; readonly shape?: Shape | undefined }]
      | [defaultValue: TensorLike | null | undefined, shape?: Shape | null]
  ): Tensor {
    const [defaultValue, shape] = bindArguments('toTensor', ['defaultValue', 'shape'], args) as [
      TensorLike | undefined,
      Shape | undefined,
    ];
    const options = { defaultValue, shape };
    const inner =
      this.values instanceof RaggedTensor
        ? this.values.toTensor({ ...options, shape: options.shape?.slice(1) })
        : this.values;
    const lengths = this.#lengths();
    const width = options.shape?.[1] ?? lengths.reduce((a, b) => Math.max(a, b), 0);
    const height = options.shape?.[0] ?? this.nrows();
    const fill = options.defaultValue ?? (this.dtype === 'string' ? '' : 0);
    const padding =
      this.dtype === 'bool' ? p.convert(convertToTensor(fill), 'bool') : convertPair(inner, fill, 'toTensor')[1];
    const rest = inner.dims.slice(1);
    // One row more than there are values holds the padding.
    const rows = p.concatenate([inner, p.broadcastTo(padding, [1, ...rest])], 0);
    const last = inner.dims[0]!;
    const places = Array.from({ length: height * width }, (_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      return row < lengths.length && column < lengths[row]! ? this.#splits[row]! + column : last;
    });
    return p.takeRows(rows, integersTensor(places, [height, width], 'int32')) as Tensor;
  }
  /** The elements with their places. */
  toSparse(): SparseTensor {
    const rows: number[][] = [];
    const walk = (x: RaggedTensor | Tensor, path: readonly number[]): void => {
      if (x instanceof RaggedTensor)
        [...x].forEach((row, i) => {
          walk(row, [...path, i]);
        });
      else {
        const inner = x.dims;
        for (let i = 0; i < sizeOf(inner); i++)
          rows.push([...path, ...stridesOf(inner).map((step, k) => Math.floor(i / step) % inner[k]!)]);
      }
    };
    walk(this, []);
    const dims = Array.from(this.boundingShape().dataSync() as BigInt64Array, Number);
    return sparseOf(rows, p.reshape(this.flatValues, [sizeOf(this.flatValues.dims)]) as Tensor, dims);
  }
  nestedValueRowids(): Tensor[] {
    return [this.valueRowids(), ...(this.values instanceof RaggedTensor ? this.values.nestedValueRowids() : [])];
  }
  /** The axes from `outerAxis` to `innerAxis` as one. */
  mergeDims(outerAxis: number, innerAxis: number): RaggedTensor | Tensor {
    const rank = this.shape.length;
    const outer = normalizeAxis(outerAxis, rank, 'RaggedTensor.mergeDims');
    const inner = normalizeAxis(innerAxis, rank, 'RaggedTensor.mergeDims');
    if (outer > inner) throw new ValueError(`RaggedTensor.mergeDims: axes ${outer} to ${inner}; wanted them in order.`);
    if (outer === inner) return this;
    if (outer === 0) return merged(this.values, 0, inner - 1);
    const values = merged(this.values, outer - 1, inner - 1);
    if (outer > 1) return new RaggedTensor(values, this.#splits, this.uniformRowLength);
    const begins = this.#splits.map((row) => place(this.values, row, inner - 1));
    return new RaggedTensor(values, begins);
  }
  toList(): Nested[] {
    const all: Nested = this.values instanceof RaggedTensor ? this.values.toList() : this.values.arraySync();
    return this.#splits.slice(1).map((end, i) => (all as Nested[]).slice(this.#splits[i], end));
  }
  numpy(): Nested[] {
    return this.toList();
  }
  override toString(): string {
    const { flatValues } = this;
    if (flatValues.elements) return `<tf.RaggedTensor ${formatRows(flatValues, this.#nestedSplits())}>`;
    return `tf.RaggedTensor(values=${this.values}, rowSplits=${this.rowSplits})`;
  }
  [inspect](): string {
    return this.toString();
  }
}

guardMethods(RaggedTensor, 'RaggedTensor');
guardMethods(RaggedTensor.prototype, 'RaggedTensor', ['toTensor']);

const content = (values: TensorLike | RaggedTensor): Tensor | RaggedTensor =>
  values instanceof RaggedTensor ? values : convertToTensor(values, undefined, 'RaggedTensor');

function nested(
  flatValues: TensorLike,
  partitions: readonly TensorLike[],
  cut: (values: TensorLike | RaggedTensor, partition: TensorLike) => RaggedTensor,
): RaggedTensor {
  if (partitions.length === 0) throw new ValueError('RaggedTensor: wanted at least one partition into rows.');
  return [...partitions].reverse().reduce<TensorLike | RaggedTensor>(cut, flatValues) as RaggedTensor;
}
/** Where a row begins when `depth` more axes are merged into it. */
function place(x: Tensor | RaggedTensor, row: number, depth: number): number {
  if (depth === 0) return row;
  if (x instanceof RaggedTensor) return place(x.values, Number(x.rowSplits.dataSync()[row]), depth - 1);
  return row * sizeOf(x.dims.slice(1, depth + 1));
}
function merged(x: Tensor | RaggedTensor, outer: number, inner: number): Tensor | RaggedTensor {
  if (outer === inner) return x;
  if (x instanceof RaggedTensor) return x.mergeDims(outer, inner);
  const middle = sizeOf(x.dims.slice(outer, inner + 1));
  return p.reshape(x, [...x.dims.slice(0, outer), middle, ...x.dims.slice(inner + 1)]) as Tensor;
}

type List = readonly unknown[];
/** Nested lists of any lengths, of which the outer `raggedRank` become ragged; without it all but the innermost, which are as deep as the deepest. */
export function raggedFromList(
  list: List,
  dtype?: DType,
  raggedRank?: number,
  innerShape?: readonly number[],
): RaggedTensor | Tensor {
  const depth = (value: unknown): number =>
    Array.isArray(value) ? 1 + value.reduce((most: number, item) => Math.max(most, depth(item)), 0) : 0;
  const build = (level: List, remaining: number): RaggedTensor | Tensor => {
    if (remaining === 1) {
      const values =
        level.length === 0
          ? (p.full(0, {
              dims: [0, ...(innerShape ?? [])],
              dtype: dtype && dtype !== 'string' ? dtype : 'float32',
            }) as Tensor)
          : convertToTensor(level as TensorLike, dtype, 'ragged.constant');
      if (
        innerShape &&
        (values.dims.length !== innerShape.length + 1 || innerShape.some((n, i) => n !== values.dims[i + 1]))
      )
        throw new ShapeError(
          `ragged.constant: inner values have shape ${show(values.dims.slice(1))}, innerShape is ${show(innerShape)}.`,
        );
      return values;
    }
    const lengths = level.map((row) => {
      if (!Array.isArray(row))
        throw new ValueError('ragged.constant: scalars and lists stand beside each other; wanted one depth.');
      return row.length;
    });
    return new RaggedTensor(build(level.flat() as List, remaining - 1), cumulated(lengths));
  };
  const levels = depth(list) - (innerShape?.length ?? 0);
  const ragged = raggedRank ?? levels - 1;
  if (!Number.isInteger(ragged) || ragged < 0 || ragged > Math.max(levels - 1, 0))
    throw new ValueError(
      `ragged.constant: raggedRank is ${show(raggedRank)}${innerShape ? ` and innerShape ${show(innerShape)}` : ''}, for lists ${depth(list)} deep.`,
    );
  return build(list, ragged + 1);
}
