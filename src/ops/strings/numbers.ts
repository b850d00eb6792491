// Numbers as text and back: tf.strings.asString, toNumber, format.
// Owns: C's printf formats as far as these ops use them.
import { asDType, type Data, type DType, dtypes } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import * as p from '../../primitives/functions.ts';
import { significant } from '../../runtime/format.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { hostFunction } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { acceptsRagged } from '../ragged/accepts.ts';
import type { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { mapElements, stringTensor, textOf } from './text.ts';

const special = (x: number): string | null =>
  Number.isNaN(x) ? 'nan' : x === Number.POSITIVE_INFINITY ? 'inf' : x === Number.NEGATIVE_INFINITY ? '-inf' : null;
const exponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');
/** %g with so many significant digits. */
export function general(x: number, digits = 6): string {
  const known = special(x);
  if (known) return known;
  if (x === 0) return Object.is(x, -0) ? '-0' : '0';
  const found = significant(Math.abs(x), digits);
  const kept = found.digits.replace(/0+$/, '');
  const { power } = found;
  const sign = x < 0 ? '-' : '';
  const behind = (fraction: string): string => (fraction === '' ? '' : `.${fraction}`);
  if (power < -4 || power >= digits)
    return exponent(`${sign}${kept[0]}${behind(kept.slice(1))}e${power < 0 ? '' : '+'}${power}`);
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${kept}`;
  return `${sign}${kept.slice(0, power + 1).padEnd(power + 1, '0')}${behind(kept.slice(power + 1))}`;
}

/** %f with so many digits behind the point: halves to the even digit, −0 with its sign. */
function fixed(x: number, digits: number): string {
  const known = special(x);
  if (known) return known;
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  const size = Math.abs(x);
  const longer = size < 1e21 ? size.toFixed(Math.min(digits + 30, 100)) : `${BigInt(size)}.${'0'.repeat(digits + 30)}`;
  const cut = longer.length - 30 - (digits === 0 ? 1 : 0);
  const kept = longer.slice(0, cut);
  const behind = longer.slice(longer.indexOf('.') + 1 + digits);
  const even = Number(kept.at(-1)) % 2 === 0;
  if (size >= 1e21 || (/^50*$/.test(behind) && even)) return sign + kept;
  return sign + size.toFixed(digits);
}

/** %e with so many digits behind the point. */
function scientificNotation(x: number, digits: number): string {
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  const found = x === 0 ? { digits: '0'.repeat(digits + 1), power: 0 } : significant(Math.abs(x), digits + 1);
  const fraction = digits === 0 ? '' : `.${found.digits.slice(1)}`;
  return exponent(`${sign}${found.digits[0]}${fraction}e${found.power < 0 ? '' : '+'}${found.power}`);
}

/** One element as asString writes it without options: floats with six digits behind the point. */
export function fixedPoint(data: Data, dtype: DType, i: number): string {
  const float = (value: unknown): string => fixed(value as number, 6);
  const { kind } = dtypes[dtype];
  if (kind === 'complex') return `(${float(data[2 * i])},${float(data[2 * i + 1])})`;
  if (kind === 'bool') return data[i] ? 'true' : 'false';
  return kind === 'float' ? float(data[i]) : String(data[i]);
}

/** Numbers and booleans as text. */
export const asString = acceptsRagged(
  signature(
    'strings.asString',
    ['input', 'precision', 'scientific', 'shortest', 'width', 'fill'],
    (
      input: TensorLike,
      precision: number = -1,
      scientific: boolean = false,
      shortest: boolean = false,
      width: number = -1,
      fill: string = '',
    ): Tensor => {
      const x = convertToTensor(input, undefined, 'strings.asString');
      if (x.dtype === 'string') return x;
      const { kind } = dtypes[x.dtype];
      if (scientific && shortest) throw new ValueError('strings.asString: scientific and shortest exclude each other.');
      if (kind !== 'float' && kind !== 'complex' && (precision > -1 || scientific || shortest))
        throw new ValueError(`strings.asString: precision, scientific and shortest are for floats; found ${x.dtype}.`);
      const pad = (text: string): string => {
        if (width <= text.length) return text;
        if (fill === '-') return text.padEnd(width);
        if (fill === '0')
          return /^[+-]/.test(text) ? text[0] + text.slice(1).padStart(width - 1, '0') : text.padStart(width, '0');
        return text.padStart(width);
      };
      const float = (value: number): string => {
        const known = special(value);
        if (known) return known;
        if (scientific) return scientificNotation(value, precision < 0 ? 6 : precision);
        if (shortest) return general(value, precision < 0 ? 6 : Math.max(precision, 1));
        return fixed(value, precision < 0 ? 6 : precision);
      };
      const one = (data: Data, i: number): string => {
        if (kind === 'complex') return `(${float(data[2 * i] as number)},${float(data[2 * i + 1] as number)})`;
        if (kind === 'bool') return data[i] ? 'true' : 'false';
        if (kind === 'float') return float(data[i] as number);
        const text = String(data[i]);
        return fill === '+' && !text.startsWith('-') ? `+${text}` : text;
      };
      const call = hostFunction(
        'strings.asString',
        () => [{ dims: x.dims, dtype: 'string' }],
        ([source], [out]) => {
          const target = out!.data as string[];
          for (let i = 0; i < target.length; i++) target[i] = pad(one(source!.data, i));
        },
      );
      return p.customCall(call, [x])[0] as Tensor;
    },
  ),
);

/** The numbers that strings write. */
export const toNumber = acceptsRagged(
  signature('strings.toNumber', ['input', 'outType'], (input: TensorLike, outType: DType = 'float32'): Tensor => {
    const type = asDType(outType);
    return mapElements(stringTensor(input, 'strings.toNumber'), 'toNumber', type, (element) => {
      const text = textOf(element).trim();
      const wrong = (): never => {
        throw new ValueError(`strings.toNumber: ${show(text)} is no ${type}.`);
      };
      if (dtypes[type].kind === 'float') {
        const lower = text.toLowerCase();
        const named = {
          nan: Number.NaN,
          inf: Number.POSITIVE_INFINITY,
          '+inf': Number.POSITIVE_INFINITY,
          '-inf': Number.NEGATIVE_INFINITY,
          infinity: Number.POSITIVE_INFINITY,
          '-infinity': Number.NEGATIVE_INFINITY,
        }[lower];
        if (named !== undefined) return named;
        return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : wrong();
      }
      if (!/^[+-]?\d+$/.test(text)) return wrong();
      const value = BigInt(text);
      const { min, max } = dtypes[type];
      if (type !== 'int64' && type !== 'uint64' && (Number(value) < min || Number(value) > max)) return wrong();
      return type === 'int64' || type === 'uint64' ? value : Number(value);
    });
  }),
);

/** %g with as few of two numbers of digits as name the float again. */
function logged(x: number, dtype: DType): string {
  const double = dtype === 'float64';
  const short = general(x, double ? 15 : 6);
  return (double ? Number(short) : Math.fround(Number(short))) === x ? short : general(x, double ? 17 : 9);
}
const C_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
/** Text in quotes as C writes it. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/["'\\]/g, '\\$&').replaceAll(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped.
    /[\u0000-\u001f\u007f]/g,
    (c) => C_ESCAPES[c] ?? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`,
  )}"`;

