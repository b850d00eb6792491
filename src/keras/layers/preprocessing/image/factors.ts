// The options of image layers: ranges of factors, of values, and what all image layers have.

import { type BoxFormat, boxFormats } from '../../../bounding-boxes/formats.ts';
import type { Definitions, Kind, Schema, SchemaSettings } from '../../../schema.ts';
import * as o from '../../../schema.ts';
import { type BaseDefinitions, layerSchema } from '../../layer-options.ts';
import { dataFormat } from '../../spatial.ts';

export type Range = readonly [lower: number, upper: number];
/** A number, or a range of them. */
export type Factor = number | readonly number[];

interface Bounds {
  readonly min: number;
  readonly max: number;
  /** Whether `min` itself is refused. */
  readonly open?: boolean;
  /** What one number stands for: from its negative, or from 0. */
  readonly from?: 'negative' | 'zero';
  /** Whether of a list only its first number must be small and its last large enough, as Keras checks most factors. */
  readonly loose?: boolean;
}
const isPair = (value: unknown): value is Range =>
  Array.isArray(value) && value.length === 2 && value.every((n) => typeof n === 'number' && !Number.isNaN(n));

/** The range that a factor stands for; null where it is out of bounds. */
export function rangeOf(value: unknown, { min, max, open, from = 'negative', loose = false }: Bounds): Range | null {
  const within = (n: number): boolean => (open ? n > min : n >= min) && n <= max;
  if (typeof value === 'number') {
    if (!within(value)) return null;
    const size = Math.abs(value);
    return [from === 'zero' ? 0 : open || min === 0 ? (min === 0 ? 0 : -size) : Math.max(-size, min), size];
  }
  if (!isPair(value) || !(loose ? value[0] <= max && value[1] >= min : value.every(within))) return null;
  return value[0] <= value[1] ? [value[0], value[1]] : [value[1], value[0]];
}
/** A factor as the range it stands for. */
export const factor = (bounds: Bounds): Kind<Factor, Range> => ({
  wanted: `a number, or two in a list, ${bounds.open ? '>' : '≥'} ${bounds.min} and ≤ ${bounds.max}`,
  parse: (value) => {
    const range = rangeOf(value, bounds);
    return range && { value: range };
  },
});
/** A factor within −1 … 1. */
export const signedFactor: Kind<Factor, Range> = factor({ min: -1, max: 1, loose: true });
/** A share or probability: a number from 0, or a range of them. */
export const share: Kind<Factor, Range> = factor({ min: 0, max: 1, loose: true });
/** A factor that configs keep as it was written. */
export const writtenFactor = (bounds: Bounds): Kind<Factor> => ({
  wanted: factor(bounds).wanted,
  parse: (value) => (rangeOf(value, bounds) ? { value: value as Factor } : null),
});
export const valueRange: Kind<readonly number[], Range> = {
  wanted: 'two numbers in a list: the least and the greatest value',
  parse: (value) =>
    isPair(value) ? { value: value[0] <= value[1] ? [value[0], value[1]] : [value[1], value[0]] } : null,
};
export const PIXELS: Range = [0, 255];

/** A format of bounding boxes, in letters of any case. */
const boxFormat: Kind<BoxFormat> = {
  ...o.oneOf(...boxFormats),
  parse: (value, where) => o.oneOf(...boxFormats).parse(typeof value === 'string' ? value.toLowerCase() : value, where),
};
const own = { dataFormat, boundingBoxFormat: o.optional(o.nullable(boxFormat), null, { omitNull: true }) };
type Own = typeof own;
/** The schema of an image layer. */
export const imageSchema = <D extends Definitions>(
  className: string,
  definitions: D,
  settings: SchemaSettings<D & Own & Omit<BaseDefinitions, keyof (D & Own)>> = {},
): Schema<D & Own & Omit<BaseDefinitions, keyof (D & Own)>> =>
  layerSchema(className, { ...definitions, ...own }, settings);
