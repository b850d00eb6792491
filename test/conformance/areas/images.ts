// Area images: decoding files as tf.io does, loading pictures as PIL does, data sets from directories.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Case } from '../folder.ts';
import { fn, invoke, isTensor, options, property, result } from '../library.ts';
import type { Area } from '../runner.ts';
import { ArrayValue, type Fields, type Value } from '../values.ts';

const pathOf = (c: Case) => join(c.folder, 'images', String(c.json.file));

/** What the generator stores of a data set: its files in order, its classes, and its elements of one pass. */
async function describe(dataset: unknown, root: string, c: Case): Promise<Fields> {
  const files = (property(dataset, 'file_paths') as readonly string[]).map((path) =>
    relative(root, path).replaceAll('\\', '/'),
  );
  const images: ArrayValue[] = [];
  const labels: Value[] = [];
  for await (const element of dataset as AsyncIterable<unknown>) {
    const [x, y] = Array.isArray(element) ? element : [element, undefined];
    images.push(result(x) as ArrayValue);
    if (y !== undefined) labels.push(result(y));
  }
  const classNames = (dataset as { readonly classNames?: readonly string[] | null }).classNames;
  const out: { [key: string]: Value } = {
    file_paths: files,
    class_names: classNames === undefined || classNames === null ? null : [...classNames],
    element_shapes: images.map((image) => [...image.shape]),
  };
  if (labels.length > 0) out.labels = labels;
  if (c.json.pixels === true) return { ...out, images };
  const pixels = (image: ArrayValue) => image.data as Float32Array;
  // Means over single pictures: a batch has four axes.
  const single = images.flatMap((image) => {
    const count = image.shape.length === 4 ? image.shape[0]! : 1;
    const size = image.data.length / count;
    return Array.from({ length: count }, (_, i) => pixels(image).slice(i * size, (i + 1) * size));
  });
  const means = single.map((picture) => picture.reduce((a, b) => a + b, 0) / picture.length);
  return { ...out, means: new ArrayValue('float32', [means.length], Float32Array.from(means)) };
}

const modes: Record<number, string> = { 1: 'L', 3: 'RGB', 4: 'RGBA' };

async function loadImage(c: Case): Promise<Fields> {
  const image = await fn('keras.utils.load_img')(pathOf(c), options(c.field('kwargs')));
  const value = result(await fn('keras.utils.img_to_array')(image)) as ArrayValue;
  // PIL's mode by the number of channels, unless the picture says it.
  const mode = (image as { readonly mode?: string }).mode ?? modes[value.shape.at(-1)!] ?? 'none';
  return { mode, value };
}

export const area: Area = {
  async run(c) {
    if (c.json.call === 'load_img') return loadImage(c);
    if (c.json.call === 'decode') {
      const contents = Uint8Array.from(readFileSync(pathOf(c)));
      const decoded = await fn(`tf.io.${c.json.fn}`)(contents, options(c.field('kwargs')));
      if (!isTensor(decoded)) throw new TypeError('a decoded picture is a tensor');
      return { value: result(decoded) };
    }
    const kwargs = { verbose: false, ...(c.field('kwargs') as Fields) };
    const made = await invoke('keras.utils.image_dataset_from_directory', [pathOf(c)], kwargs);
    const datasets: Value[] = [];
    for (const dataset of Array.isArray(made) ? made : [made]) datasets.push(await describe(dataset, pathOf(c), c));
    return { datasets };
  },
};
