// The file `checkpoint` beside checkpoints: text that names the latest and all that are kept.
// Owns: reading and writing that text (a protocol buffer in text form).
import { FormatError } from '../file-error.ts';

export interface CheckpointState {
  /** Prefix of the latest checkpoint, as written: often relative to the folder. */
  readonly latest: string;
  readonly all: readonly string[];
  /** Seconds since 1970, one for each of `all`; empty where not written. */
  readonly timestamps: readonly number[];
  /** Seconds since 1970 of the last one that a manager leaves for ever; undefined where not written. */
  readonly lastPreserved?: number | undefined;
}

/** Reads the text of a `checkpoint` file; throws FormatError of kind `bad_checkpoint`. */
export function parseCheckpointState(text: string, file: string): CheckpointState {
  const all: string[] = [];
  const timestamps: number[] = [];
  let latest: string | undefined;
  let lastPreserved: number | undefined;
  for (const line of text.split('\n')) {
    const [, key, value] = /^\s*(\w+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    if (key === 'all_model_checkpoint_timestamps') timestamps.push(Number(value));
    else if (key === 'last_preserved_timestamp') lastPreserved = Number(value);
    else if (key === 'model_checkpoint_path') latest = unquote(value, file);
    else if (key === 'all_model_checkpoint_paths') all.push(unquote(value, file));
  }
  if (latest === undefined)
    throw new FormatError('bad_checkpoint', file, 'it does not name a checkpoint (model_checkpoint_path).');
  return { latest, all, timestamps, lastPreserved };
}

function unquote(value: string, file: string): string {
  const [, inside] = /^"((?:[^"\\]|\\.)*)"$/.exec(value) ?? [];
  if (inside === undefined) throw new FormatError('bad_checkpoint', file, `${value} is no quoted text.`);
  const octal = inside.replace(/(?:\\[0-7]{3})+/g, (run) => {
    const bytes = run.match(/[0-7]{3}/g)!.map((digits) => Number.parseInt(digits, 8));
    return new TextDecoder().decode(Uint8Array.from(bytes));
  });
  return octal.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter);
}

/** The text of a `checkpoint` file. */
export function printCheckpointState(state: CheckpointState): string {
  const quote = (path: string) => JSON.stringify(path);
  return [
    `model_checkpoint_path: ${quote(state.latest)}`,
    ...state.all.map((path) => `all_model_checkpoint_paths: ${quote(path)}`),
    ...state.timestamps.map((time) => `all_model_checkpoint_timestamps: ${time}`),
    ...(state.lastPreserved === undefined ? [] : [`last_preserved_timestamp: ${state.lastPreserved}`]),
    '',
  ].join('\n');
}
