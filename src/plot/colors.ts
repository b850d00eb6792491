// Colours as matplotlib knows them: letters, the cycle C0 … C9, CSS names, hex, grey levels and tuples, made into CSS.
// Owns: the names, the default cycle. Leaves maps from numbers to colours to colormaps.ts.
import { didYouMean, show, ValueError } from '../base/errors.ts';

type Letter = 'b' | 'g' | 'r' | 'c' | 'm' | 'y' | 'k' | 'w';
type Common =
  | 'red'
  | 'blue'
  | 'green'
  | 'black'
  | 'white'
  | 'orange'
  | 'purple'
  | 'brown'
  | 'pink'
  | 'gray'
  | 'cyan'
  | 'magenta'
  | 'yellow';

/** A colour: `'red'`, `'r'`, `'C0'`, `'tab:blue'`, `'#ff8000'`, a grey level `'0.5'`, or `[red, green, blue]` of 0 to 1. */
export type Color = Common | Letter | (string & {}) | readonly [red: number, green: number, blue: number];

/** matplotlib's tab10, the default cycle of colours. */
export const cycle = [
  '#1f77b4',
  '#ff7f0e',
  '#2ca02c',
  '#d62728',
  '#9467bd',
  '#8c564b',
  '#e377c2',
  '#7f7f7f',
  '#bcbd22',
  '#17becf',
] as const;

const tabNames = ['blue', 'orange', 'green', 'red', 'purple', 'brown', 'pink', 'gray', 'olive', 'cyan'];

/** matplotlib's one-letter colours, which differ from the CSS colours of the same names. */
export const letters: Readonly<Record<Letter, string>> = {
  b: '#0000ff',
  g: '#008000',
  r: '#ff0000',
  c: '#00bfbf',
  m: '#bf00bf',
  y: '#bfbf00',
  k: '#000000',
  w: '#ffffff',
};

const cssNames = new Set(
  (
    'aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood ' +
    'cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod ' +
    'darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon ' +
    'darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray ' +
    'dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green ' +
    'greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon ' +
    'lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon ' +
    'lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen ' +
    'magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue ' +
    'mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy ' +
    'oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip ' +
    'peachpuff peru pink plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown ' +
    'seagreen seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal ' +
    'thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen'
  ).split(' '),
);

/** The CSS form of a colour, or undefined when it is none. */
export function cssColor(color: unknown): string | undefined {
  if (Array.isArray(color)) return fromTuple(color);
  if (typeof color !== 'string') return undefined;
  if (Object.hasOwn(letters, color)) return letters[color as Letter];
  const name = color.trim().toLowerCase();
  if (cssNames.has(name) || name === 'none') return name;
  if (/^c\d+$/.test(name)) return cycle[Number(name.slice(1)) % cycle.length];
  if (name.startsWith('tab:')) return cycle[tabNames.indexOf(name.slice(4).replace('grey', 'gray'))];
  if (/^#[0-9a-f]{3}$/.test(name)) return name.replace(/[0-9a-f]/g, '$&$&');
  if (/^#[0-9a-f]{6}$/.test(name)) return name;
  if (/^#[0-9a-f]{8}$/.test(name)) return withOpacity(name);
  if (/^(0?\.\d+|[01]|[01]\.\d*)$/.test(name) && Number(name) <= 1) return fromTuple(Array(3).fill(Number(name)));
  return undefined;
}

/** The CSS form of a colour; throws when it is none. */
export function parseColor(where: string, argument: string, color: unknown): string {
  const css = cssColor(color);
  if (css !== undefined) return css;
  const hint =
    typeof color === 'string'
      ? didYouMean(color, [...cssNames, ...tabNames.map((name) => `tab:${name}`)])
      : ' Wanted numbers from 0 to 1 in a list.';
  throw new ValueError(
    `${where}: ${argument} is ${show(color)}, which is no colour; wanted a name ('red', 'C0', 'tab:blue'), ` +
      `a letter of '${Object.keys(letters).join('')}', a hex code ('#ff8000'), a grey level ('0.5') or ` +
      `[red, green, blue] of 0 to 1.${hint}`,
  );
}

function fromTuple(tuple: readonly unknown[]): string | undefined {
  if (tuple.length !== 3 || !tuple.every((part) => typeof part === 'number' && part >= 0 && part <= 1))
    return undefined;
  return `#${tuple
    .map((part) =>
      Math.round(Number(part) * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

function withOpacity(hex: string): string {
  const [red, green, blue, alpha] = [1, 3, 5, 7].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${red},${green},${blue},${(alpha! / 255).toFixed(3)})`;
}
