// Numbers as text and back: tf.strings.asString, toNumber, format.
// Owns: C's printf formats as far as these ops use them.
import { asDType, type Data, type DType, dtypes } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { hostFunction } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { acceptsRagged } from '../ragged/accepts.ts';
import { mapElements, stringTensor, textOf } from './text.ts';

const special = (x: number): string | null =>
  Number.isNaN(x) ? 'nan' : x === Number.POSITIVE_INFINITY ? 'inf' : x === Number.NEGATIVE_INFINITY ? '-inf' : null;
const exponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');
/** %g with so many significant digits. */
export function general(x: number, digits = 6): string {
  const known = special(x);
  if (known) return known;
  if (x === 0) return Object.is(x, -0) ? '-0' : '0';
  const power = Number(x.toExponential(digits - 1).split('e')[1]);
  if (power < -4 || power >= digits) return exponent(x.toExponential(digits - 1).replace(/\.?0+e/, 'e'));
  const fixed = x.toFixed(Math.max(0, digits - 1 - power));
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
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
        if (scientific) return exponent(value.toExponential(precision < 0 ? 6 : precision));
        if (shortest) return general(value, precision < 0 ? 6 : Math.max(precision, 1));
        return value.toFixed(precision < 0 ? 6 : precision);
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

/** A tensor as TensorFlow's log lines show it: brackets, and so many elements at both ends of every axis. */
export function summarized(x: Tensor, summarize: number): string {
  const element = (i: number): string => {
    const value = (x.elements as ArrayLike<unknown>)[i];
    if (x.dtype === 'string') return `"${textOf(value as string)}"`;
    if (x.dtype === 'bool') return value ? '1' : '0';
    return typeof value === 'number' && dtypes[x.dtype].kind === 'float' ? general(value, 6) : String(value);
  };
  if (x.dims.length === 0) return x.dtype === 'string' ? textOf((x.elements as string[])[0]!) : element(0);
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

/** A template with tensors in the places of `placeholder`. */
export const format = signature(
  'strings.format',
  ['template', 'inputs', 'placeholder', 'summarize'],
  (
    template: string,
    inputs: TensorLike | readonly TensorLike[],
    placeholder: string = '{}',
    summarize: number = 3,
  ): Tensor => {
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as readonly TensorLike[];
    const parts = template.split(placeholder);
    if (parts.length - 1 !== list.length)
      throw new ValueError(
        `strings.format: ${parts.length - 1} placeholders ${show(placeholder)} and ${list.length} inputs; wanted as many.`,
      );
    const texts = list.map((input) => summarized(convertToTensor(input, undefined, 'strings.format'), summarize));
    return convertToTensor(parts.map((part, i) => part + (texts[i] ?? '')).join(''), 'string');
  },
);