/** A tensor as TensorFlow's log lines show it: brackets, and so many elements at both ends of every axis. */
export function summarized(x: Tensor, summarize: number): string {
  const { kind } = dtypes[x.dtype];
  const element = (i: number): string => {
    const value = (x.elements as ArrayLike<unknown>)[i];
    if (kind === 'string') return quoted(textOf(value as string));
    if (kind === 'bool') return value ? '1' : '0';
    if (kind === 'complex') return '?';
    return kind === 'float' ? logged(value as number, x.dtype) : String(value);
  };
  if (x.dims.length === 0) return element(0);
  if (x.size === 0) return x.dims[0] === 0 ? '[]' : `[${'\n'.repeat(x.dims.length - 1)} ...]`;
  const walk = (axis: number, start: number): string => {
    if (axis === x.dims.length) return element(start);
    const stride = x.dims.slice(axis + 1).reduce((a, b) => a * b, 1);
    const n = x.dims[axis]!;
    const cut = summarize >= 0 && n > 2 * summarize;
    const picks = cut
      ? [
          ...Array.from({ length: summarize }, (_, i) => i),
          -1,
          ...Array.from({ length: summarize }, (_, i) => n - summarize + i),
        ]
      : Array.from({ length: n }, (_, i) => i);
    const parts = picks.map((i) => (i < 0 ? '...' : walk(axis + 1, start + i * stride)));
    const depth = x.dims.length - axis - 1;
    return `[${parts.join(depth === 0 ? ' ' : `${'\n'.repeat(depth)}${' '.repeat(axis + 1)}`)}]`;
  };
  return walk(0, 0);
}

// By what it can do: the class itself needs this file.
const isRagged = (input: unknown): input is RaggedTensor =>
  typeof input === 'object' && input !== null && 'raggedRank' in input;

/** A template with tensors in the places of `placeholder`. */
export const format = signature(
  'strings.format',
  ['template', 'inputs', 'placeholder', 'summarize'],
  (
    template: string,
    inputs: TensorLike | RaggedTensor | readonly (TensorLike | RaggedTensor)[],
    placeholder: string = '{}',
    summarize: number = 3,
  ): Tensor => {
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as readonly (TensorLike | RaggedTensor)[];
    const parts = template.split(placeholder);
    if (parts.length - 1 !== list.length)
      throw new ValueError(
        `strings.format: ${parts.length - 1} placeholders ${show(placeholder)} and ${list.length} inputs; wanted as many.`,
      );
    const texts = list.map((input) =>
      isRagged(input)
        ? input.summarized(input.flatValues, summarize)
        : summarized(convertToTensor(input, undefined, 'strings.format'), summarize),
    );
    return convertToTensor(parts.map((part, i) => part + (texts[i] ?? '')).join(''), 'string');
  },
);
