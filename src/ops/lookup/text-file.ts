// tf.lookup.TextFileInitializer: the keys and values of a table from the lines of a file.
// Owns: reading and parsing of lines. Files are read asynchronously here: wait for `ready` before making a table.
import { type Class, callable } from '../../base/callable.ts';
import { asDType, type DType, isInteger } from '../../base/dtype.ts';
import { StateError, show, ValueError } from '../../base/errors.ts';
import { type FileSource, platform } from '../../platform/platform.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { bindArguments, type Forms } from '../core/signature.ts';
import { pathOf } from '../io/files.ts';

/** What of a line is meant: all of it, its number, or with 0, 1, … a field of it. */
export const TextFileIndex = { WHOLE_LINE: -2, LINE_NUMBER: -1 } as const;

const NAMES = [
  'filename',
  'keyDtype',
  'keyIndex',
  'valueDtype',
  'valueIndex',
  'vocabSize',
  'delimiter',
  'name',
  'valueIndexOffset',
] as const;
type Parameters = [
  filename: TensorLike | FileSource,
  keyDtype: DType,
  keyIndex: number,
  valueDtype: DType,
  valueIndex: number,
  vocabSize?: number,
  delimiter?: string,
  name?: string,
  valueIndexOffset?: number,
];
const CLASS = 'lookup.TextFileInitializer';

export class TextFileInitializer_ {
  readonly keyDtype: DType;
  readonly valueDtype: DType;
  /** Resolves when the file is read; rejects where it cannot be, or its lines are not as described. */
  readonly ready: Promise<this>;
  #read: { readonly keys: Tensor; readonly values: Tensor } | null = null;

  constructor(...args: Forms<Parameters, typeof NAMES>) {
    const [filename, keyDtype, keyIndex, valueDtype, valueIndex, vocabSize, delimiter = '\t', , offset = 0] =
      bindArguments(CLASS, NAMES, args) as Parameters;
    this.keyDtype = asDType(keyDtype);
    this.valueDtype = asDType(valueDtype);
    const check = (which: 'key' | 'value', index: number, dtype: DType): number => {
      const at = asInteger(index, `${CLASS}: ${which}Index`);
      if (at < -2) throw new ValueError(`${CLASS}: ${which}Index ${at}; wanted a number ≥ -2 (TextFileIndex).`);
      if (at === TextFileIndex.LINE_NUMBER && dtype !== 'int64')
        throw new ValueError(`${CLASS}: ${which}Dtype ${dtype}; a line number is int64.`);
      if (at === TextFileIndex.WHOLE_LINE && dtype !== 'string' && !isInteger(dtype))
        throw new ValueError(`${CLASS}: ${which}Dtype ${dtype}; a whole line is a string or an integer.`);
      return at;
    };
    const [key, value] = [check('key', keyIndex, this.keyDtype), check('value', valueIndex, this.valueDtype)];
    if (vocabSize !== undefined && !(asInteger(vocabSize, `${CLASS}: vocabSize`) > 0))
      throw new ValueError(`${CLASS}: vocabSize ${show(vocabSize)}; wanted a number > 0.`);
    const source = filename instanceof Blob || filename instanceof URL ? filename : pathOf(filename, CLASS);
    const read = async (): Promise<this> => {
      const all = linesOf(new TextDecoder().decode(await platform().readFile(source)));
      if (vocabSize !== undefined && all.length < vocabSize)
        throw new ValueError(`${CLASS}: ${show(String(source))} has ${all.length} lines; vocabSize says ${vocabSize}.`);
      const lines = vocabSize === undefined ? all : all.slice(0, vocabSize);
      const column = (index: number, dtype: DType, shift: number): Tensor =>
        convertToTensor(
          lines.map((line, i) => part(line, i, index, dtype, delimiter, shift)),
          dtype,
          CLASS,
        );
      this.#read = { keys: column(key, this.keyDtype, 0), values: column(value, this.valueDtype, offset) };
      return this;
    };
    this.ready = read();
    // Who never asks has made no table of it; who does gets the error.
    this.ready.catch(() => undefined);
  }
  #contents(): { readonly keys: Tensor; readonly values: Tensor } {
    if (!this.#read)
      throw new StateError(`${CLASS}: the file is not read yet; wait for it first: await initializer.ready.`);
    return this.#read;
  }
  get keys(): Tensor {
    return this.#contents().keys;
  }
  get values(): Tensor {
    return this.#contents().values;
  }
}
export interface TextFileInitializer extends TextFileInitializer_ {}
export const TextFileInitializer: Class<Forms<Parameters, typeof NAMES>, TextFileInitializer> = callable(
  TextFileInitializer_,
  'TextFileInitializer',
);

const linesOf = (text: string): string[] => {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

function part(line: string, number: number, index: number, dtype: DType, delimiter: string, offset: number) {
  if (index === TextFileIndex.LINE_NUMBER) return number + offset;
  const field = index === TextFileIndex.WHOLE_LINE ? line : line.split(delimiter)[index];
  if (field === undefined)
    throw new ValueError(`${CLASS}: line ${number}, ${show(line)}, has no field ${index} between ${show(delimiter)}.`);
  if (dtype === 'string') return field;
  const value = isInteger(dtype) ? (/^\s*[-+]?\d+\s*$/.test(field) ? BigInt(field.trim()) : null) : Number(field);
  if (value === null || (typeof value === 'number' && (field.trim() === '' || Number.isNaN(value))))
    throw new ValueError(`${CLASS}: line ${number}: ${show(field)} is no ${dtype}.`);
  return value;
}
