// Prints tensors as TensorFlow prints them, which is as NumPy 2.4 prints arrays.
// Owns: number formatting, alignment, line width, summarising of large arrays.
// Source: NumPy's array2string with its defaults: 8 digits, lines of 75 characters, three items at both ends from 1000 elements on.
import { type Data, type DType, dtypes, roundToFloat16, type StringElement } from '../base/dtype.ts';
import { type Dims, showShape, sizeOf, stridesOf } from '../base/shape.ts';

const LINE_WIDTH = 75;
const EDGE_ITEMS = 3;
const THRESHOLD = 1000;
const PRECISION = 8;

/** `tf.Tensor(\n[[1. 2.]], shape=(1, 2), dtype=float32)`. */
export function formatTensor(elements: Data, dtype: DType, dims: Dims): string {
  const body = formatArray(elements, dtype, dims);
  return `tf.Tensor(${body.includes('\n') ? '\n' : ''}${body}, shape=${showShape(dims)}, dtype=${dtype})`;
}

/** The elements in NumPy's brackets, as `str` gives them. */
export function formatArray(elements: Data, dtype: DType, dims: Dims): string {
  if (dims.length === 0) return formatScalar(elements, dtype);
  return bracketed(elements, dtype, dims, ' ', ' ', LINE_WIDTH);
}

/** `array([1., 2.], dtype=float32)`, as `repr` gives it. */
export function formatRepr(elements: Data, dtype: DType, dims: Dims): string {
  if (dims.length === 0) return formatScalar(elements, dtype);
  const body = bracketed(elements, dtype, dims, ', ', ' '.repeat('array('.length + 1), LINE_WIDTH - 1);
  const size = sizeOf(dims);
  const implied = dtype === 'int64' || dtype === 'float64' || dtype === 'bool';
  const extras: string[] = [];
  if ((size === 0 && !(dims.length === 1 && dims[0] === 0)) || size > THRESHOLD)
    extras.push(`shape=${showShape(dims)}`);
  if (!implied || size === 0) extras.push(`dtype=${dtype === 'string' ? 'object' : dtype}`);
  if (extras.length === 0) return `array(${body})`;
  const text = `array(${body},`;
  const extra = `${extras.join(', ')})`;
  const last = text.length - (text.lastIndexOf('\n') + 1);
  return `${text}${last + extra.length + 1 > LINE_WIDTH ? `\n${' '.repeat('array('.length)}` : ' '}${extra}`;
}

const bracketed = (
  elements: Data,
  dtype: DType,
  dims: Dims,
  separator: string,
  prefix: string,
  lineWidth: number,
): string => arranged(dims, (shown) => elementFormat(elements, dtype, shown), separator, prefix, lineWidth);

/** Elements of any kind, of several lines too, in brackets with commas between: an array of arrays as NumPy shows it. */
export const formatItems = (dims: Dims, word: (index: number) => string): string =>
  arranged(dims, () => word, ', ', ' ', LINE_WIDTH);

/** One element, as Python's `str` gives it. */
export const formatElement = (elements: Data, dtype: DType, index: number): string => {
  const lanes = dtypes[dtype].lanes;
  return formatScalar(elements.slice(index * lanes, (index + 1) * lanes), dtype);
};

/** A line with a word of one or several lines behind it: the lines that are full, and the last one. */
function extended(line: string, item: string, indent: string, room: number): readonly [full: string, line: string] {
  const words = item.split('\n');
  const widest = words.reduce((most, word) => Math.max(most, word.length), 0);
  const wraps = line.length + widest > room && line.length > indent.length;
  let full = wraps ? `${line.trimEnd()}\n` : '';
  const first = wraps ? indent : line;
  const under = wraps ? indent : ' '.repeat(line.length);
  let last = first + words[0]!;
  for (const word of words.slice(1)) {
    full += `${last.trimEnd()}\n`;
    last = under + word;
  }
  return [full, last + ' '.repeat(widest - words.at(-1)!.length)];
}

