// Text as a vega mark: every text of a figure but tick labels is made here.
// Owns: fonts, lines, which edge of a block of text lies where. Leaves widths to text.ts.
import type { TextMark } from 'vega';
import { fontFamily, lineHeight } from './text.ts';

export interface TextStyle {
  /** Pixels. */
  readonly size: number;
  readonly align?: 'left' | 'center' | 'right';
  readonly baseline?: 'top' | 'middle' | 'bottom' | 'alphabetic';
  /** Degrees clockwise. */
  readonly angle?: 0 | -90;
  readonly color?: string;
  readonly alpha?: number;
}

type Place = { readonly value: number } | { readonly scale: string; readonly value: number };

/** Lines of text; `baseline` says which edge of the whole block lies at (x, y). */
export function textMark(lines: readonly string[], x: number | Place, y: number | Place, style: TextStyle): TextMark {
  const { size, align = 'center', baseline = 'middle', angle = 0, color = 'black', alpha = 1 } = style;
  // vega places the first line; the others follow below it, which under a turn by -90° is to its right.
  const above = { top: 0, middle: 0.5, bottom: 1, alphabetic: 0 }[baseline];
  const offset = -above * (lines.length - 1) * size * lineHeight;
  const at = (place: number | Place) => (typeof place === 'number' ? { value: place } : place);
  return {
    type: 'text',
    encode: {
      update: {
        x: angle === 0 ? at(x) : { ...at(x), offset },
        y: angle === 0 ? { ...at(y), offset } : at(y),
        text: { value: [...lines] },
        font: { value: fontFamily },
        fontSize: { value: size },
        lineHeight: { value: size * lineHeight },
        fill: { value: color },
        fillOpacity: { value: alpha },
        align: { value: align },
        baseline: { value: baseline },
        angle: { value: angle },
      },
    },
  };
}
