// The vega specification of a figure: groups with scales, ticks, frames, titles and the marks of their artists.
// Owns: how a figure and its axes are put together. Leaves positions to layout.ts, artists to marks.ts, legends to legend*.ts.
import type { Axis, GroupMark, Mark, Scale, Spec } from 'vega';
import { type AxisLayout, isSlanted, tickLength, tickPad } from './axis-layout.ts';
import { colorbarMarks } from './colorbar.ts';
import { parseLineStyle } from './format.ts';
import { type AxesLayout, type FigureLayout, labelPad, titlePad } from './layout.ts';
import { layoutLegend } from './legend.ts';
import { legendMarks } from './legend-marks.ts';
import { drawArtist, stroke, type Tools } from './marks.ts';
import type { FigureState } from './state.ts';
import { fontFamily, fontSize, lineHeight, point } from './text.ts';
import { textMark } from './text-mark.ts';

/** The specification of a laid-out figure. */
export async function figureSpec(tools: Tools, figure: FigureState, layout: FigureLayout): Promise<Spec> {
  const marks: Mark[] = [];
  for (const [i, axes] of layout.axes.entries()) marks.push(await axesGroup(tools, axes, `axes${i + 1}`));
  if (layout.title.length > 0) {
    marks.push(
      textMark(layout.title, figure.width / 2, 0.5 * fontSize.title, { size: fontSize.title, baseline: 'top' }),
    );
  }
  return {
    width: figure.width,
    height: figure.height,
    padding: 0,
    autosize: 'none',
    background: 'white',
    marks,
  };
}

async function axesGroup(tools: Tools, layout: AxesLayout, name: string): Promise<GroupMark> {
  const { box, state } = layout;
  const artists = [...state.artists].sort((a, b) => a.zorder - b.zorder);
  const inner: Mark[] = [];
  const data = [];
  let gridDrawn = state.grid === null;
  for (const [i, artist] of artists.entries()) {
    if (!gridDrawn && artist.zorder > 0) {
      inner.push(...gridMarks(layout));
      gridDrawn = true;
    }
    const own = `${name}-${artist.kind}${i + 1}`;
    const drawn = await drawArtist(tools, artist, layout, own);
    data.push(...drawn.data);
    // Names become classes in the SVG, for style sheets.
    inner.push(...drawn.marks.map((mark, part) => ({ ...mark, name: `${own}-${part + 1}` })));
  }
  if (!gridDrawn) inner.push(...gridMarks(layout));
  const size = { width: { value: box.width }, height: { value: box.height } };
  const marks: Mark[] = [{ type: 'group', name: `${name}-data`, clip: true, encode: { update: size }, marks: inner }];
  if (state.frame) {
    const edge = { ...stroke('black', '-', 0.8, 1), strokeJoin: { value: 'miter' } } as const;
    marks.push(
      { type: 'rect', name: `${name}-frame`, encode: { update: { ...size, ...edge } } },
      ...labelMarks(layout),
    );
  }
  const heading = titleHeight(layout);
  if (layout.title.length > 0) {
    marks.push(
      textMark(layout.title, box.width / 2, -heading - titlePad, { size: fontSize.title, baseline: 'bottom' }),
    );
  }
  if (layout.colorbar !== null) marks.push(...colorbarMarks(tools, layout, layout.colorbar));
  const legend = layoutLegend(layout);
  if (legend !== null) marks.push(legendMarks(tools, legend));
  return {
    type: 'group',
    name,
    encode: { update: { x: { value: box.x }, y: { value: box.y }, ...size } },
    data,
    scales: scalesOf(layout),
    axes: state.frame ? axesOf(layout) : [],
    marks,
  };
}

function scalesOf({ box, x, y }: AxesLayout): Scale[] {
  const linear = { type: 'linear', zero: false, nice: false } as const;
  return [
    { name: 'x', ...linear, domain: [...x.limits], range: [0, box.width] },
    { name: 'y', ...linear, domain: [...y.limits], range: [box.height, 0] },
  ];
}

