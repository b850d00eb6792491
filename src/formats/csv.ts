// CSV as RFC 4180 has it, and as TensorFlow reads it: records of fields, with quotes or without.
// Owns: cutting text that comes in parts into records. Leaves what fields mean to tf.io.decodeCsv and tf.data.
import { FormatError } from './file-error.ts';

export interface CsvSyntax {
  readonly delimiter: string;
  /** Whether double quotes enclose fields. */
  readonly quotes: boolean;
}

/** Cuts text into records; quoted fields may hold line breaks. */
export class CsvCutter {
  readonly #syntax: CsvSyntax;
  readonly #file: string;
  #rest = '';
  #record = 0;

  constructor(syntax: CsvSyntax, file: string) {
    this.#syntax = syntax;
    this.#file = file;
  }

  /** The records that this text completes. */
  *push(text: string): Generator<string[]> {
    const all = this.#rest + text;
    let at = 0;
    for (;;) {
      const read = readRecord(all, at, this.#syntax, false, this.#fail);
      if (!read) break;
      at = read.end;
      this.#record++;
      if (read.fields) yield read.fields;
    }
    this.#rest = all.slice(at);
  }
  /** The last record, where the file does not end with a line break. */
  *end(): Generator<string[]> {
    const rest = this.#rest;
    this.#rest = '';
    if (rest === '') return;
    const read = readRecord(rest, 0, this.#syntax, true, this.#fail);
    if (read?.fields) yield read.fields;
  }
  readonly #fail = (why: string): never => {
    throw new FormatError('invalid_value', this.#file, `record ${this.#record}: ${why}.`);
  };
}

/** One record from `from` on; undefined where it is not complete. An empty line has no fields. */
function readRecord(
  text: string,
  from: number,
  { delimiter, quotes }: CsvSyntax,
  isLast: boolean,
  fail: (why: string) => never,
): { fields: string[] | null; end: number } | undefined {
  const fields: string[] = [];
  let at = from;
  for (;;) {
    if (quotes && text[at] === '"') {
      let field = '';
      at++;
      for (;;) {
        const close = text.indexOf('"', at);
        if (close < 0) return isLast ? fail('a quoted field has no closing quote') : undefined;
        field += text.slice(at, close);
        at = close + 1;
        if (text[at] !== '"') break;
        field += '"';
        at++;
      }
      fields.push(field);
      // What follows a quote decides whether the record is complete; it may be in the next part.
      if (at === text.length && !isLast) return undefined;
    } else {
      let end = at;
      while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') {
        if (quotes && text[end] === '"') fail('a quote stands inside a field that is not quoted');
        end++;
      }
      if (end === text.length && !isLast) return undefined;
      fields.push(text.slice(at, end));
      at = end;
    }
    const next = text[at];
    if (next === delimiter) {
      at++;
      continue;
    }
    if (next === '\r') {
      if (at + 1 === text.length && !isLast) return undefined;
      at += text[at + 1] === '\n' ? 2 : 1;
    } else if (next === '\n') at++;
    else if (next !== undefined) fail('text follows a closing quote');
    return { fields: fields.length === 1 && at - from <= 2 && fields[0] === '' ? null : fields, end: at };
  }
}

/** The fields of one record. */
export function csvFields(record: string, syntax: CsvSyntax, where: string): string[] {
  const cutter = new CsvCutter(syntax, where);
  const records = [...cutter.push(record), ...cutter.end()];
  return records[0] ?? [''];
}
