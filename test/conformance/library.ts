// The library under test, seen by Python's names: 'tf.reduce_sum' finds tf.reduceSum, keyword arguments become the
// options object. Owns the names and the way of values in and out. Reached through names found at run time, so that
// a missing function fails its cases and nothing else.
import { MissingError } from './runner.ts';
import {
  ArrayValue,
  DTypeValue,
  isFields,
  type Numbers,
  RaggedValue,
  SparseValue,
  type Text,
  type Value,
} from './values.ts';

type Namespace = { readonly [name: string]: unknown };
type Callable = (...args: unknown[]) => unknown;
type Constructor = new (...args: unknown[]) => unknown;

/** Where the roots of Python's names lie. */
const modules: Record<string, string> = {
  tf: '../../src/index.ts',
  random: '../../src/random/index.ts',
  datasets: '../../src/datasets/index.ts',
};
const loaded = new Map<string, Namespace | MissingError>();

/** Loads the library. A module that does not load fails the cases that ask for it. */
export async function loadLibrary(): Promise<void> {
  for (const [root, file] of Object.entries(modules)) {
    if (loaded.has(root)) continue;
    try {
      loaded.set(root, (await import(new URL(file, import.meta.url).href)) as Namespace);
    } catch (error) {
      loaded.set(
        root,
        new MissingError(
          `${file.replace('../../', '')} does not load: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
        ),
      );
    }
  }
}

/** Puts another module in place of the library: for tests of the runner. */
export function useModule(root: string, module: Namespace): void {
  loaded.set(root, module);
}

export const camelCase = (name: string) =>
  name.replaceAll(/(?<=[^_])_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** What stands under a Python name: `tf.math.xlogy`, `keras.losses.deserialize`, `random.RandomState`. */
export function lookup(name: string): unknown {
  const [root = '', ...parts] = name.replace(/^(tf_)?keras\./, 'tf.keras.').split('.');
  const module = loaded.get(root);
  if (module instanceof MissingError) throw module;
  if (module === undefined) throw new MissingError(`${root} is not loaded`);
  let at: unknown = module;
  for (const part of parts) {
    if ((typeof at !== 'object' && typeof at !== 'function') || at === null)
      throw new MissingError(`the library has no ${name}`);
    at = (at as Namespace)[camelCase(part)];
    if (at === undefined) throw new MissingError(`the library has no ${name} (looked for ${camelCase(part)})`);
  }
  return at;
}

/** A function of the library; also a method of an object of it, as `fn(object, 'get_config')`. */
export function fn(name: string): Callable;
export function fn(object: unknown, method: string): Callable;
export function fn(objectOrName: unknown, method?: string): Callable {
  const found = method === undefined ? lookup(String(objectOrName)) : (objectOrName as Namespace)[camelCase(method)];
  if (typeof found !== 'function')
    throw new MissingError(`the library has no function ${method ?? String(objectOrName)}`);
  return (method === undefined ? found : found.bind(objectOrName)) as Callable;
}

export function construct(name: string, ...args: unknown[]): unknown {
  return new (fn(name) as unknown as Constructor)(...args);
}

/** A property of an object of the library, by its Python name. */
export function property(object: unknown, name: string): unknown {
  const found = (object as Namespace)[camelCase(name)];
  if (found === undefined)
    throw new MissingError(`${(object as object).constructor?.name ?? 'the object'} has no ${camelCase(name)}`);
  return found;
}

/** `deserialize` of a Keras module, with Keras's own dictionary: the way in for everything that has a config. */
export function deserialize(module: string, className: string, config: Value | undefined): unknown {
  return fn(`keras.${module}.deserialize`)({ class_name: className, config: plainConfig(config ?? {}) });
}

/** Calls a function by its Python name: positional arguments stay, keyword arguments go into the options object. */
export function invoke(name: string, args: readonly Value[], kwargs?: Value): unknown {
  const given = options(kwargs);
  return fn(name)(...args.map(argument), ...(Object.keys(given).length === 0 ? [] : [given]));
}

/** Forgets names, global state and the global seed, as every case of the generators begins: whatever ran before it. */
export function freshSession(): void {
  fn('keras.utils.clear_session')();
  fn('tf.random.set_seed')(null);
}

// ── Values into the library ──────────────────────────────────────────────────────────────────────────────────────

/** Nested lists of a flat array. */
export function nested(data: ArrayLike<unknown>, shape: readonly number[]): unknown {
  let level: unknown[] = Array.from(data);
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const size = shape[axis]!;
    const count = shape.slice(0, axis).reduce((a, b) => a * b, 1);
    level = Array.from({ length: count }, (_, i) => level.slice(i * size, (i + 1) * size));
  }
  return shape.length === 0 ? level[0] : level;
}

/** A value as the library takes it: arrays as tensors, dtypes by name. */
export function argument(value: Value): unknown {
  if (value instanceof ArrayValue) {
    const { dtype, shape, data } = value;
    if (dtype.startsWith('complex')) {
      const half = (lane: number): unknown =>
        fn('tf.constant')(
          Float32Array.from({ length: data.length / 2 }, (_, k) => Number(data[2 * k + lane])),
          { dtype: 'float32', shape },
        );
      return fn('tf.complex')(half(0), half(1));
    }
    return fn('tf.constant')(dtype === 'string' ? nested(data, shape) : data, { dtype, shape });
  }
  if (value instanceof DTypeValue) return value.name;
  if (value instanceof RaggedValue) return fn('tf.ragged.constant')(plainConfig(value.values), { dtype: value.dtype });
  if (value instanceof SparseValue) {
    const [indices, values] = [argument(value.indices), argument(value.values)];
    const shape = value.shape === null ? [] : [argument(value.shape)];
    return value.kind === 'sparse'
      ? construct('tf.SparseTensor', indices, values, ...shape)
      : construct('tf.IndexedSlices', values, indices, ...shape);
  }
  if (Array.isArray(value)) return value.map(argument);
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, argument(part)]));
  return value;
}

/** Keyword arguments as an options object. */
export function options(kwargs: Value | undefined): { [name: string]: unknown } {
  if (!isFields(kwargs)) return {};
  return Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [camelCase(key), argument(value)]));
}

/** A value as it stands in a config: arrays as nested lists, dtypes by name, keys as Keras writes them. */
export function plainConfig(value: Value): unknown {
  if (value instanceof ArrayValue) return nested(value.data, value.shape);
  if (value instanceof DTypeValue) return value.name;
  if (Array.isArray(value)) return value.map(plainConfig);
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainConfig(part)]));
  return value;
}

// ── Values out of the library ────────────────────────────────────────────────────────────────────────────────────

interface TensorView {
  readonly dtype: string;
  readonly shape: readonly (number | null)[];
  dataSync(): Numbers | readonly Text[];
}

const has = (x: object, ...names: string[]) => names.every((name) => name in x);
export const isTensor = (x: unknown): x is TensorView =>
  typeof x === 'object' && x !== null && has(x, 'dtype', 'shape', 'dataSync');

const dtypeOfArray: Record<string, string> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int8Array: 'int8',
  Int16Array: 'int16',
  Int32Array: 'int32',
  BigInt64Array: 'int64',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Uint16Array: 'uint16',
  Uint32Array: 'uint32',
  BigUint64Array: 'uint64',
};

/** The elements in row-major order; a string tensor has no typed array. */
const elementsOf = (x: TensorView): Numbers | readonly Text[] =>
  x.dtype === 'string' ? (x as TensorView & { readonly elements: readonly Text[] }).elements : x.dataSync();

/** What came out of the library, as values: tensors and typed arrays as arrays, maps as objects. */
export function result(x: unknown): Value {
  if (x === undefined || x === null) return null;
  if (isTensor(x)) return new ArrayValue(x.dtype, x.shape.map(Number), elementsOf(x));
  if (typeof x !== 'object') {
    if (typeof x === 'function' || typeof x === 'symbol')
      throw new Error(`a ${typeof x} came out where a value was wanted`);
    return x as Value;
  }
  if (has(x, 'nestedRowLengths')) {
    return new RaggedValue(
      String((x as TensorView).dtype),
      exactly(result(fn(x, 'to_list')()), (x as object as { readonly flatValues: TensorView }).flatValues),
      withoutArrays(result(fn(x, 'nested_row_lengths')())),
    );
  }
  if (has(x, 'indices', 'values', 'denseShape')) {
    const { indices, values, denseShape } = x as { indices: unknown; values: unknown; denseShape: unknown };
    const kind = x.constructor.name === 'IndexedSlices' ? 'slices' : 'sparse';
    return new SparseValue(kind, result(indices), result(values), withoutArrays(result(denseShape)));
  }
  if (ArrayBuffer.isView(x)) {
    const array = x as unknown as Numbers & { readonly shape?: readonly number[] };
    return new ArrayValue(dtypeOfArray[x.constructor.name] ?? x.constructor.name, array.shape ?? [array.length], array);
  }
  if (Array.isArray(x)) return x.map(result);
  const entries = x instanceof Map ? [...x] : Object.entries(x);
  return Object.fromEntries(entries.map(([key, part]) => [String(key), result(part)]));
}

/** Leaves that lists do not tell exactly, large whole numbers and bytes, as the flat values have them, in the same order. */
function exactly(list: Value, flatValues: TensorView): Value {
  if (flatValues.dtype !== 'int64' && flatValues.dtype !== 'uint64' && flatValues.dtype !== 'string') return list;
  const flat = elementsOf(flatValues) as ArrayLike<bigint | Text>;
  let next = 0;
  const visit = (part: Value): Value => {
    if (Array.isArray(part)) return part.map(visit);
    const value = flat[next++]!;
    return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  };
  return visit(list);
}

/** Lists of numbers where Python gives lists, whatever array the library gave. */
export function withoutArrays(value: Value): Value {
  if (value instanceof ArrayValue) return toNumbers(nested(value.data, value.shape));
  if (Array.isArray(value)) return value.map(withoutArrays);
  return typeof value === 'bigint' ? Number(value) : value;
}

function toNumbers(x: unknown): Value {
  return Array.isArray(x) ? x.map(toNumbers) : typeof x === 'bigint' ? Number(x) : (x as Value);
}

/**
 * An array where NumPy gives one of a fixed dtype and the library lists of numbers or an array that does not say: an
 * integer dtype is given only if every element is an integer, so a wrong number cannot hide behind the label.
 */
export function labelled(x: unknown, dtype: string): ArrayValue {
  const value = x instanceof ArrayValue ? x : result(x);
  const { data, shape } = value instanceof ArrayValue ? value : flattened(value);
  if (data.length > 0 && typeof data[0] === 'string') return new ArrayValue('string', shape, data as Text[]);
  const numbers = Array.from(data as ArrayLike<number | bigint | boolean>, Number);
  const integers = /^u?int|^bool/.test(dtype);
  if (integers && !numbers.every(Number.isInteger)) return new ArrayValue('float64', shape, Float64Array.from(numbers));
  return new ArrayValue(dtype, shape, Float64Array.from(numbers));
}

function flattened(value: Value): { data: readonly (number | Text | boolean | bigint)[]; shape: number[] } {
  if (!Array.isArray(value)) return { data: [value as number], shape: [] };
  if (value.length === 0) return { data: [], shape: [0] };
  const parts = value.map(flattened);
  if (parts.some((part) => String(part.shape) !== String(parts[0]!.shape)))
    throw new Error('ragged lists where an array was wanted');
  return { data: parts.flatMap((part) => part.data), shape: [value.length, ...parts[0]!.shape] };
}

// ── Gradients ────────────────────────────────────────────────────────────────────────────────────────────────────

/** The value of `f` and its gradients with respect to the sources; of a non-scalar value, with the given cotangents or of its sum. */
export function differentiate(
  f: () => unknown,
  sources: readonly unknown[],
  cotangents?: unknown,
): { value: unknown; gradients: unknown[] } {
  const tape = construct('tf.GradientTape');
  const value = fn(
    tape,
    'record',
  )(() => {
    fn(tape, 'watch')(sources);
    return f();
  });
  const extra = cotangents === undefined ? [] : [{ outputGradients: cotangents }];
  return { value, gradients: fn(tape, 'gradient')(value, sources, ...extra) as unknown[] };
}
