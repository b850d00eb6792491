// keras.utils.plotModel: a model as a picture, or as the text that Graphviz makes pictures of.
// Owns: where the boxes stand, row by row as far as they are from an input, and the SVG. Leaves what they say to
// model-to-dot.ts, PNG to what plots use.
// Source: https://keras.io/api/utils/model_plotting_utils/
import { show, ValueError } from '../../base/errors.ts';
import { platform } from '../../platform/platform.ts';
import type { ModelBase } from '../models/model.ts';
import { type Box, type Cluster, drawingOf, type ModelToDotOptions, modelToDot } from './model-to-dot.ts';

export interface PlotModelOptions extends Omit<ModelToDotOptions, 'subgraph'> {
  /** The file: .png, .svg, .dot or .gv; `model.png` unless said. */
  readonly toFile?: string | undefined;
}

const GAP = 40;
const LANE = 14;
const CELL = { height: 34, padding: 12, title: 16, text: 14 } as const;
/** Characters of sans-serif fonts are about so wide, as a part of their size: wide enough that words fit. */
const CHARACTER = 0.6;

interface Placed extends Box {
  /** The names of the models around it. */
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** Edges on the longest way from a box without a way in. */
  rank: number;
  x: number;
  y: number;
}

/** All boxes, those of models within named by the way to them, and all edges. */
function flattened(cluster: Cluster, around = ''): { boxes: Placed[]; edges: (readonly [number, number])[] } {
  const boxes: Placed[] = [];
  const edges = [...cluster.edges];
  for (const part of cluster.parts) {
    if ('id' in part) {
      const title = around + (part.name === '' ? part.className : `${part.name} (${part.className})`);
      const widths = part.lines.map(({ cells }) =>
        cells.reduce((sum, { label, value }) => sum + widthOf(label + value, CELL.text), 0),
      );
      const width = Math.max(widthOf(title, CELL.title), ...widths);
      boxes.push({ ...part, title, width, height: CELL.height * (1 + part.lines.length), rank: 0, x: 0, y: 0 });
    } else {
      const inner = flattened(part, `${around}${part.name} / `);
      boxes.push(...inner.boxes);
      edges.push(...inner.edges);
    }
  }
  return { boxes, edges };
}
const widthOf = (text: string, size: number): number => Math.ceil(text.length * size * CHARACTER) + 2 * CELL.padding;

/** Gives every box its rank: one more than the highest that leads to it. */
function rank(boxes: readonly Placed[], edges: readonly (readonly [number, number])[]): void {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  // A layer that is called twice may lead back to itself: as many rounds as boxes end that.
  for (let changed = true, round = 0; changed && round < boxes.length; round++) {
    changed = false;
    for (const [from, to] of edges) {
      const [source, target] = [byId.get(from)!, byId.get(to)!];
      if (source === target || target.rank > source.rank) continue;
      target.rank = source.rank + 1;
      changed = true;
    }
  }
}

