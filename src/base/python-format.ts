// Numbers as Python writes them: `repr(x)` and `format(x, spec)`.
// Owns: the format mini-language for numbers, exact halves rounded to the even digit (where JavaScript takes the larger one).
// Leaves arrays, which are written as NumPy writes them, to runtime/format.ts.
import { ValueError } from './errors.ts';

/** A float's shortest text that reads back as itself: `1.0`, `1e-05`, `nan`. */
export function pythonRepr(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
  if (Object.is(x, -0)) return '-0.0';
  const exponent = x === 0 ? 0 : Number(x.toExponential().split('e')[1]);
  if (exponent < -4 || exponent >= 16) return padExponent(x.toExponential());
  const text = exponent < 0 || exponent > 20 ? plainDigits(x) : String(x);
  return text.includes('.') ? text : `${text}.0`;
}
const padExponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');
/** Digits without an exponent, which JavaScript writes below 1e-6. */
const plainDigits = (x: number): string => {
  const [mantissa, exponent] = x.toExponential().split('e') as [string, string];
  const digits = mantissa.replace(/^-?\d\.?/, '').length;
  return x.toFixed(Math.max(0, digits - Number(exponent)));
};

/** `format(x, '.{places}f')`. */
export function toFixed(x: number, places: number): string {
  if (!Number.isFinite(x)) return pythonRepr(x);
  if (Math.abs(x) >= 1e21) return BigInt(x) + (places > 0 ? `.${'0'.repeat(places)}` : '');
  const text = x.toFixed(places);
  // Whether the exact value lies in the middle between two such texts: a double has no more digits than these.
  const exact = Math.abs(x).toFixed(Math.min(100, places + 60));
  const at = exact.indexOf('.') + 1 + places;
  if (!/^50*$/.test(exact.slice(at))) return text;
  const below = exact.slice(0, places === 0 ? at - 1 : at);
  return /[02468]$/.test(below) ? `${x < 0 ? '-' : ''}${below}` : text;
}
/** `format(x, '.{places}e')`. */
export function toExponential(x: number, places: number): string {
  if (!Number.isFinite(x)) return pythonRepr(x);
  const exact = Math.abs(x).toExponential(Math.min(100, places + 60));
  const [mantissa, exponent] = exact.split('e') as [string, string];
  const at = places + 2;
  if (/^50*$/.test(mantissa.slice(at)) && /[02468]$/.test(mantissa.slice(0, at).replace(/\.$/, '')))
    return padExponent(`${x < 0 ? '-' : ''}${mantissa.slice(0, at).replace(/\.$/, '')}e${exponent}`);
  return padExponent(x.toExponential(places));
}
/** `format(x, '.{precision}g')`; `keepPoint` as the format without a letter has it: always a digit behind the point. */
function toGeneral(x: number, precision: number, alternate: boolean, keepPoint: boolean): string {
  if (!Number.isFinite(x)) return pythonRepr(x);
  const digits = Math.max(precision, 1);
  const exponent = x === 0 ? 0 : Number(toExponential(x, digits - 1).split('e')[1]);
  if (exponent < -4 || exponent >= (keepPoint ? digits - 1 : digits)) {
    const [mantissa, power] = toExponential(x, digits - 1).split('e') as [string, string];
    return `${alternate ? mantissa : trimmed(mantissa)}e${power}`;
  }
  const text = toFixed(x, digits - 1 - exponent);
  if (alternate && !text.includes('.')) return `${text}.`;
  const short = alternate ? text : trimmed(text);
  return keepPoint && !short.includes('.') ? `${short}.0` : short;
}
const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;

/** `format(x, spec)` of a float, or of a whole number that Python has as an int. */
export function pythonFormat(x: number, spec: string, isInteger = false): string {
  const found = SPEC.exec(spec);
  if (!found) throw new ValueError(`'${spec}' is no format of numbers; wanted one such as '02d' or '.3f'.`);
  const [, fill, align, sign = '-', noNegativeZero, alternate, zero, width, grouping, precision, kind = ''] = found;
  const size = Math.abs(x);
  let body: string;
  if (isInteger && (kind === '' || kind === 'n' || 'dbBoOxXc'.includes(kind)))
    body = integerText(size, kind, alternate);
  else if (kind !== '' && !'eEfFgGn%'.includes(kind))
    throw new ValueError(`'${spec}' is a format of whole numbers, and ${x} is a float; wanted one such as '.3f'.`);
  else body = floatText(size, kind, precision === undefined ? null : Number(precision), alternate !== undefined);
  const negative = (x < 0 || Object.is(x, -0)) && !(noNegativeZero && /^[0.]*$/.test(body));
  const prefix = negative ? '-' : sign === '-' ? '' : sign;
  const room = Number(width ?? 0) - prefix.length;
  const fills = fill ?? (zero ? '0' : ' ');
  const side = align ?? (zero ? '=' : '>');
  if (grouping && Number.isFinite(x)) body = grouped(body, grouping, fills === '0' && side === '=' ? room : 0);
  if (side === '=') return prefix + body.padStart(room, fills);
  const text = prefix + body;
  const missing = Math.max(0, Number(width ?? 0) - [...text].length);
  const left = side === '>' ? missing : side === '^' ? Math.floor(missing / 2) : 0;
  return fills.repeat(left) + text + fills.repeat(missing - left);
}

function integerText(size: number, kind: string, alternate: string | undefined): string {
  const bases: Record<string, number> = { b: 2, o: 8, x: 16, X: 16 };
  if (kind === 'c') return String.fromCodePoint(size);
  const base = bases[kind];
  if (!base) return String(size);
  const text = size.toString(base);
  return (alternate ? `0${kind}` : '') + (kind === 'X' ? text.toUpperCase() : text);
}
function floatText(size: number, kind: string, precision: number | null, alternate: boolean): string {
  const point = (text: string): string => (alternate && /^\d+$/.test(text) ? `${text}.` : text);
  switch (kind) {
    case 'f':
    case 'F':
      return point(toFixed(size, precision ?? 6));
    case 'e':
      return toExponential(size, precision ?? 6);
    case 'E':
    case 'G':
      return floatText(size, kind.toLowerCase(), precision, alternate).toUpperCase();
    case 'g':
    case 'n':
      return toGeneral(size, precision ?? 6, alternate, false);
    case '%':
      return `${point(toFixed(size * 100, precision ?? 6))}%`;
    default:
      return precision === null ? pythonRepr(size) : toGeneral(size, precision, alternate, true);
  }
}
/** Marks between thousands; `width` counts the zeros that will stand before. */
function grouped(text: string, mark: string, width: number): string {
  const [, whole = '', rest = ''] = /^(\d*)(.*)$/s.exec(text)!;
  const withMarks = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, mark);
  let digits = whole;
  while (withMarks(digits).length + rest.length < width) digits = `0${digits}`;
  return withMarks(digits) + rest;
}
