// tf.lookup: tables from keys to values.
// Owns: static tables, tables with buckets for what they do not know, and tables that grow. Files are read in text-file.ts.

import { type Class, callable } from '../../base/callable.ts';
import type { Data, DType, StringElement } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { hostFunction } from '../core/host.ts';
import { integersTensor } from '../core/shapes.ts';
import { bindArguments, type Forms } from '../core/signature.ts';
import { fingerprint64 } from '../strings/hash.ts';
import { bytesOf, textOf } from '../strings/text.ts';

type Key = string | number | bigint;
type Element = Key | StringElement;
const keyOf = (element: Element, dtype: DType): Key =>
  dtype === 'string'
    ? textOf(element as StringElement)
    : typeof element === 'bigint'
      ? Number(element)
      : (element as Key);

const PAIRS = ['keys', 'values', 'keyDtype', 'valueDtype'] as const;
type PairParameters = [keys: TensorLike, values: TensorLike, keyDtype?: DType, valueDtype?: DType];
export class KeyValueTensorInitializer_ {
  readonly keys: Tensor;
  readonly values: Tensor;
  constructor(...args: Forms<PairParameters, typeof PAIRS>) {
    const [keys, values, keyDtype, valueDtype] = bindArguments(
      'KeyValueTensorInitializer',
      PAIRS,
      args,
    ) as PairParameters;
    this.keys = convertToTensor(keys, keyDtype, 'KeyValueTensorInitializer: keys');
    this.values = convertToTensor(values, valueDtype, 'KeyValueTensorInitializer: values');
    if (this.keys.dims.length !== 1 || this.keys.dims[0] !== this.values.dims[0])
      throw new ShapeError(
        `KeyValueTensorInitializer: keys ${showShape(this.keys.dims)} and values ${showShape(this.values.dims)}; wanted two vectors of one length.`,
      );
  }
}
export interface KeyValueTensorInitializer extends KeyValueTensorInitializer_ {}
export const KeyValueTensorInitializer: Class<
  Forms<PairParameters, typeof PAIRS>,
  KeyValueTensorInitializer
> = callable(KeyValueTensorInitializer_, 'KeyValueTensorInitializer');

/** What a static table begins with. */
export interface TableInitializer {
  readonly keys: Tensor;
  readonly values: Tensor;
}

class Table {
  readonly keyDtype: DType;
  readonly valueDtype: DType;
  protected readonly entries = new Map<Key, Element>();
  readonly #default: Element;

  constructor(keyDtype: DType, valueDtype: DType, defaultValue: TensorLike) {
    this.keyDtype = keyDtype;
    this.valueDtype = valueDtype;
    const value = convertToTensor(defaultValue, undefined, 'lookup: defaultValue');
    this.#default = (
      value.dtype === valueDtype || valueDtype === 'string' ? value : (p.convert(value, valueDtype) as Tensor)
    ).elements![0]!;
  }
  protected enter(keys: Tensor, values: Tensor): void {
    const [k, v] = [keys.elements as ArrayLike<Element>, values.elements as ArrayLike<Element>];
    for (let i = 0; i < k.length; i++) this.entries.set(keyOf(k[i]!, keys.dtype), v[i]!);
  }
  size(): Tensor {
    return integersTensor([this.entries.size], [], 'int64');
  }
  /** The values of keys, the default value for those that are not in the table. */
  lookup(keys: TensorLike): Tensor {
    const x = convertToTensor(keys, undefined, 'lookup');
    const given =
      x.weak && x.dtype !== this.keyDtype && this.keyDtype !== 'string' ? (p.convert(x, this.keyDtype) as Tensor) : x;
    if (given.dtype !== this.keyDtype)
      throw new DTypeError(`lookup: found keys of dtype ${given.dtype}, wanted ${this.keyDtype}.`);
    const call = hostFunction(
      'lookup',
      ([spec]) => [{ dims: spec!.dims, dtype: this.valueDtype }],
      ([source], [out]) => {
        const [from, to] = [source!.data as ArrayLike<Element>, out!.data as { [i: number]: Element } & Data];
        for (let i = 0; i < from.length; i++)
          to[i] = this.entries.get(keyOf(from[i]!, this.keyDtype)) ?? this.missing(from[i]!) ?? this.#default;
      },
    );
    return p.customCall(call, [given])[0] as Tensor;
  }
  protected missing(_key: Element): Element | undefined {
    return undefined;
  }
}

/** An initializer, or a clear error instead of a failing access. */
function initializerOf(given: unknown, where: string): TableInitializer {
  if (given !== null && typeof given === 'object' && 'keys' in given && 'values' in given)
    return given as TableInitializer;
  throw new ValueError(
    `${where}: initializer: found ${show(given)}, wanted a KeyValueTensorInitializer or a TextFileInitializer.`,
  );
}

