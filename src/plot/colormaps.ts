// Maps from numbers to colours, by matplotlib's names, on vega's schemes where vega has them.
// Owns: which names exist and what they stand for. Needs vega only when a map is looked up for drawing.
import { didYouMean, show, ValueError } from '../base/errors.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

/** From 0 … 1 to a colour of three bytes. */
export type Colormap = (position: number) => Rgb;

/** vega's look-up of a scheme: an interpolator for the continuous ones. */
export type SchemeLookup = (name: string) => unknown;

/** A level from 0 to 255, linear between nodes 'position,share'. */
const segments = (text: string) => {
  const nodes = text.split(' ').map((node) => node.split(',').map(Number));
  return (position: number) => {
    const end = Math.max(
      1,
      nodes.map(([at]) => at!).findIndex((at) => at >= position),
    );
    const [p0 = 0, s0 = 0] = nodes[end - 1]!;
    const [p1 = 1, s1 = 0] = nodes[end]!;
    return Math.round(255 * (s0 + ((s1 - s0) * (position - p0)) / (p1 - p0)));
  };
};

/** matplotlib's jet: the classic rainbow from dark blue to dark red. */
const jetParts = [
  segments('0,0 0.35,0 0.66,1 0.89,1 1,0.5'),
  segments('0,0 0.125,0 0.375,1 0.64,1 0.91,0 1,0'),
  segments('0,0.5 0.11,1 0.34,1 0.65,0 1,0'),
] as const;
const jet: Colormap = (position) => [jetParts[0](position), jetParts[1](position), jetParts[2](position)];

const parse = (hex: string): Rgb => {
  const [red = 0, green = 0, blue = 0] = (hex.match(/../g) ?? []).map((part) => Number.parseInt(part, 16));
  return [red, green, blue];
};

/** Linear between equally spaced colours. */
const through = (colors: string): Colormap => {
  const stops = colors.split(' ').map(parse);
  return (position) => {
    const at = position * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(at));
    const [a, b] = [stops[from]!, stops[from + 1]!];
    const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * (at - from));
    return [mix(0), mix(1), mix(2)];
  };
};

/** Those that vega lacks, and ColorBrewer's, whose ends vega cuts off: matplotlib's begin at white. */
const own: Readonly<Record<string, Colormap>> = {
  gray: through('000000 ffffff'),
  binary: through('ffffff 000000'),
  jet,
  Blues: through('f7fbff deebf7 c6dbef 9ecae1 6baed6 4292c6 2171b5 08519c 08306b'),
  Greens: through('f7fcf5 e5f5e0 c7e9c0 a1d99b 74c476 41ab5d 238b45 006d2c 00441b'),
  Greys: through('ffffff f0f0f0 d9d9d9 bdbdbd 969696 737373 525252 252525 000000'),
  Oranges: through('fff5eb fee6ce fdd0a2 fdae6b fd8d3c f16913 d94801 a63603 7f2704'),
  Purples: through('fcfbfd efedf5 dadaeb bcbddc 9e9ac8 807dba 6a51a3 54278f 3f007d'),
  Reds: through('fff5f0 fee0d2 fcbba1 fc9272 fb6a4a ef3b2c cb181d a50f15 67000d'),
  RdBu: through('67001f b2182b d6604d f4a582 fddbc7 f7f7f7 d1e5f0 92c5de 4393c3 2166ac 053061'),
};

const schemes: Readonly<Record<string, string>> = {
  viridis: 'viridis',
  plasma: 'plasma',
  inferno: 'inferno',
  magma: 'magma',
  cividis: 'cividis',
  RdYlBu: 'redyellowblue',
  RdYlGn: 'redyellowgreen',
  Spectral: 'spectral',
};

export type ColormapName =
  | 'viridis'
  | 'plasma'
  | 'inferno'
  | 'magma'
  | 'cividis'
  | 'gray'
  | 'binary'
  | 'jet'
  | 'Blues'
  | 'Greens'
  | 'Greys'
  | 'Oranges'
  | 'Purples'
  | 'Reds'
  | 'RdBu'
  | 'RdYlBu'
  | 'RdYlGn'
  | 'Spectral'
  | (string & {});

const plain = (name: string) => name.replace(/_r$/, '').replace(/^grey$/, 'gray');

/** Throws unless `name` is a known colour map; `_r` at its end reverses it. */
export function checkColormap(where: string, name: unknown): string {
  if (typeof name === 'string' && (Object.hasOwn(own, plain(name)) || Object.hasOwn(schemes, plain(name)))) return name;
  const known = [...Object.keys(schemes), ...Object.keys(own)];
  const hint = typeof name === 'string' ? didYouMean(name, known) : '';
  throw new ValueError(
    `${where}: cmap is ${show(name)}; wanted one of ${known.join(', ')}, or one of these with '_r' for its reverse.${hint}`,
  );
}

/** The map of a checked name. */
export function colormap(name: string, scheme: SchemeLookup): Colormap {
  const map = own[plain(name)] ?? fromScheme(scheme(schemes[plain(name)]!));
  return name.endsWith('_r') ? (position) => map(1 - position) : map;
}

export function rgbText([red, green, blue]: Rgb): string {
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function fromScheme(interpolate: unknown): Colormap {
  // 256 steps, as in matplotlib, so that an image asks vega for a colour 256 times and not once a pixel.
  const table: Rgb[] = Array.from({ length: 256 }, (_, i) => {
    const text = typeof interpolate === 'function' ? String(interpolate(i / 255)) : '';
    const [red = 0, green = 0, blue = 0] = (text.match(/[\d.]+/g) ?? []).map((part) => Math.round(Number(part)));
    return [red, green, blue];
  });
  return (position) => table[Math.min(255, Math.max(0, Math.floor(position * 256)))]!;
}
