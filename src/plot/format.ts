// matplotlib's format strings ('r--', 'bo-', 'g^'), line styles and marker names.
// Owns: their grammar and their geometry in unit size. Leaves colours by name to colors.ts.
import { didYouMean, show, ValueError } from '../base/errors.ts';
import { cssColor, letters } from './colors.ts';

export type LineStyle = '-' | '--' | ':' | '-.' | 'solid' | 'dashed' | 'dotted' | 'dashdot' | 'none' | '' | ' ';

/** Dashes in multiples of the line's width, as in matplotlib; null: an unbroken line. */
const dashes: Readonly<Record<'-' | '--' | ':' | '-.', readonly number[] | null>> = {
  '-': null,
  '--': [3.7, 1.6],
  ':': [1, 1.65],
  '-.': [6.4, 1.6, 1, 1.6],
};

export type Dash = keyof typeof dashes | 'none';

const styleNames: Readonly<Record<string, Dash>> = {
  solid: '-',
  dashed: '--',
  dotted: ':',
  dashdot: '-.',
  none: 'none',
  None: 'none',
  '': 'none',
  ' ': 'none',
};

/** The line style of an option. */
export function parseLineStyle(where: string, style: string): Dash {
  if (Object.hasOwn(dashes, style)) return style as Dash;
  if (Object.hasOwn(styleNames, style)) return styleNames[style]!;
  throw new ValueError(
    `${where}: linestyle is ${show(style)}; wanted '-', '--', ':', '-.', or 'none'.${didYouMean(style, Object.keys(styleNames).filter(Boolean))}`,
  );
}

/** The dash lengths in pixels of a line that is `width` pixels wide, or undefined for an unbroken one. */
export function dashArray(style: Dash, width: number): number[] | undefined {
  return style === 'none' ? undefined : dashes[style]?.map((length) => Number((length * width).toFixed(2)));
}

/** A marker in the square from -1 to 1; `open` ones are strokes without an inside. `scale`: size against the nominal. */
export interface MarkerShape {
  readonly path: string;
  readonly open: boolean;
  readonly scale: number;
}

const disc = 'M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z';

function polygon(corners: number, turn = 0, inner?: number): string {
  const points = inner === undefined ? corners : corners * 2;
  const parts = Array.from({ length: points }, (_, i) => {
    const angle = (2 * Math.PI * i) / points + turn - Math.PI / 2;
    const radius = inner !== undefined && i % 2 === 1 ? inner : 1;
    return `${(radius * Math.cos(angle)).toFixed(4)},${(radius * Math.sin(angle)).toFixed(4)}`;
  });
  return `M${parts.join('L')}Z`;
}

const filled = (path: string, scale = 1): MarkerShape => ({ path, open: false, scale });
const open = (path: string): MarkerShape => ({ path, open: true, scale: 1 });

export const markers: Readonly<Record<string, MarkerShape>> = {
  o: filled(disc),
  '.': filled(disc, 0.5),
  ',': filled('M-1,-1H1V1H-1Z', 0.12),
  s: filled('M-1,-1H1V1H-1Z'),
  D: filled('M0,-1.414L1.414,0L0,1.414L-1.414,0Z'),
  d: filled('M0,-1.414L0.85,0L0,1.414L-0.85,0Z'),
  '^': filled('M0,-1L1,1H-1Z'),
  v: filled('M0,1L1,-1H-1Z'),
  '<': filled('M-1,0L1,-1V1Z'),
  '>': filled('M1,0L-1,-1V1Z'),
  p: filled(polygon(5)),
  h: filled(polygon(6)),
  '8': filled(polygon(8, Math.PI / 8)),
  '*': filled(polygon(5, 0, 0.382)),
  P: filled('M-0.333,-1H0.333V-0.333H1V0.333H0.333V1H-0.333V0.333H-1V-0.333H-0.333Z'),
  X: filled('M-0.5,-1L0,-0.5L0.5,-1L1,-0.5L0.5,0L1,0.5L0.5,1L0,0.5L-0.5,1L-1,0.5L-0.5,0L-1,-0.5Z'),
  x: open('M-1,-1L1,1M-1,1L1,-1'),
  '+': open('M-1,0H1M0,-1V1'),
  '|': open('M0,-1V1'),
  _: open('M-1,0H1'),
};

/** The marker of an option; null for 'none' and ''. */
export function parseMarker(where: string, marker: string): string | null {
  if (Object.hasOwn(markers, marker)) return marker;
  if (marker === '' || marker.toLowerCase() === 'none') return null;
  throw new ValueError(
    `${where}: marker is ${show(marker)}; wanted one of ${Object.keys(markers).join(' ')}, or 'none'.`,
  );
}

export interface Format {
  readonly color?: string;
  readonly marker?: string;
  readonly dash?: Dash;
}

/** Reads '[marker][line][color]' in any order, or a whole colour name; throws on anything that is left over. */
export function parseFormat(where: string, format: string): Format {
  const whole = format.length > 1 ? cssColor(format) : undefined;
  if (whole !== undefined) return { color: whole };
  const found: { color?: string; marker?: string; dash?: Dash } = {};
  const twice = (what: string) =>
    new ValueError(`${where}: the format string '${format}' names two ${what}s; wanted one.`);
  for (let at = 0; at < format.length; ) {
    const rest = format.slice(at);
    const letter = rest[0]!;
    const style = ['--', '-.', '-', ':'].find((name) => rest.startsWith(name));
    const numbered = /^C\d+/.exec(rest)?.[0];
    if (style !== undefined) {
      if (found.dash !== undefined) throw twice('line style');
      found.dash = style as Dash;
      at += style.length;
    } else if (numbered !== undefined || Object.hasOwn(letters, letter)) {
      if (found.color !== undefined) throw twice('color');
      found.color = cssColor(numbered ?? letter)!;
      at += numbered?.length ?? 1;
    } else if (Object.hasOwn(markers, letter)) {
      if (found.marker !== undefined) throw twice('marker');
      found.marker = letter;
      at++;
    } else {
      throw new ValueError(
        `${where}: the format string '${format}' has ${show(letter)} at position ${at}; wanted a marker ` +
          `(${Object.keys(markers).join(' ')}), a line style (- -- : -.) and a color letter ` +
          `(${Object.keys(letters).join(' ')}), such as 'r--' or 'bo-'. Give other colors as { color: … }.`,
      );
    }
  }
  return found;
}
