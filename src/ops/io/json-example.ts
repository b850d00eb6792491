// tf.io.decodeJsonExample: tf.train.Example written as JSON, as bytes.
// Owns: the JSON form of the messages (both spellings of names, base64, texts for int64 and what JSON has no numbers for).
import { show, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { signature } from '../core/signature.ts';
import { elementOf, mapElements, stringTensor, textOf } from '../strings/text.ts';
import { BytesList, Example, Feature, Features, FloatList, Int64List } from '../train/examples.ts';

type Json = Readonly<Record<string, unknown>>;

function record(value: unknown, where: string, known?: readonly string[]): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new ValueError(`${where}: found ${show(value)}, wanted { }.`);
  const odd = known && Object.keys(value).find((key) => !known.includes(key));
  if (odd !== undefined) throw new ValueError(`${where}: found '${odd}', wanted ${known!.join(', ')}.`);
  return value as Json;
}

const FLOATS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};
const kinds = {
  bytesList: (value: unknown, where: string): Uint8Array => {
    const plain = String(value).replaceAll('-', '+').replaceAll('_', '/');
    if (typeof value !== 'string' || !/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2,3}={0,2})?$/.test(plain))
      throw new ValueError(`${where}: found ${show(value)}, wanted base64.`);
    return Uint8Array.from(atob(plain), (c) => c.charCodeAt(0));
  },
  floatList: (value: unknown, where: string): number => {
    const number = typeof value === 'string' ? (FLOATS[value] ?? Number(value || Number.NaN)) : value;
    if (typeof number !== 'number' || (Number.isNaN(number) && value !== 'NaN'))
      throw new ValueError(`${where}: found ${show(value)}, wanted a number.`);
    return number;
  },
  int64List: (value: unknown, where: string): bigint => {
    if ((typeof value === 'string' && /^-?\d+$/.test(value)) || Number.isInteger(value)) return BigInt(value as string);
    throw new ValueError(`${where}: found ${show(value)}, wanted a whole number, large ones as text.`);
  },
};
type Kind = keyof typeof kinds;
const camel = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function featureOf(json: unknown, where: string): Feature {
  const entries = Object.entries(record(json, where)).map(([key, list]) => [camel(key), list] as const);
  if (entries.length === 0) return Feature({});
  const [kind, list] = entries[0]!;
  if (entries.length > 1 || !(kind in kinds))
    throw new ValueError(
      `${where}: found ${entries.map(([key]) => key).join(', ')}, wanted one of ${Object.keys(kinds).join(', ')}.`,
    );
  const { value = [] } = record(list, `${where}: ${kind}`, ['value']);
  if (!Array.isArray(value)) throw new ValueError(`${where}: ${kind}.value: found ${show(value)}, wanted a list.`);
  const read = <K extends Kind>(one: K): ReturnType<(typeof kinds)[K]>[] =>
    value.map((item, i) => kinds[one](item, `${where}: ${kind}.value[${i}]`)) as ReturnType<(typeof kinds)[K]>[];
  if (kind === 'bytesList') return Feature({ bytesList: BytesList(read('bytesList')) });
  if (kind === 'floatList') return Feature({ floatList: FloatList(read('floatList')) });
  return Feature({ int64List: Int64List(read('int64List')) });
}

/** Examples written as JSON, as the serialized bytes that `parseExample` reads. */
export const decodeJsonExample = signature(
  'io.decodeJsonExample',
  ['jsonExamples'],
  (jsonExamples: TensorLike): Tensor =>
    mapElements(stringTensor(jsonExamples, 'io.decodeJsonExample'), 'decodeJsonExample', 'string', (element, i) => {
      const where = `io.decodeJsonExample: example ${i}`;
      let json: unknown;
      try {
        json = JSON.parse(textOf(element));
      } catch (error) {
        throw new ValueError(`${where} is no JSON: ${(error as Error).message}.`, { cause: error });
      }
      const { features = {} } = record(json, where, ['features']);
      const { feature = {} } = record(features, `${where}: features`, ['feature']);
      const named = Object.entries(record(feature, `${where}: feature`)).map(
        ([key, value]) => [key, featureOf(value, `${where}: '${key}'`)] as const,
      );
      return elementOf(Example({ features: Features({ feature: Object.fromEntries(named) }) }).serializeToString());
    }),
);
