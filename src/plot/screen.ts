// Shows a picture: in the page where there is one, else as a file whose path is printed.
// Owns: where pictures go. Never waits for anybody to close anything.
import { platform } from '../platform/platform.ts';
import { drawFigure } from './draw.ts';
import { checkOptions } from './options.ts';
import type { FigureState } from './state.ts';
import type { ShowOptions } from './types.ts';

let shown = 0;

/** Puts the figures on the page's end or into `element`; without a page writes `figure-N.svg` and prints its path. */
export async function showFigures(figures: readonly FigureState[], options: ShowOptions = {}): Promise<void> {
  checkOptions('plt.show', options, { element: 'any' });
  // Numbered and drawn as they are now: several calls without `await` keep their order and what they showed.
  const pictures = figures.map((figure) => ({ number: ++shown, svg: drawFigure(figure) }));
  const element = options.element ?? (globalThis as { document?: Document }).document?.body;
  for (const { number, svg } of pictures) {
    if (element) element.insertAdjacentHTML('beforeend', `<div class="cornu-figure">${await svg}</div>`);
    else await showAsFile(number, await svg);
  }
}

async function showAsFile(number: number, svg: string): Promise<void> {
  const machine = await platform();
  const folder = machine.env('CORNU_PLOT_DIR');
  const path = `${folder ? `${folder.replace(/[/\\]+$/, '')}/` : ''}figure-${number}.svg`;
  await machine.writeFile(path, svg);
  console.log(path);
}