/** The picture as SVG text. */
function svgOf(drawing: Cluster, rankdir: string): string {
  const { boxes, edges } = flattened(drawing);
  rank(boxes, edges);
  const last = Math.max(0, ...boxes.map((box) => box.rank));
  const isAcross = rankdir === 'LR' || rankdir === 'RL';
  const isBackward = rankdir === 'BT' || rankdir === 'RL';
  const rows = Array.from({ length: last + 1 }, (_, i) =>
    boxes.filter((box) => box.rank === (isBackward ? last - i : i)),
  ).filter((row) => row.length > 0);
  const along = (box: Placed): number => (isAcross ? box.width : box.height);
  const beside = (box: Placed): number => (isAcross ? box.height : box.width);
  const breadths = rows.map((row) => row.reduce((sum, box) => sum + beside(box) + GAP, -GAP));
  const breadth = Math.max(0, ...breadths);
  let front = GAP;
  for (const [i, row] of rows.entries()) {
    const depth = Math.max(...row.map(along));
    let side = GAP + (breadth - breadths[i]!) / 2;
    for (const box of row) {
      const start = front + (depth - along(box)) / 2;
      [box.x, box.y] = isAcross ? [start, side] : [side, start];
      side += beside(box) + GAP;
    }
    front += depth + GAP;
  }
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const ends = edges.map(([from, to]) => [byId.get(from)!, byId.get(to)!] as const);
  const isLong = ([from, to]: readonly [Placed, Placed]): boolean => to.rank - from.rank !== 1;
  // Arrows past other rows run beside all boxes, each in a lane of its own, so that none is hidden.
  const lane = (i: number): number => GAP + breadth + LANE * (1 + ends.slice(0, i).filter(isLong).length);
  const arrows = ends.map((pair, i) =>
    isLong(pair) ? detour(pair, lane(i), isAcross) : arrow(pair, isAcross, isBackward),
  );
  const across = lane(ends.length) + GAP;
  const [width, height] = isAcross ? [front, across] : [across, front];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0,0 L8,4 L0,8 z"/></marker></defs>
<rect width="100%" height="100%" fill="white"/>
${[...arrows, ...boxes.map(boxSvg)].join('\n')}
</svg>
`;
}
/** From the middle of one side to the middle of the other's; bent, so that arrows from one box part. */
function arrow([from, to]: readonly [Placed, Placed], isAcross: boolean, isBackward: boolean): string {
  const port = (box: Placed, end: 0 | 1): readonly [number, number] =>
    isAcross ? [box.x + end * box.width, box.y + box.height / 2] : [box.x + box.width / 2, box.y + end * box.height];
  const [[x1, y1], [x2, y2]] = [port(from, isBackward ? 0 : 1), port(to, isBackward ? 1 : 0)];
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return path(`M${x1},${y1} C${isAcross ? `${mx},${y1} ${mx},${y2}` : `${x1},${my} ${x2},${my}`} ${x2},${y2}`);
}
/** Out to the lane, along it, and back to the other box. */
function detour([from, to]: readonly [Placed, Placed], lane: number, isAcross: boolean): string {
  const port = ({ x, y, width, height }: Placed): readonly [number, number] =>
    isAcross ? [x + width / 2, y + height] : [x + width, y + height / 2];
  const [[x1, y1], [x2, y2]] = [port(from), port(to)];
  return path(`M${x1},${y1} L${isAcross ? `${x1},${lane} ${x2},${lane}` : `${lane},${y1} ${lane},${y2}`} ${x2},${y2}`);
}
const path = (course: string): string =>
  `<path d="${course}" fill="none" stroke="black" stroke-width="2" marker-end="url(#tip)"/>`;
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function boxSvg({ x, y, width, height, title, lines }: Placed): string {
  const text = (left: number, top: number, room: number, size: number, color: string, content: string): string =>
    `<text x="${left + room / 2}" y="${top + CELL.height / 2 + size / 3}" font-size="${size}" fill="${color}" text-anchor="middle">${content}</text>`;
  const parts = [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="black" stroke="black"/>`,
    text(x, y, width, CELL.title, 'white', `<tspan font-weight="bold">${escaped(title)}</tspan>`),
  ];
  for (const [i, { cells }] of lines.entries()) {
    const top = y + CELL.height * (i + 1);
    const wanted = cells.map(({ label, value }) => widthOf(label + value, CELL.text));
    const spare = (width - wanted.reduce((a, b) => a + b, 0)) / cells.length;
    let left = x;
    for (const [j, { label, value, color }] of cells.entries()) {
      const room = wanted[j]! + spare;
      const content = `${escaped(label)}<tspan font-weight="bold">${escaped(value)}</tspan>`;
      parts.push(
        `<rect x="${left}" y="${top}" width="${room}" height="${CELL.height}" fill="${color}" stroke="black"/>`,
        text(left, top, room, CELL.text, color === 'white' ? 'black' : 'white', content),
      );
      left += room;
    }
  }
  return parts.join('');
}

/**
 * Writes a picture of the model's layers and returns its path: `await plotModel(model, 'model.png', { showShapes: true })`. Other
 * kinds of pictures are made by Graphviz of a .dot file.
 */
export async function plotModel(
  model: ModelBase<never> | object,
  toFile: string | PlotModelOptions = {},
  options: PlotModelOptions = {},
): Promise<string> {
  const given = typeof toFile === 'string' ? { ...options, toFile } : toFile;
  const { toFile: name = 'model.png', ...settings } = { showLayerNames: false, ...given };
  const file = /\.[^./\\]+$/.test(name) ? name : `${name}.png`;
  const ending = file.slice(file.lastIndexOf('.') + 1).toLowerCase();
  const { rankdir = 'TB', dpi = 200 } = settings;
  if (!['png', 'svg', 'dot', 'gv'].includes(ending))
    throw new ValueError(
      `plotModel: toFile: found ${show(name)}, wanted a name that ends in .png, .svg, .dot or .gv. Graphviz makes the others: write '${file.slice(0, -ending.length)}dot', then dot -T${ending} -O.`,
    );
  if (!['TB', 'LR', 'BT', 'RL'].includes(rankdir))
    throw new ValueError(`plotModel: rankdir: found ${show(rankdir)}, wanted 'TB', 'LR', 'BT' or 'RL'.`);
  const drawing = drawingOf('plotModel', model, settings);
  let content: string | Uint8Array;
  if (ending === 'dot' || ending === 'gv') content = modelToDot(model, settings);
  else {
    content = svgOf(drawing, rankdir);
    if (ending === 'png') content = await (await import('../../plot/raster.ts')).rasterize(content, dpi);
  }
  const machine = platform();
  if (machine.kind === 'browser') await machine.saveForUser(file.split('/').at(-1)!, content);
  else await machine.writeFile(file, content);
  return file;
}