/** Ticks and their labels; vega's axis draws them where layout put them and says what layout says. */
function axesOf({ x, y }: AxesLayout): Axis[] {
  const common = {
    domain: false,
    tickSize: tickLength,
    tickWidth: 0.8 * point,
    tickColor: 'black',
    tickRound: false,
    labelPadding: tickPad,
    labelFont: fontFamily,
    labelFontSize: fontSize.tick,
    labelColor: 'black',
    labelLimit: 0,
    labelOverlap: false,
    translate: 0,
    tickBand: 'center',
  } as const;
  // Each label is looked up by its tick, so that no number is formatted twice.
  const text = ({ positions, labels }: AxisLayout) => {
    const signal = `${JSON.stringify(labels)}[indexof(${JSON.stringify(positions)}, datum.value)]`;
    return { labels: { update: { text: { signal } } } };
  };
  const turned = x.rotation === 0 ? {} : turnedLabels(x.rotation);
  return [
    {
      ...common,
      orient: 'bottom',
      scale: 'x',
      values: [...x.positions],
      labels: x.labelled,
      encode: text(x),
      ...turned,
    },
    {
      ...common,
      orient: 'left',
      scale: 'y',
      values: [...y.positions],
      labels: y.labelled,
      encode: text(y),
      ...(y.rotation === 0 ? {} : { labelAngle: -y.rotation }),
    },
  ];
}

function turnedLabels(rotation: number): Pick<Axis, 'labelAngle' | 'labelAlign' | 'labelBaseline'> {
  if (isSlanted(rotation)) return { labelAngle: -rotation, labelAlign: 'right', labelBaseline: 'middle' };
  const upward = rotation === 90;
  return { labelAngle: -rotation, labelAlign: upward ? 'right' : 'center', labelBaseline: upward ? 'middle' : 'top' };
}

/** Labels of the axes and the power of ten that tick labels share. */
function labelMarks({ state, box, x, y }: AxesLayout): Mark[] {
  const marks: Mark[] = [];
  const size = fontSize.label;
  const below = tickLength + (x.labelled ? tickPad + x.thickness : 0);
  const beside = tickLength + (y.labelled ? tickPad + y.thickness : 0);
  if (state.x.label !== '') {
    marks.push(
      textMark(state.x.label.split('\n'), box.width / 2, box.height + below + labelPad, { size, baseline: 'top' }),
    );
  }
  if (state.y.label !== '') {
    const style = { size, baseline: 'bottom', angle: -90 } as const;
    marks.push(textMark(state.y.label.split('\n'), -beside - labelPad, box.height / 2, style));
  }
  const tick = fontSize.tick;
  if (x.offset !== '' && x.labelled) {
    marks.push(
      textMark([x.offset], box.width, box.height + below + labelPad, { size: tick, align: 'right', baseline: 'top' }),
    );
  }
  if (y.offset !== '' && y.labelled) {
    marks.push(textMark([y.offset], 0, -0.3 * tick, { size: tick, align: 'left', baseline: 'bottom' }));
  }
  return marks;
}

/** Height of what stands between the axes and their title. */
function titleHeight({ state, y, colorbar }: AxesLayout): number {
  const offset = (state.frame && y.labelled && y.offset !== '') || (colorbar?.offset ?? '') !== '';
  return offset ? fontSize.tick * lineHeight : 0;
}

function gridMarks({ state, box, x, y }: AxesLayout): Mark[] {
  const grid = state.grid!;
  const dash = parseLineStyle('plt.grid', grid.dash);
  const ink = { ...stroke(grid.color, dash, grid.width, grid.alpha), strokeCap: { value: 'butt' } } as const;
  const upright = grid.axis === 'y' ? [] : x.positions;
  const level = grid.axis === 'x' ? [] : y.positions;
  return [
    ...upright.map((value): Mark => {
      const update = { x: { scale: 'x', value }, y: { value: 0 }, y2: { value: box.height }, ...ink };
      return { type: 'rule', encode: { update } };
    }),
    ...level.map((value): Mark => {
      const update = { y: { scale: 'y', value }, x: { value: 0 }, x2: { value: box.width }, ...ink };
      return { type: 'rule', encode: { update } };
    }),
  ];
}