const STATIC = ['initializer', 'defaultValue', 'experimentalIsAnonymous'] as const;
type StaticParameters = [initializer: TableInitializer, defaultValue: TensorLike, experimentalIsAnonymous?: boolean];
export class StaticHashTable_ extends Table {
  constructor(...args: Forms<StaticParameters, typeof STATIC>) {
    const [given, defaultValue] = bindArguments('StaticHashTable', STATIC, args) as StaticParameters;
    const initializer = initializerOf(given, 'StaticHashTable');
    super(initializer.keys.dtype, initializer.values.dtype, defaultValue);
    this.enter(initializer.keys, initializer.values);
  }
}
export interface StaticHashTable extends StaticHashTable_ {}
export const StaticHashTable: Class<Forms<StaticParameters, typeof STATIC>, StaticHashTable> = callable(
  StaticHashTable_,
  'StaticHashTable',
);

/** Keys that are not known fall into one of `numOovBuckets` numbers behind the table's, by their hash. */
const VOCABULARY = ['initializer', 'numOovBuckets', 'lookupKeyDtype', 'experimentalIsAnonymous'] as const;
type VocabularyParameters = [
  initializer: TableInitializer | null,
  numOovBuckets: number,
  lookupKeyDtype?: DType,
  experimentalIsAnonymous?: boolean,
];
export class StaticVocabularyTable_ extends Table {
  readonly #buckets: number;
  constructor(...args: Forms<VocabularyParameters, typeof VOCABULARY>) {
    const [given, numOovBuckets, lookupKeyDtype] = bindArguments(
      'StaticVocabularyTable',
      VOCABULARY,
      args,
    ) as VocabularyParameters;
    const initializer = given ? initializerOf(given, 'StaticVocabularyTable') : null;
    if (!(numOovBuckets >= 1))
      throw new ValueError(`StaticVocabularyTable: numOovBuckets ${show(numOovBuckets)}; wanted a number ≥ 1.`);
    const keyDtype = lookupKeyDtype ?? initializer?.keys.dtype ?? 'string';
    if (initializer && initializer.keys.dtype !== keyDtype)
      throw new DTypeError(
        `StaticVocabularyTable: lookupKeyDtype ${keyDtype}; the initializer's keys are ${initializer.keys.dtype}.`,
      );
    super(keyDtype, 'int64', 0);
    if (initializer) this.enter(initializer.keys, p.convert(initializer.values, 'int64') as Tensor);
    this.#buckets = numOovBuckets;
  }
  protected override missing(key: Element): Element {
    const text = this.keyDtype === 'string' ? bytesOf(key as StringElement) : new TextEncoder().encode(String(key));
    return (fingerprint64(text) % BigInt(this.#buckets)) + BigInt(this.entries.size);
  }
  override size(): Tensor {
    return integersTensor([this.entries.size + this.#buckets], [], 'int64');
  }
}
export interface StaticVocabularyTable extends StaticVocabularyTable_ {}
export const StaticVocabularyTable: Class<
  Forms<VocabularyParameters, typeof VOCABULARY>,
  StaticVocabularyTable
> = callable(StaticVocabularyTable_, 'StaticVocabularyTable');

// The last three are how TensorFlow's dense table marks its empty places; a table here needs no such mark.
const MUTABLE = ['keyDtype', 'valueDtype', 'defaultValue', 'emptyKey', 'deletedKey', 'initialNumBuckets'] as const;
type MutableParameters = [
  keyDtype: DType,
  valueDtype: DType,
  defaultValue: TensorLike,
  emptyKey?: TensorLike,
  deletedKey?: TensorLike,
  initialNumBuckets?: number,
];
export class MutableHashTable_ extends Table {
  constructor(...args: Forms<MutableParameters, typeof MUTABLE>) {
    const [keyDtype, valueDtype, defaultValue] = bindArguments('MutableHashTable', MUTABLE, args) as MutableParameters;
    super(keyDtype, valueDtype, defaultValue);
  }
  insert(keys: TensorLike, values: TensorLike): void {
    const [k, v] = [convertToTensor(keys, undefined, 'insert'), convertToTensor(values, undefined, 'insert')];
    const converted = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : (p.convert(x, dtype) as Tensor));
    this.enter(converted(k, this.keyDtype), converted(v, this.valueDtype));
  }
  remove(keys: TensorLike): void {
    const k = convertToTensor(keys, undefined, 'remove');
    for (const key of Array.from(k.elements as ArrayLike<Element>)) this.entries.delete(keyOf(key, k.dtype));
  }
}
export interface MutableHashTable extends MutableHashTable_ {}
const MutableHashTable: Class<Forms<MutableParameters, typeof MUTABLE>, MutableHashTable> = callable(
  MutableHashTable_,
  'MutableHashTable',
);
/** tf.lookup.experimental. */
export const experimental = { MutableHashTable, DenseHashTable: MutableHashTable } as const;
