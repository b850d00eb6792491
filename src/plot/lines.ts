// Reads the arguments of plot, axhline and axvline into line and rule artists.
// Owns: the grammar of plot's arguments, columns of matrices as lines. Leaves drawing to marks.ts.
import { ShapeError, show, ValueError } from '../base/errors.ts';
import type { LineArtist, RuleArtist } from './artists.ts';
import { parseColor } from './colors.ts';
import { type Dash, type Format, parseFormat, parseLineStyle, parseMarker } from './format.ts';
import { checkOptions, checkRange, type OptionKinds } from './options.ts';
import type { PlotOptions, RuleOptions } from './types.ts';
import { isNumbers, sameLength, shapeText, toValues, type Values } from './values.ts';

const ruleKinds: OptionKinds<RuleOptions> = {
  color: 'any',
  c: 'any',
  linestyle: 'string',
  ls: 'string',
  linewidth: 'number',
  lw: 'number',
  alpha: 'number',
  label: 'string',
};
const plotKinds: OptionKinds<PlotOptions> = { ...ruleKinds, marker: 'string', markersize: 'number', ms: 'number' };

interface Group {
  readonly x: unknown;
  readonly y: unknown;
  readonly format: string | undefined;
}

/** The lines of one call of plot; `nextColor` gives the cycle's next colour. */
export function readPlot(where: string, args: readonly unknown[], nextColor: () => string): LineArtist[] {
  const last = args.at(-1);
  const isObject = typeof last === 'object' && last !== null && !isNumbers(last);
  // `undefined` at the end stands for options only behind a whole series: plot(x, record.missing) is a mistake.
  const isLeftOut = last === undefined && (args.length === 3 || typeof args.at(-2) === 'string');
  const hasOptions = args.length > 1 && (isObject || isLeftOut);
  const options: PlotOptions = hasOptions ? ((last as PlotOptions | undefined) ?? {}) : {};
  checkOptions(where, options, plotKinds);
  const groups = readGroups(where, hasOptions ? args.slice(0, -1) : args);
  return groups.flatMap(({ x, y, format }) => {
    const style = format === undefined ? {} : parseFormat(where, format);
    return columnsOf(where, x, y).map((column) => line(where, column, style, options, nextColor));
  });
}

function readGroups(where: string, args: readonly unknown[]): Group[] {
  const groups: Group[] = [];
  for (let at = 0; at < args.length; ) {
    const first = args[at++];
    if (typeof first === 'string') {
      throw new ValueError(`${where}: argument ${at} is ${show(first)}; wanted data before a format string.`);
    }
    const two = at < args.length && isNumbers(args[at]);
    const second = two ? args[at++] : undefined;
    const format = typeof args[at] === 'string' ? (args[at++] as string) : undefined;
    if (!two && at < args.length && !isNumbers(args[at])) {
      throw new ValueError(
        `${where}: argument ${at + 1} is ${show(args[at])}; wanted data, a format string, or options at the end.`,
      );
    }
    groups.push({ x: two ? first : undefined, y: two ? second : first, format });
  }
  if (groups.length === 0) throw new ValueError(`${where}: no data given; wanted plot(y) or plot(x, y).`);
  return groups;
}

interface Column {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

function columnsOf(where: string, x: unknown, y: unknown): Column[] {
  const ys = toColumns(where, 'y', toValues(where, 'y', y));
  if (x === undefined) return ys.map((column) => ({ x: Float64Array.from(column, (_, i) => i), y: column }));
  const xs = toColumns(where, 'x', toValues(where, 'x', x));
  sameLength(where, xs[0]!, ys[0]!);
  if (xs.length !== 1 && xs.length !== ys.length) {
    throw new ShapeError(
      `${where}: x has ${xs.length} columns and y has ${ys.length}; wanted one column of x, or equally many.`,
    );
  }
  return ys.map((column, i) => ({ x: xs.length === 1 ? xs[0]! : xs[i]!, y: column }));
}

function toColumns(where: string, name: string, { shape, data }: Values): Float64Array[] {
  if (shape.length === 1) return [data];
  if (shape.length !== 2) {
    throw new ShapeError(
      `${where}: ${name} has shape ${shapeText(shape)}; wanted (points) or (points, lines). Reshape it, or take a part.`,
    );
  }
  const [rows, columns] = shape as [number, number];
  return Array.from({ length: columns }, (_, c) =>
    Float64Array.from({ length: rows }, (_, r) => data[r * columns + c]!),
  );
}

function line(
  where: string,
  { x, y }: Column,
  format: Format,
  options: PlotOptions,
  nextColor: () => string,
): LineArtist {
  const color = options.color ?? options.c;
  const style = options.linestyle ?? options.ls;
  const unbroken: Dash = format.marker !== undefined ? 'none' : '-';
  const marker = options.marker ?? format.marker;
  return {
    kind: 'line',
    x,
    y,
    color: color !== undefined ? parseColor(where, 'color', color) : (format.color ?? nextColor()),
    dash: style !== undefined ? parseLineStyle(where, style) : (format.dash ?? unbroken),
    width: checkRange(where, 'linewidth', options.linewidth ?? options.lw ?? 1.5, 0, Infinity),
    marker: marker === undefined ? null : parseMarker(where, marker),
    markersize: checkRange(where, 'markersize', options.markersize ?? options.ms ?? 6, 0, Infinity),
    label: options.label ?? null,
    alpha: checkRange(where, 'alpha', options.alpha ?? 1, 0, 1),
    zorder: 2,
  };
}

/** The line of axhline or axvline. */
export function readRule(
  where: string,
  horizontal: boolean,
  at: number,
  options: RuleOptions,
  nextColor: () => string,
): RuleArtist {
  checkOptions(where, options, ruleKinds);
  if (typeof at !== 'number' || !Number.isFinite(at)) {
    throw new ValueError(`${where}: ${horizontal ? 'y' : 'x'} is ${show(at)}; wanted a number.`);
  }
  const color = options.color ?? options.c;
  return {
    kind: 'rule',
    horizontal,
    at,
    color: color === undefined ? nextColor() : parseColor(where, 'color', color),
    dash: parseLineStyle(where, options.linestyle ?? options.ls ?? '-'),
    width: checkRange(where, 'linewidth', options.linewidth ?? options.lw ?? 1.5, 0, Infinity),
    label: options.label ?? null,
    alpha: checkRange(where, 'alpha', options.alpha ?? 1, 0, 1),
    zorder: 2,
  };
}
