// A grid of images with titles.
// Owns: cutting a batch into images, the grid's size, one scale of brightness for all. Leaves drawing to the axes.
import { ShapeError, show, ValueError } from '../base/errors.ts';
import type { ColormapName } from './colormaps.ts';
import { checkOptions, type Options } from './options.ts';
import { newFigure } from './pyplot.ts';
import type { Figure } from './types.ts';
import { type Numbers, shapeText, toValues, type Values } from './values.ts';

export interface ImagesOptions
  extends Options<{
    /** One title for each image. */
    titles: readonly (string | number)[];
    columns: number;
    /** For images with one channel; 'gray' unless told. */
    cmap: ColormapName;
  }> {}

/** Draws a batch of images, (n, rows, columns), (n, rows, columns, 1) or (n, rows, columns, 3), bytes or 0 … 1. */
export function images(images: Numbers, options: ImagesOptions = {}): Figure {
  const where = 'plt.images';
  checkOptions(where, options, { titles: 'any', columns: 'number', cmap: 'any' });
  const batch = toValues(where, 'images', images);
  const { shape } = batch;
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  if (
    (shape.length !== 3 && shape.length !== 4) ||
    ![1, 3, 4].includes(channels) ||
    Math.min(count, height, width) < 1
  ) {
    const hint = shape.length === 2 ? ' For one image use imshow.' : '';
    throw new ShapeError(
      `${where}: images has shape ${shapeText(shape)}; wanted (n, rows, columns), (n, rows, columns, 1) or ` +
        `(n, rows, columns, 3).${hint}`,
    );
  }
  const { titles, columns = Math.ceil(Math.sqrt(count)) } = options;
  if (titles !== undefined && (!Array.isArray(titles) || titles.length !== count)) {
    throw new ValueError(
      `${where}: titles is ${show(titles)} for ${count} images; wanted a list with one title for each image.`,
    );
  }
  if (!Number.isInteger(columns) || columns < 1) {
    throw new ValueError(`${where}: columns is ${show(columns)}; wanted a whole number of at least 1.`);
  }
  const rows = Math.ceil(count / columns);
  const [cell, ratio] = [Math.max(0.8, Math.min(2, 12 / columns)), Math.min(4, Math.max(0.25, height / width))];
  const figure = newFigure(where, {
    figsize: [columns * (cell + 0.15) + 0.15, rows * (cell * ratio + (titles === undefined ? 0.15 : 0.42)) + 0.15],
  });
  figure.tightLayout();
  const { low, high } = brightness(batch);
  const size = height * width * channels;
  for (let index = 0; index < count; index++) {
    const axes = figure.axesAt({ rows, columns, index });
    const data = batch.data.slice(index * size, (index + 1) * size);
    const pixels = channels === 1 ? data : data.map((value) => Math.min(1, Math.max(0, (value - low) / (high - low))));
    const image = Object.assign(pixels, { shape: channels === 1 ? [height, width] : [height, width, channels] });
    axes.imshow(image, channels === 1 ? { cmap: options.cmap ?? 'gray', vmin: low, vmax: high } : {});
    axes.axis('off');
    if (titles !== undefined) axes.setTitle(String(titles[index]));
  }
  return figure;
}

/** Which numbers stand for black and white: 0 and 255 for bytes, 0 and 1 for fractions, else the least and the greatest. */
function brightness({ data, bytes }: Values): { low: number; high: number } {
  if (bytes) return { low: 0, high: 255 };
  let [low, high] = [Infinity, -Infinity];
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // What resizing leaves a little below 0 or above 1 does not change the scale.
  if (low >= -0.1 && high <= 1.1) return { low: 0, high: 1 };
  if (low >= 0 && high <= 255) return { low: 0, high: 255 };
  return low < high ? { low, high } : { low: low - 1, high: high + 1 };
}
