// CSVLogger: the logs of every epoch as a row of a file.
// Source: https://keras.io/api/callbacks/csv_logger/
import { type Class, callable } from '../../base/callable.ts';
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
      this.#keys = Object.keys(logs).sort();
      if (this.#header) await this.#write(['epoch', ...this.#keys]);
    }
    await this.#write([epoch, ...this.#keys.map((key) => logs[key] ?? 'NA')]);
  }
  override async onTrainEnd(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }
  async #write(cells: readonly (string | number)[]): Promise<void> {
    const quoted = cells.map((cell) => {
      const text = String(cell);
      return text.includes(this.separator) || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
    });
    await this.#file?.write(new TextEncoder().encode(`${quoted.join(this.separator)}\n`));
  }
}
interface CSVLoggerCallback extends o.ValuesOf<typeof options> {}
export interface CSVLogger extends CSVLoggerCallback {}
/** @example tf.keras.callbacks.CSVLogger('training.csv') */
export const CSVLogger: Class<Args, CSVLogger> = callable(CSVLoggerCallback, 'CSVLogger');
