// Writes pictures to files: .svg, .png, .html.
// Owns: which endings there are and what the files hold. Leaves drawing to draw.ts, files to the platform.
import { show, ValueError } from '../base/errors.ts';
import { platform } from '../platform/platform.ts';
import { drawFigure } from './draw.ts';
import { checkOptions, checkRange } from './options.ts';
import { baseDpi, rasterize } from './raster.ts';
import type { FigureState } from './state.ts';
import type { SaveOptions } from './types.ts';

const endings = ['svg', 'png', 'html'] as const;
type Ending = (typeof endings)[number];

function endingOf(where: string, path: unknown): Ending {
  if (typeof path !== 'string' || path === '') {
    throw new ValueError(`${where}: path is ${show(path)}; wanted a file name, such as 'figure.png'.`);
  }
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  const known = endings.find((each) => each === ending);
  if (known !== undefined) return known;
  const found = ending === undefined ? 'has no extension' : `has the extension '.${ending}'`;
  throw new ValueError(
    `${where}: path '${path}' ${found}; wanted ${endings.map((each) => `'.${each}'`).join(', ')}. ` +
      `Write '${path.replace(/\.[^./\\]*$/, '')}.png', for example.`,
  );
}

/** Draws the figure and writes it; what is wrong with the path or the options is thrown before anything is drawn. */
export async function saveFigure(figure: FigureState, path: string, options: SaveOptions = {}): Promise<void> {
  const where = 'plt.savefig';
  const ending = endingOf(where, path);
  checkOptions(where, options, { dpi: 'number' });
  const dpi = checkRange(where, 'dpi', options.dpi ?? baseDpi, 1, 10_000);
  const svg = await drawFigure(figure);
  const content = ending === 'svg' ? svg : ending === 'html' ? pageOf(svg, titleOf(figure)) : await rasterize(svg, dpi);
  const machine = await platform();
  // A page has no folders: the user gets the file as a download.
  if (machine.kind === 'browser') await machine.saveForUser(path.split(/[/\\]/).at(-1)!, content);
  else await machine.writeFile(path, content);
}

function titleOf(figure: FigureState): string {
  return figure.title || figure.axes.find((axes) => axes.title !== '')?.title || 'Figure';
}

/** A page that needs nothing else, with the picture as large as the window allows. */
function pageOf(svg: string, title: string): string {
  const plain = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<title>${plain}</title>
<style>body { margin: 0; display: grid; place-items: center; min-height: 100vh; } svg { max-width: 100%; height: auto; }</style>
</head>
<body>
${svg}
</body>
</html>
`;
}