function arranged(
  dims: Dims,
  format: (shown: readonly number[]) => Word,
  separator: string,
  prefix: string,
  lineWidth: number,
): string {
  const size = sizeOf(dims);
  if (size === 0) return '[]';
  const strides = stridesOf(dims);
  const summary = size > THRESHOLD;
  const cut = (axis: number): boolean => summary && dims[axis]! > 2 * EDGE_ITEMS;
  const shown: number[] = [];
  const collect = (axis: number, start: number): void => {
    if (axis === dims.length) shown.push(start);
    else
      for (let i = 0; i < dims[axis]!; i++)
        if (!cut(axis) || i < EDGE_ITEMS || i >= dims[axis]! - EDGE_ITEMS)
          collect(axis + 1, start + i * strides[axis]!);
  };
  collect(0, 0);
  const word = format(shown);

  const walk = (axis: number, start: number, indent: string, width: number): string => {
    if (axis === dims.length) return word(start);
    const n = dims[axis]!;
    const left = dims.length - axis;
    const rows = cut(axis)
      ? [
          ...Array.from({ length: EDGE_ITEMS }, (_, i) => i),
          -1,
          ...Array.from({ length: EDGE_ITEMS }, (_, i) => n - EDGE_ITEMS + i),
        ]
      : Array.from({ length: n }, (_, i) => i);
    let text = '';
    if (left === 1) {
      const room = width - Math.max(separator.trimEnd().length, 1);
      let line = indent;
      rows.forEach((i, k) => {
        const item = i < 0 ? '...' : word(start + i * strides[axis]!);
        const [full, last] = extended(line, item, indent, room);
        text += full;
        line = last + (k < rows.length - 1 ? separator : '');
      });
      text += line;
    } else {
      const between = separator.trimEnd() + '\n'.repeat(left - 1);
      text = rows
        .map((i) => indent + (i < 0 ? '...' : walk(axis + 1, start + i * strides[axis]!, `${indent} `, width - 1)))
        .join(between);
    }
    return `[${text.slice(indent.length)}]`;
  };
  return walk(0, 0, prefix, lineWidth);
}

type Word = (index: number) => string;
/** How one element is written, so that all that are shown line up. */
function elementFormat(elements: Data, dtype: DType, shown: readonly number[]): Word {
  const { kind } = dtypes[dtype];
  if (kind === 'string') return (i) => bytesLiteral(elements[i] as StringElement);
  if (kind === 'bool') return (i) => (elements[i] ? ' True' : 'False');
  if (dtype === 'bfloat16') return (i) => general(elements[i] as number);
  const numbers = elements as ArrayLike<number>;
  if (kind === 'float') {
    const format = floatFormat(
      shown.map((i) => numbers[i]!),
      dtype,
      false,
    );
    return (i) => format(numbers[i]!);
  }
  if (kind === 'complex') {
    const real = floatFormat(
      shown.map((i) => numbers[2 * i]!),
      'float32',
      false,
    );
    const imaginary = floatFormat(
      shown.map((i) => numbers[2 * i + 1]!),
      'float32',
      true,
    );
    return (i) => {
      const part = imaginary(numbers[2 * i + 1]!);
      const end = part.trimEnd().length;
      return `${real(numbers[2 * i]!)}${part.slice(0, end)}j${part.slice(end)}`;
    };
  }
  const width = shown.reduce((most, i) => Math.max(most, String(elements[i]).length), 0);
  return (i) => String(elements[i]).padStart(width);
}

// ── Floats ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Decimal digits that always survive: NumPy's finfo.precision. */
const digitsOf = (dtype: DType): number => (dtype === 'float64' ? 15 : dtype === 'float16' ? 3 : 6);

