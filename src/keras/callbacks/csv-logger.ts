// CSVLogger: the logs of every epoch as a row of a file, byte for byte as Python's csv module writes it.
// Source: https://keras.io/api/callbacks/csv_logger/
import { type Class, callable } from '../../base/callable.ts';
import { pythonRepr } from '../../base/python-format.ts';
import { type GrowingFile, platform } from '../../platform/platform.ts';
import * as o from '../schema.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';

const options = o.schema(
  'CSVLogger',
  {
    filename: o.required(o.string),
    separator: o.optional(o.string, ','),
    append: o.optional(o.boolean, false),
  },
  { positional: ['filename', 'separator', 'append'] },
);
export interface CSVLoggerOptions extends o.OptionsOf<typeof options> {}
type Given = Omit<CSVLoggerOptions, 'filename'>;
type Args = [filename: string, options?: Given] | [options: CSVLoggerOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class CSVLoggerCallback extends CallbackBase {
  #file: GrowingFile | null = null;
  #keys: string[] | null = null;
  #header = true;

  constructor(...args: Args) {
    super();
    options.assign(this, args);
  }
  override async onTrainBegin(): Promise<void> {
    this.#keys = null;
    this.#file = await platform().openToGrow(this.filename, !this.append);
    this.#header = this.#file.size === 0;
  }
  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    if (!this.#keys) {
      const keys = Object.keys(logs).sort();
      // Columns for validation that comes in later epochs; they say NA until then.
      const isValidated = keys.some((key) => key.startsWith('val_'));
      this.#keys = isValidated ? keys : [...keys, ...keys.map((key) => `val_${key}`)];
      if (this.#header) await this.#write(['epoch', ...this.#keys]);
    }
    await this.#write([String(epoch), ...this.#keys.map((key) => cellOf(logs[key]))]);
  }
  override async onTrainEnd(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }
  async #write(cells: readonly string[]): Promise<void> {
    const special = [this.separator, '"', '\r', '\n'];
    const quoted = cells.map((text) =>
      special.some((part) => text.includes(part)) ? `"${text.replaceAll('"', '""')}"` : text,
    );
    await this.#file?.write(new TextEncoder().encode(`${quoted.join(this.separator)}\r\n`));
  }
}
const cellOf = (value: number | undefined): string => {
  if (value === undefined) return 'NA';
  return Array.isArray(value) ? `"[${value.map((part) => pythonRepr(Number(part))).join(', ')}]"` : pythonRepr(value);
};
interface CSVLoggerCallback extends o.ValuesOf<typeof options> {}
export interface CSVLogger extends CSVLoggerCallback {}
/** @example tf.keras.callbacks.CSVLogger('training.csv') */
export const CSVLogger: Class<Args, CSVLogger> = callable(CSVLoggerCallback, 'CSVLogger');
