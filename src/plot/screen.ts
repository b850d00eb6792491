// Shows a picture: in the page where there is one, else as a file whose path is printed.
// Owns: where pictures go. Never waits for anybody to close anything.
import { platform } from '../platform/platform.ts';
import { drawFigure } from './draw.ts';
import { checkOptions } from './options.ts';
import type { FigureState } from './state.ts';
import type { ShowOptions } from './types.ts';

let shown = 0;

/** Puts the figure on the page's end or into `element`; without a page writes `figure-N.svg` and prints its path. */
export async function showFigure(figure: FigureState, options: ShowOptions = {}): Promise<void> {
  checkOptions('plt.show', options, { element: 'any' });
  // Numbered when asked for, not when drawn: several calls without `await` keep their order.
  const number = ++shown;
  const svg = await drawFigure(figure);
  const element = options.element ?? (globalThis as { document?: Document }).document?.body;
  if (element) {
    element.insertAdjacentHTML('beforeend', `<div class="cornu-figure">${svg}</div>`);
    return;
  }
  const folder = platform().env('CORNU_PLOT_DIR');
  const path = `${folder ? `${folder.replace(/[/\\]+$/, '')}/` : ''}figure-${number}.svg`;
  await platform().writeFile(path, svg);
  console.log(path);
}