/** The neighbours' midpoints decide how few digits name a number of the dtype. */
function rounds(text: string, x: number, dtype: DType): boolean {
  const value = Number(text);
  if (dtype === 'float64') return value === x;
  if (dtype === 'float32') return Math.fround(value) === x;
  return roundToFloat16(value) === x;
}
export interface Decimal {
  /** Significant digits, the first before the point. */
  readonly digits: string;
  readonly power: number;
}
/** So many significant digits of x > 0, halves to the even digit. */
export function significant(x: number, count: number): Decimal {
  const [longer] = x
    .toExponential(Math.min(count + 30, 100))
    .replace('.', '')
    .split('e');
  if (/^50*$/.test(longer!.slice(count)) && Number(longer![count - 1]) % 2 === 0)
    return { digits: longer!.slice(0, count), power: Number(x.toExponential(40).split('e')[1]) };
  const [mantissa, power] = x.toExponential(count - 1).split('e');
  return { digits: mantissa!.replace('.', ''), power: Number(power) };
}
/** The shortest digits that name x. */
function shortest(x: number, dtype: DType): Decimal {
  const size = Math.abs(x);
  for (let count = 1; size !== 0 && count <= 17; count++) {
    const found = significant(size, count);
    if (count === 17 || rounds(`${found.digits[0]}.${found.digits.slice(1)}e${found.power}`, size, dtype))
      return { digits: found.digits.replace(/0+$/, ''), power: found.power };
  }
  return { digits: '0', power: 0 };
}
const negative = (x: number): boolean => x < 0 || Object.is(x, -0);

interface Parts {
  readonly whole: string;
  readonly fraction: string;
  readonly exponent: string;
}
/** Digits without an exponent, at most `PRECISION` behind the point. */
function positional(x: number, dtype: DType, plus: boolean): Parts {
  let { digits, power } = shortest(x, dtype);
  if (digits.length - 1 - power > PRECISION) {
    const count = PRECISION + 1 + power;
    const size = Math.abs(x);
    if (count >= 1) ({ digits, power } = significant(size, count));
    else [digits, power] = count === 0 && size > 0.5 * 10 ** -PRECISION ? ['1', -PRECISION] : ['0', 0];
  }
  const text =
    power < 0
      ? `0.${'0'.repeat(-power - 1)}${digits}`
      : `${digits.slice(0, power + 1).padEnd(power + 1, '0')}.${digits.slice(power + 1)}`;
  const [whole = '0', fraction = ''] = text.split('.');
  return { whole: (negative(x) ? '-' : plus ? '+' : '') + whole, fraction: fraction.replace(/0+$/, ''), exponent: '' };
}
/** Digits with an exponent: the shortest, at most `PRECISION` behind the point; or exactly so many. */
function scientific(x: number, dtype: DType, plus: boolean, exactly?: number): Parts {
  let { digits, power } = shortest(x, dtype);
  const fraction = exactly ?? Math.min(digits.length - 1, PRECISION);
  if (digits.length - 1 !== fraction && x !== 0) ({ digits, power } = significant(Math.abs(x), fraction + 1));
  if (exactly === undefined) digits = digits.replace(/0+$/, '') || '0';
  const exponent = `${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return { whole: (negative(x) ? '-' : plus ? '+' : '') + digits[0]!, fraction: digits.slice(1), exponent };
}

function floatFormat(values: readonly number[], dtype: DType, plus: boolean): (x: number) => string {
  const finite = values.filter(Number.isFinite);
  const sizes = finite.filter((x) => x !== 0).map(Math.abs);
  let [largest, smallest] = [0, Number.POSITIVE_INFINITY];
  for (const size of sizes) {
    if (size > largest) largest = size;
    if (size < smallest) smallest = size;
  }
  const round = dtype === 'float32' ? Math.fround : (x: number): number => x;
  const withExponent =
    sizes.length > 0 &&
    (largest >= 10 ** Math.min(8, digitsOf(dtype)) || smallest < 0.0001 || round(largest / smallest) > 1000);
  const write = (x: number, exactly?: number): Parts =>
    withExponent ? scientific(x, dtype, plus, exactly) : positional(x, dtype, plus);
  let [left, fraction, exponent] = [0, 0, 0];
  for (const x of finite) {
    const parts = write(x);
    left = Math.max(left, parts.whole.length);
    fraction = Math.max(fraction, parts.fraction.length);
    exponent = Math.max(exponent, parts.exponent.length - 1);
  }
  const right = withExponent && finite.length > 0 ? exponent + 2 + fraction : fraction;
  if (finite.length < values.length) {
    const infinite = plus || values.includes(Number.NEGATIVE_INFINITY) ? 1 : 0;
    left = Math.max(left, 3 - (right + 1), 3 + infinite - (right + 1));
  }
  return (x) => {
    if (!Number.isFinite(x)) {
      const text = Number.isNaN(x) ? `${plus ? '+' : ''}nan` : x < 0 ? '-inf' : `${plus ? '+' : ''}inf`;
      return text.padStart(left + right + 1);
    }
    const parts = write(x, fraction);
    if (!withExponent) return `${parts.whole.padStart(left)}.${parts.fraction.padEnd(right)}`;
    const power = parts.exponent[0]! + parts.exponent.slice(1).padStart(exponent, '0');
    return `${parts.whole.padStart(left)}.${parts.fraction.padEnd(fraction, '0')}e${power}`;
  };
}

// ── Single elements ─────────────────────────────────────────────────────────────────────────────────────────────

/** %g: what bfloat16 prints. */
function general(x: number): string {
  if (!Number.isFinite(x)) return floatName(x);
  if (x === 0) return Object.is(x, -0) ? '-0' : '0';
  const { digits, power } = significant(Math.abs(x), 6);
  const kept = digits.replace(/0+$/, '');
  const sign = negative(x) ? '-' : '';
  const point = (whole: string, fraction: string): string => `${sign}${whole}${fraction ? `.${fraction}` : ''}`;
  if (power < -4 || power >= 6)
    return `${point(kept[0]!, kept.slice(1))}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  if (power < 0) return point('0', '0'.repeat(-power - 1) + kept);
  return point(kept.slice(0, power + 1).padEnd(power + 1, '0'), kept.slice(power + 1));
}
const floatName = (x: number): string => (Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf');

function floatScalar(x: number, dtype: DType, whole: string): string {
  if (!Number.isFinite(x)) return floatName(x);
  const { digits, power } = shortest(x, dtype);
  const sign = negative(x) ? '-' : '';
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-4 || size >= 10 ** (dtype === 'float64' ? 16 : digitsOf(dtype)))) {
    const exponent = `${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
    return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${exponent}`;
  }
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  const fraction = digits.slice(power + 1);
  return `${sign}${digits.slice(0, power + 1).padEnd(power + 1, '0')}${fraction ? `.${fraction}` : whole}`;
}

