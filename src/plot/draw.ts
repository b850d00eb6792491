// From a figure's state to SVG text, by vega.
// Owns: loading vega (only now, when something is drawn) and making the SVG fit to stand in a page beside others.
// Leaves what is drawn to layout.ts and spec.ts.
import { type Colormap, colormap } from './colormaps.ts';
import { layoutFigure } from './layout.ts';
import type { Tools } from './marks.ts';
import { figureSpec } from './spec.ts';
import { type FigureState, snapshot } from './state.ts';

let drawings = 0;

async function loadTools(): Promise<Tools> {
  const [vega, { zlibSync }] = await Promise.all([import('vega'), import('fflate')]);
  const maps = new Map<string, Colormap>();
  return {
    vega,
    compress: (data) => zlibSync(data),
    colormap: (name) => {
      const known = maps.get(name) ?? colormap(name, (scheme) => vega.scheme(scheme));
      maps.set(name, known);
      return known;
    },
  };
}

/** The figure as it is now, as an SVG document. */
export async function drawFigure(figure: FigureState): Promise<string> {
  const state = snapshot(figure);
  const tools = await loadTools();
  const spec = await figureSpec(tools, state, layoutFigure(state));
  const view = new tools.vega.View(tools.vega.parse(spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  // vega numbers the clips and gradients of each drawing; two drawings in one page must not share names.
  const prefix = `cornu${++drawings}-`;
  return svg.replaceAll(/(id="|url\(#)((?:clip|gradient_)\d+)/g, `$1${prefix}$2`);
}
