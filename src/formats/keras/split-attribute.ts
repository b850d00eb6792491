// Lists of names in HDF5 attributes, which take 64 kB at most: Keras splits longer ones into `layer_names0`, `layer_names1`, …
// Owns: that splitting, both ways, as Keras's save_attributes_to_hdf5_group does it.
import { encodeText } from '../array-data.ts';
import { FormatError } from '../file-error.ts';
import { attributeTexts, type H5Group } from '../hdf5/hdf5-read.ts';
import type { H5Builder } from '../hdf5/hdf5-write.ts';

const LIMIT = 64512;
/** What a text takes in the attribute itself; it lies elsewhere. */
const REFERENCE = 16;

/** Stores names, in parts where they are too many. */
export function setNames(group: H5Builder, name: string, values: readonly string[]): void {
  const width = values.reduce((widest, value) => Math.max(widest, encodeText(value).length), REFERENCE);
  if (width > LIMIT)
    throw new FormatError(
      'invalid_value',
      '',
      `A name of ${width} bytes cannot be stored in '${name}'; at most ${LIMIT}.`,
    );
  if (width * values.length <= LIMIT) {
    group.setAttribute(name, values);
    return;
  }
  const parts = Math.ceil(values.length / Math.floor(LIMIT / width));
  // As numpy.array_split: the first parts are one longer.
  for (let part = 0, start = 0; part < parts; part++) {
    const size = Math.floor(values.length / parts) + (part < values.length % parts ? 1 : 0);
    group.setAttribute(`${name}${part}`, values.slice(start, start + size));
    start += size;
  }
}

/** Names stored whole or in parts; undefined where there are none. */
export function getNames(group: H5Group, name: string): string[] | undefined {
  const whole = attributeTexts(group, name);
  if (whole) return whole;
  const all: string[] = [];
  let part = 0;
  for (; ; part++) {
    const texts = attributeTexts(group, `${name}${part}`);
    if (!texts) break;
    all.push(...texts);
  }
  return part > 0 ? all : undefined;
}
