// Reads the SVG that plots write back into elements with their place on the picture, for tests.
// Knows as much of XML and of `transform` as vega writes; anything else throws.

export interface SvgElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly SvgElement[];
  readonly text: string;
  /** Where the element's own origin lies on the picture. */
  readonly x: number;
  readonly y: number;
}

const plainText = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** The root element of an SVG document. */
export function parseSvg(svg: string): SvgElement {
  interface Open extends SvgElement {
    readonly children: Open[];
    text: string;
  }
  const root: Open = { tag: '', attributes: {}, children: [], text: '', x: 0, y: 0 };
  const stack = [root];
  for (const [, close, tag, words, empty, text] of svg.matchAll(/<(\/?)([\w:]+)([^>]*?)(\/?)>|([^<]+)/g)) {
    const parent = stack.at(-1)!;
    if (text !== undefined) parent.text += plainText(text);
    else if (close) {
      if (stack.pop()!.tag !== tag) throw new Error(`</${tag}> closes <${parent.tag}>`);
    } else {
      const attributes = Object.fromEntries(
        [...words!.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name, value]) => [name!, plainText(value!)]),
      );
      const shift = /translate\(([-\d.e]+),\s*([-\d.e]+)\)/.exec(attributes.transform ?? '');
      const [x, y] = [parent.x + Number(shift?.[1] ?? 0), parent.y + Number(shift?.[2] ?? 0)];
      const element: Open = { tag: tag!, attributes, children: [], text: '', x, y };
      parent.children.push(element);
      if (!empty) stack.push(element);
    }
  }
  if (stack.length !== 1) throw new Error(`<${stack.at(-1)!.tag}> is not closed`);
  return root.children[0]!;
}

/** All elements below one, itself included. */
export function descendants(element: SvgElement): SvgElement[] {
  return [element, ...element.children.flatMap(descendants)];
}

/** The elements whose class holds this word. */
export function byClass(element: SvgElement, word: string): SvgElement[] {
  return descendants(element).filter(({ attributes }) => attributes.class?.split(' ').includes(word));
}

/** All texts of an element, several lines joined by newlines. */
export function textsOf(element: SvgElement): { readonly text: string; readonly x: number; readonly y: number }[] {
  return descendants(element)
    .filter(({ tag }) => tag === 'text')
    .map(({ text, children, x, y }) => ({
      text: [text, ...children.map((line) => line.text)].filter(Boolean).join('\n'),
      x,
      y,
    }));
}

export interface PathPoint {
  readonly command: string;
  readonly x: number;
  readonly y: number;
}

/** The points of a path of absolute M, L and Z, on the picture. */
export function pathPoints({ attributes, x, y }: SvgElement): PathPoint[] {
  return [...(attributes.d ?? '').matchAll(/([MLZ])(?:([-\d.e]+),([-\d.e]+))?/g)].flatMap(([, command, px, py]) =>
    command === 'Z' ? [] : [{ command: command!, x: x + Number(px), y: y + Number(py) }],
  );
}

export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The frame around the data of axes number `index`, counted from 1. */
export function frameOf(svg: SvgElement, index = 1): Frame {
  const [group] = byClass(svg, `axes${index}-data`);
  const inner = group!.children[0]!;
  const [, width, height] = /h([\d.]+)v([\d.]+)/.exec(inner.children[0]!.attributes.d!)!;
  return { x: inner.x, y: inner.y, width: Number(width), height: Number(height) };
}
