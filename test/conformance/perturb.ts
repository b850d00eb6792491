// Wrong expectations, made one at a time from a right one: the proof that the comparison looks at every field.
// Numbers are moved just beyond the tolerance, texts, shapes and dtypes changed, null and value exchanged, entries added and dropped.
import { isIntegerType, join, partsOfRagged, partsOfSparse, type Tolerance, type ToleranceOf } from './compare.ts';
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

export interface Perturbation {
  readonly path: string;
  readonly what: string;
  /** The whole expectation with that one change. */
  readonly value: Value;
}

/** A number that `want` must not be mistaken for, given the tolerance. */
function movedNumber(want: number, { rtol, atol }: Tolerance): number {
  if (!Number.isFinite(want)) return 0;
  const allowed = atol + rtol * Math.abs(want);
  const step = Math.max(4 * allowed, Number.isInteger(want) && allowed < 0.2 ? 1 : Math.abs(want) * 1e-6, 1e-30);
  return want + step;
}

const ranges: Record<string, readonly [number, number]> = {
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
  uint16: [0, 65535],
  uint32: [0, 2 ** 32 - 1],
};

/** The array with one element made wrong, or null where no other element exists. */
function movedElement(want: ArrayValue, at: number, tolerance: Tolerance): ArrayValue | null {
  if (want.dtype === 'string') {
    const texts = [...(want.data as readonly Text[])];
    const old = texts[at]!;
    texts[at] = typeof old === 'string' ? `${old}~` : Uint8Array.of(...old, 126);
    return new ArrayValue(want.dtype, want.shape, texts);
  }
  const data = (want.data as Numbers).slice() as Numbers;
  const old = data[at]!;
  if (typeof old === 'bigint') data[at] = old > 0n ? old - 1n : old + 1n;
  else if (want.dtype === 'bool') data[at] = old === 0 ? 1 : 0;
  else if (isIntegerType(want.dtype)) {
    const [low, high] = ranges[want.dtype] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const step = tolerance.atol >= 1 ? Math.ceil(4 * (tolerance.atol + tolerance.rtol * Math.abs(old))) : 1;
    data[at] = old + step <= high ? old + step : Math.max(old - step, low);
  } else {
    data[at] = movedNumber(old, tolerance);
    // Where float32 cannot hold so small a step, the next larger one.
    if (data[at] === old) data[at] = old === 0 ? 1e-30 : old * (1 + 2 ** -20);
    if (data[at] === old) data[at] = 0;
  }
  return new ArrayValue(want.dtype, want.shape, data);
}

/** A repeatable choice of an element, from the path. */
function chosen(path: string, length: number): number {
  let hash = 2166136261;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 16777619);
  return (hash >>> 0) % length;
}

type Change = readonly [path: string, what: string, value: Value];

function* ofArray(want: ArrayValue, path: string, tolerance: Tolerance): Generator<Change> {
  const places = want.data.length === 0 ? [] : [0, want.data.length - 1, chosen(path, want.data.length)];
  for (const at of new Set(places)) {
    const changed = movedElement(want, at, tolerance);
    if (changed !== null) yield [path, `element ${at}`, changed];
  }
  yield [path, 'shape', new ArrayValue(want.dtype, [...want.shape, 1], want.data)];
  const other = want.dtype.startsWith('complex') ? 'complex128' : want.dtype === 'float64' ? 'float32' : 'float64';
  yield [path, 'dtype', new ArrayValue(other, want.shape, want.data)];
}

function* changes(want: Value, path: string, toleranceOf: ToleranceOf): Generator<Change> {
  if (want === null) {
    yield [path, 'null to a value', 0];
    return;
  }
  if (path !== '') yield [path, 'a value to null', null];
  if (want instanceof ArrayValue) yield* ofArray(want, path, toleranceOf(path));
  else if (want instanceof DTypeValue) yield [path, 'dtype', new DTypeValue(want.name === 'int8' ? 'uint8' : 'int8')];
  else if (want instanceof RaggedValue) {
    for (const [at, what, parts] of changes(partsOfRagged(want), path, toleranceOf)) {
      if (whole(parts, ['dtype', 'values', 'rowLengths']))
        yield [at, what, new RaggedValue(String(parts.dtype), parts.values!, parts.rowLengths!)];
    }
  } else if (want instanceof SparseValue) {
    for (const [at, what, parts] of changes(partsOfSparse(want), path, toleranceOf)) {
      if (whole(parts, ['kind', 'indices', 'values', 'shape']))
        yield [
          at,
          what,
          new SparseValue(
            parts.kind === want.kind ? want.kind : want.kind === 'sparse' ? 'slices' : 'sparse',
            parts.indices!,
            parts.values!,
            parts.shape!,
          ),
        ];
    }
  } else if (want instanceof Uint8Array) yield [path, 'bytes', Uint8Array.of(...want, 126)];
  else if (typeof want === 'string') yield [path, 'text', `${want}~`];
  else if (typeof want === 'boolean') yield [path, 'bool', !want];
  else if (typeof want === 'bigint') yield [path, 'number', want > 0n ? want - 1n : want + 1n];
  else if (typeof want === 'number') yield [path, 'number', movedNumber(want, toleranceOf(path))];
  else if (Array.isArray(want)) yield* ofList(want, path, toleranceOf);
  else if (isFields(want)) yield* ofFields(want, path, toleranceOf);
}

function* ofList(want: readonly Value[], path: string, toleranceOf: ToleranceOf): Generator<Change> {
  yield [path, 'one entry more', [...want, null]];
  if (want.length > 0) yield [path, 'one entry less', want.slice(0, -1)];
  for (const [i, part] of want.entries()) {
    for (const [at, what, value] of changes(part, `${path}[${i}]`, toleranceOf))
      yield [at, what, want.map((old, j) => (i === j ? value : old))];
  }
}

function* ofFields(want: Fields, path: string, toleranceOf: ToleranceOf): Generator<Change> {
  yield [path, 'one key more', { ...want, '~': 0 }];
  for (const [key, part] of Object.entries(want)) {
    const { [key]: _, ...rest } = want;
    yield [join(path, key), 'key gone', rest];
    for (const [at, what, value] of changes(part, join(path, key), toleranceOf))
      yield [at, what, { ...want, [key]: value }];
  }
}

/** Whether a changed record of a composite tensor still has its parts and nothing else, so that it can be built again. */
const whole = (parts: Value, keys: readonly string[]): parts is Fields =>
  isFields(parts) &&
  Object.keys(parts).length === keys.length &&
  keys.every((key) => Object.hasOwn(parts, key) && parts[key] !== null);

/** Every perturbation of an expectation. */
export function* perturbations(want: Value, toleranceOf: ToleranceOf): Generator<Perturbation> {
  for (const [path, what, value] of changes(want, '', toleranceOf)) yield { path, what, value };
}
