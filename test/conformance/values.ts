// The values of golden cases: what stands in the JSON and the npz, decoded. Owns the types and the decoding;
// leaves comparing to compare.ts and the way to and from the library's tensors to library.ts.

export type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;
/** Text, or the bytes of a string that is not UTF-8. */
export type Text = string | Uint8Array;

/** An array with its dtype: of numbers, or of strings (dtype 'string'), in row-major order. float16 and bfloat16 are held as float32. */
export class ArrayValue {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Numbers | readonly Text[];
  constructor(dtype: string, shape: readonly number[], data: Numbers | readonly Text[]) {
    // Complex numbers are two elements each, the real part first.
    const size = shape.reduce((a, b) => a * b, 1) * (dtype.startsWith('complex') ? 2 : 1);
    if (data.length !== size) throw new Error(`${data.length} elements for the shape [${shape}] (${dtype})`);
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
  }
}

/** A dtype as an argument. */
export class DTypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A ragged tensor: nested lists, the dtype of the leaves and the lengths of the rows, outermost first. */
export class RaggedValue {
  readonly dtype: string;
  readonly values: Value;
  readonly rowLengths: Value;
  constructor(dtype: string, values: Value, rowLengths: Value) {
    this.dtype = dtype;
    this.values = values;
    this.rowLengths = rowLengths;
  }
}

/** A sparse tensor, or the rows of a gradient (`shape` may then be absent). */
export class SparseValue {
  readonly kind: 'sparse' | 'slices';
  readonly indices: Value;
  readonly values: Value;
  readonly shape: Value;
  constructor(kind: 'sparse' | 'slices', indices: Value, values: Value, shape: Value) {
    this.kind = kind;
    this.indices = indices;
    this.values = values;
    this.shape = shape;
  }
}

export type Value =
  | null
  | boolean
  | number
  | bigint
  | Text
  | ArrayValue
  | DTypeValue
  | RaggedValue
  | SparseValue
  | readonly Value[]
  | { readonly [key: string]: Value };
export type Fields = { readonly [key: string]: Value };
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What was computed in bfloat16 is stored as float32, in lists and records too. */
export function asStored(value: Value): Value {
  if (Array.isArray(value)) return value.map(asStored);
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, asStored(part)]));
  return value instanceof ArrayValue && value.dtype === 'bfloat16'
    ? new ArrayValue('float32', value.shape, value.data)
    : value;
}

/** Whether a value is a plain object, not one of the classes above, a list or bytes. */
export function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const bytesOf = (hex: string) =>
  Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));

function flattenStrings(value: Json): Text[] {
  if (Array.isArray(value)) return value.flatMap(flattenStrings);
  if (typeof value === 'object' && value !== null) return [bytesOf(String(value.$hex))];
  return [String(value)];
}

/** A JSON value of a golden file, decoded; `array` finds the case's array of a name. */
export function decode(json: Json, array: (name: string) => ArrayValue): Value {
  if (typeof json !== 'object' || json === null) return json;
  const inner = (part: Json) => decode(part, array);
  if (Array.isArray(json)) return json.map(inner);
  if (typeof json.$array === 'string') {
    const stored = array(json.$array);
    // bfloat16 is stored as float32, and only the JSON knows.
    return new ArrayValue(String(json.dtype), json.shape as number[], stored.data);
  }
  if (json.$strings !== undefined) {
    const data = flattenStrings(json.$strings);
    return new ArrayValue('string', (json.shape as number[] | undefined) ?? [data.length], data);
  }
  if (typeof json.$float === 'string')
    return { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY }[json.$float] ?? null;
  if (typeof json.$int64 === 'string') return BigInt(json.$int64);
  if (typeof json.$hex === 'string') return bytesOf(json.$hex);
  if (typeof json.$dtype === 'string') return new DTypeValue(json.$dtype);
  if (json.$ragged !== undefined)
    return new RaggedValue(String(json.dtype), inner(json.$ragged), json.row_lengths as number[][]);
  for (const [key, kind] of [
    ['$sparse', 'sparse'],
    ['$indexed_slices', 'slices'],
  ] as const) {
    const parts = json[key];
    if (typeof parts === 'object' && parts !== null && !Array.isArray(parts)) {
      return new SparseValue(kind, inner(parts.indices!), inner(parts.values!), inner(parts.shape ?? null));
    }
  }
  return Object.fromEntries(Object.entries(json).map(([key, part]) => [key, inner(part)]));
}

/** Non-finite numbers as the areas layers, models and training write them. */
export function unquoteNumber(json: Json): Json {
  return json === 'NaN'
    ? Number.NaN
    : json === 'Infinity'
      ? Number.POSITIVE_INFINITY
      : json === '-Infinity'
        ? Number.NEGATIVE_INFINITY
        : json;
}
