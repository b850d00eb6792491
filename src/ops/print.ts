// tf.print: values as lines of text, also from inside compiled functions.
// Owns: the options, and how lists and objects are written; how a tensor is stands in strings/numbers.ts and ragged/format.ts.
import { isRecord } from '../base/record.ts';
import { resolve } from '../runtime/execute.ts';
import { Tensor } from '../runtime/tensor.ts';
import { effect } from './core/effects.ts';
import { RaggedTensor } from './ragged/ragged-tensor.ts';
import { SparseTensor_ } from './sparse/sparse-tensor.ts';
import { summarized } from './strings/numbers.ts';
import { textOf } from './strings/text.ts';

export interface PrintOptions {
  /** Takes the text; 'stdout' and 'stderr' are the console's. */
  readonly outputStream?: 'stdout' | 'stderr' | ((text: string) => void) | undefined;
  /** How many elements at both ends of each axis are shown; −1: all. */
  readonly summarize?: number | undefined;
  readonly sep?: string | undefined;
  readonly end?: string | undefined;
}

const KEYS = ['outputStream', 'summarize', 'sep', 'end', 'name'];
/** What Python calls otherwise. */
const PYTHON: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [true, 'True'],
  [false, 'False'],
  [null, 'None'],
  [undefined, 'None'],
]);
/** What a record holds, in the order of its keys. */
const sortedEntries = (record: object): [string, unknown][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** The tensors of a value, in the order in which they are written. */
function tensorsOf(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (value instanceof RaggedTensor) return [value.flatValues];
  if (value instanceof SparseTensor_) return [value.indices, value.values, value.denseShape];
  if (Array.isArray(value)) return value.flatMap(tensorsOf);
  return isRecord(value) ? sortedEntries(value).flatMap(([, item]) => tensorsOf(item)) : [];
}

/** Prints values side by side. In tf.function it prints each time the program runs. */
export function print(...inputs: unknown[]): void {
  const last = inputs.at(-1);
  const options: PrintOptions =
    isRecord(last) && Object.keys(last).length > 0 && Object.keys(last).every((key) => KEYS.includes(key))
      ? (last as PrintOptions)
      : {};
  const parts = options === last ? inputs.slice(0, -1) : inputs;
  const { sep = ' ', end = '\n', summarize = 3, outputStream = 'stdout' } = options;
  effect('print', tensorsOf(parts).map(resolve), (values) => {
    let next = 0;
    const tensor = (): string => summarized(values[next++]!, summarize);
    const write = (part: unknown, inside: boolean): string => {
      if (part instanceof Tensor) return tensor();
      if (part instanceof RaggedTensor) return part.summarized(values[next++]!, summarize);
      // In quotes, as there: its text stands where Python's would.
      if (part instanceof SparseTensor_)
        return `'SparseTensor(indices=${tensor()}, values=${tensor()}, shape=${tensor()})'`;
      if (Array.isArray(part)) return `[${part.map((item) => write(item, true)).join(', ')}]`;
      if (isRecord(part))
        return `{${sortedEntries(part)
          .map(([key, item]) => `'${key}': ${write(item, true)}`)
          .join(', ')}}`;
      if (inside && typeof part === 'string') return `'${part}'`;
      return PYTHON.get(part) ?? String(part);
    };
    // One string by itself is the line.
    const [only] = parts.length === 1 && parts[0] instanceof Tensor ? values : [];
    const line =
      only?.dtype === 'string' && only.dims.length === 0
        ? textOf((only.elements as string[])[0]!)
        : parts.map((part) => write(part, false)).join(sep);
    const text = line + end;
    if (typeof outputStream === 'function') outputStream(text);
    else {
      const shown = text.endsWith('\n') ? text.slice(0, -1) : text;
      if (outputStream === 'stdout') console.log(shown);
      else console.error(shown);
    }
  });
}
