// Compares what was wanted with what came: |got - want| <= atol + rtol * |want|, NaN equals NaN, an infinity itself.
// dtype, shape, the length of lists and the keys of objects count. Integers, bools and texts must be equal
// (integers may differ where the absolute tolerance is one or more: pixels).
import {
  ArrayValue,
  DTypeValue,
  type Fields,
  isFields,
  type Numbers,
  RaggedValue,
  SparseValue,
  type Text,
  type Value,
} from './values.ts';

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}
/** The tolerance of a field, by its path. */
export type ToleranceOf = (path: string) => Tolerance;

export interface Difference {
  readonly path: string;
  readonly message: string;
  /** The largest |got - want|, where numbers were compared. */
  readonly largest: number | null;
}

const utf8 = new TextEncoder();
const bytes = (text: Text) => (typeof text === 'string' ? utf8.encode(text) : text);
const sameText = (a: Text, b: Text) =>
  typeof a === 'string' && typeof b === 'string' ? a === b : Buffer.from(bytes(a)).equals(Buffer.from(bytes(b)));

const isIntegerType = (dtype: string) => /^u?int|^bool/.test(dtype);
const isText = (value: unknown): value is Text => typeof value === 'string' || value instanceof Uint8Array;
const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

/** The distance of two numbers, or 0 when they count as equal. */
function distance(want: number | bigint, got: number | bigint, integer: boolean, { rtol, atol }: Tolerance): number {
  if (typeof want === 'bigint' || typeof got === 'bigint') {
    const exact = integerOf(want) !== null && integerOf(want) === integerOf(got);
    if (exact) return 0;
  }
  const [w, g] = [Number(want), Number(got)];
  if (Object.is(w, g) || w === g || (Number.isNaN(w) && Number.isNaN(g))) {
    // Two large integers may differ and yet become the same float.
    return typeof want === 'bigint' && typeof got === 'bigint' && atol < 1
      ? Number(want > got ? want - got : got - want)
      : 0;
  }
  const apart = Math.abs(g - w);
  if (!Number.isFinite(w) || !Number.isFinite(g)) return Number.POSITIVE_INFINITY;
  const allowed = integer ? (atol >= 1 ? atol + rtol * Math.abs(w) : 0) : atol + rtol * Math.abs(w);
  return apart <= allowed ? 0 : apart;
}

const integerOf = (x: number | bigint): bigint | null =>
  typeof x === 'bigint' ? x : Number.isInteger(x) ? BigInt(x) : null;

/** A value in a line of a report. */
export function excerpt(value: Value | undefined): string {
  if (value instanceof ArrayValue) {
    const elements = Array.from(value.data.slice(0, 6) as ArrayLike<unknown>, (x) =>
      typeof x === 'number' ? Number(x.toPrecision(7)) : String(x),
    );
    return `${value.dtype}[${value.shape}](${elements.join(', ')}${value.data.length > 6 ? ', …' : ''})`;
  }
  if (value instanceof DTypeValue) return value.name;
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value, (_, part) =>
    typeof part === 'bigint'
      ? `${part}n`
      : part instanceof ArrayValue
        ? excerpt(part)
        : Number.isNaN(part)
          ? 'NaN'
          : part,
  );
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
}

function compareArrays(want: ArrayValue, got: ArrayValue, path: string, tolerance: Tolerance): Difference[] {
  const found: Difference[] = [];
  const fail = (message: string, largest: number | null = null) => found.push({ path, message, largest });
  if (want.dtype !== got.dtype) fail(`dtype ${got.dtype}, wanted ${want.dtype}`);
  if (want.shape.length !== got.shape.length || want.shape.some((size, axis) => size !== got.shape[axis])) {
    fail(`shape [${got.shape}], wanted [${want.shape}]`);
    return found;
  }
  let [count, largest, at] = [0, 0, -1];
  for (let i = 0; i < want.data.length; i++) {
    const [w, g] = [want.data[i]!, got.data[i]!];
    let apart: number;
    if (isText(w) || isText(g)) apart = isText(w) && isText(g) && sameText(w, g) ? 0 : Number.POSITIVE_INFINITY;
    else apart = distance(w, g, isIntegerType(want.dtype), tolerance);
    if (apart === 0) continue;
    count++;
    if (at < 0 || apart > largest) [largest, at] = [apart, i];
  }
  if (count > 0) {
    const where = `element ${at} is ${String(got.data[at])}, wanted ${String(want.data[at])}`;
    fail(`${count} of ${want.data.length} differ; ${where}; got ${excerpt(got)}, wanted ${excerpt(want)}`, largest);
  }
  return found;
}

/** Every difference between two trees of values; none means that they agree. */
export function compare(want: Value, got: Value | undefined, toleranceOf: ToleranceOf, path = ''): Difference[] {
  const differ = (largest: number | null = null): Difference[] => [
    { path, message: `got ${excerpt(got)}, wanted ${excerpt(want)}`, largest },
  ];
  if (got === undefined) return differ();
  if (want instanceof ArrayValue)
    return got instanceof ArrayValue ? compareArrays(want, got, path, toleranceOf(path)) : differ();
  if (want instanceof DTypeValue) return got instanceof DTypeValue && got.name === want.name ? [] : differ();
  if (want instanceof RaggedValue)
    return got instanceof RaggedValue ? compare(partsOfRagged(want), partsOfRagged(got), toleranceOf, path) : differ();
  if (want instanceof SparseValue)
    return got instanceof SparseValue ? compare(partsOfSparse(want), partsOfSparse(got), toleranceOf, path) : differ();
  if (isText(want)) return isText(got) && sameText(want, got) ? [] : differ();
  if (isNumber(want)) {
    if (!isNumber(got)) return differ();
    const apart = distance(want, got, false, toleranceOf(path));
    return apart === 0 ? [] : differ(apart);
  }
  if (Array.isArray(want)) {
    if (!Array.isArray(got)) return differ();
    const found = want.flatMap((part, i) => compare(part, got[i], toleranceOf, `${path}[${i}]`));
    if (got.length !== want.length)
      found.push({ path, message: `${got.length} entries, wanted ${want.length}`, largest: null });
    return found;
  }
  if (isFields(want)) {
    if (!isFields(got)) return differ();
    const found = Object.entries(want).flatMap(([key, part]) =>
      compare(part, Object.hasOwn(got, key) ? got[key] : undefined, toleranceOf, join(path, key)),
    );
    for (const key of Object.keys(got)) {
      if (!Object.hasOwn(want, key))
        found.push({ path: join(path, key), message: `not wanted: ${excerpt(got[key])}`, largest: null });
    }
    return found;
  }
  return want === got ? [] : differ();
}

export const join = (path: string, key: string) => (path === '' ? key : `${path}.${key}`);

/** The compared parts of a ragged or sparse tensor; perturb.ts changes the same ones. */
export const partsOfRagged = (x: RaggedValue): Fields => ({
  dtype: x.dtype,
  values: x.values,
  rowLengths: x.rowLengths,
});
export const partsOfSparse = (x: SparseValue): Fields => ({
  kind: x.kind,
  indices: x.indices,
  values: x.values,
  shape: x.shape,
});

export const isBigData = (data: Numbers): data is BigInt64Array | BigUint64Array =>
  data instanceof BigInt64Array || data instanceof BigUint64Array;
export { isIntegerType };
