// Curves of a training: one panel for each metric, with its validation twin.
// Owns: which curves belong together. Leaves drawing to the axes.
import { show, ValueError } from '../base/errors.ts';
import { newFigure } from './pyplot.ts';
import type { Figure } from './types.ts';

/** What model.fit returns, as far as a plot needs it. */
export interface HistoryValue {
  /** The epochs, counted from 0. */
  readonly epoch?: readonly number[];
  readonly history: Readonly<Record<string, readonly number[]>>;
}

const panelsInRow = 3;
/** So few epochs get a marker each: a single one would be invisible as a line. */
const fewEpochs = 30;

/** Draws the curves of a training, epochs counted from 1 as fit prints them: plt.history(await model.fit(…)). */
export function history(history: HistoryValue): Figure {
  const where = 'plt.history';
  const record = history?.history;
  if (typeof record !== 'object' || record === null) {
    const hint = (history as unknown) instanceof Promise ? ' Write `await` before model.fit.' : '';
    throw new ValueError(`${where}: history is ${show(history)}; wanted what model.fit returns.${hint}`);
  }
  const names = Object.keys(record).filter((name) => !(name.startsWith('val_') && name.slice(4) in record));
  if (names.length === 0)
    throw new ValueError(`${where}: the history holds no metrics; wanted at least one epoch of fit.`);
  const columns = Math.min(names.length, panelsInRow);
  const rows = Math.ceil(names.length / columns);
  const figure = newFigure(where, {
    figsize: [names.length === 1 ? 6.4 : 5 * columns, names.length === 1 ? 4.8 : 4 * rows],
  });
  figure.tightLayout();
  for (const [index, name] of names.entries()) {
    const axes = figure.axesAt({ rows, columns, index });
    const curves = [
      ['training', record[name]!],
      ['validation', record[`val_${name}`] ?? []],
    ] as const;
    for (const [label, values] of curves) {
      if (values.length === 0) continue;
      const epochs = values.map((_, i) => (history.epoch?.[i] ?? i) + 1);
      axes.plot(epochs, values, { label, ...(values.length <= fewEpochs ? { marker: 'o', markersize: 4 } : {}) });
    }
    axes.setTitle(name);
    axes.setXlabel('epoch');
    if (curves[1][1].length > 0) axes.legend();
  }
  return figure;
}
