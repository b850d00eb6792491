// JSON as Python's json module writes and reads it: with NaN, Infinity and -Infinity, and a space behind ',' and ':'.
// Owns: parsing within a bound on nesting, printing. Leaves the meaning to the callers.
import { FormatError } from '../file-error.ts';

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const DEEPEST = 500;
const NOT_A_NUMBER = '\ue000NaN';

/** Parses JSON text; throws FormatError of kind `bad_config` that names `what`. */
export function parsePythonJson(text: string, file: string, what: string): JsonValue {
  checkDepth(text, file, what);
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    // Only now, because it is rare: JSON has no such numbers, but numbers too large for it read as Infinity.
    const tokens = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs;
    let found = false;
    const replaced = text.replace(tokens, (token) => {
      if (token.startsWith('"')) return token;
      found = true;
      return token === 'NaN' ? `"${NOT_A_NUMBER}"` : token === 'Infinity' ? '1e999' : '-1e999';
    });
    try {
      if (found) return JSON.parse(replaced, (_, value) => (value === NOT_A_NUMBER ? Number.NaN : value)) as JsonValue;
    } catch {
      // The first error names the place in the file itself.
    }
    const why = error instanceof Error ? error.message : String(error);
    throw new FormatError('bad_config', file, `${what} is not sound JSON (${why}).`, { cause: error });
  }
}

/** Refuses nesting that would overflow the stack of whoever walks the result. */
function checkDepth(text: string, file: string, what: string): void {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inText) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > DEEPEST) throw new FormatError('bad_config', file, `${what} is nested more than ${DEEPEST} deep.`);
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
}

/** JSON text as `json.dumps` prints it, in UTF-8 where Python would escape. */
export function printPythonJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  }
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => printPythonJson(item ?? null)).join(', ')}]`;
  if (isJsonObject(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${printPythonJson(item)}`).join(', ')}}`;
  }
  return JSON.stringify(value ?? null);
}