function formatScalar(elements: Data, dtype: DType): string {
  const { kind } = dtypes[dtype];
  const element = elements[0]!;
  if (kind === 'string') return bytesLiteral(element as StringElement);
  if (kind === 'bool') return element ? 'True' : 'False';
  if (dtype === 'bfloat16') return general(element as number);
  if (kind === 'float') return floatScalar(element as number, dtype, '.0');
  if (kind === 'complex') {
    const [real, imaginary] = [element as number, elements[1] as number];
    const part = floatScalar(imaginary, 'float32', '');
    if (Object.is(real, 0)) return `${part}j`;
    return `(${floatScalar(real, 'float32', '')}${/^[-+]/.test(part) ? '' : '+'}${part}j)`;
  }
  return String(element);
}

const ESCAPES: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };
/** `b'abc'`: bytes as Python writes them. */
function bytesLiteral(element: StringElement): string {
  const bytes = typeof element === 'string' ? new TextEncoder().encode(element) : element;
  const quote = bytes.includes(39) && !bytes.includes(34) ? '"' : "'";
  let text = '';
  for (const byte of bytes) {
    if (ESCAPES[byte]) text += ESCAPES[byte];
    else if (byte === quote.charCodeAt(0)) text += `\\${quote}`;
    else text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `b${quote}${text}${quote}`;
}
