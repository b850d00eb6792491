// A folder of golden cases: which areas it has, their cases, and the arrays and files that belong to them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpz } from '../../src/formats/npy/npz.ts';
import { ArrayValue, decode, type Fields, type Json, type Numbers, type Value } from './values.ts';

/** The areas in the order in which they are run. */
export const areaNames = [
  'activations',
  'initializers',
  'regularizers_constraints',
  'losses',
  'metrics',
  'optimizers',
  'schedules',
  'random',
  'ops',
  'layers',
  'training',
  'models',
  'text',
  'images',
  'datafiles',
  'preprocessing',
] as const;

export interface Case {
  readonly id: string;
  readonly area: string;
  /** The folder of the set, for the files that cases name. */
  readonly folder: string;
  /** As it stands in the file. */
  readonly json: { readonly [key: string]: Json };
  /** The case's array of a name. */
  array(name: string): ArrayValue;
  /** A field of the case, decoded; undefined where there is none. */
  field(name: string): Value | undefined;
}

/** Decoded `expected` of a case, or undefined where the call must fail. */
export function expectedFields(c: Case): Fields | undefined {
  const expected = c.field('expected') as Fields;
  return Object.hasOwn(expected, 'raises') ? undefined : expected;
}

export const areasIn = (folder: string): string[] =>
  areaNames.filter((name) => existsSync(join(folder, `${name}.json`)));

/** The cases of an area, and its arrays under `<id>/<name>`. */
export async function loadArea(folder: string, area: string): Promise<Case[]> {
  const document = JSON.parse(readFileSync(join(folder, `${area}.json`), 'utf8')) as Json;
  const cases = (Array.isArray(document) ? document : (document as { cases: Json[] }).cases) as {
    [key: string]: Json;
  }[];
  const npz = join(folder, `${area}.npz`);
  const arrays = existsSync(npz) ? await readNpz(readFileSync(npz), npz) : new Map<string, never>();
  return cases.map((json) => {
    const id = String(json.id);
    const array = (name: string) => {
      const found = arrays.get(`${id}/${name}`);
      if (found === undefined) throw new Error(`${area}.npz has no array ${id}/${name}`);
      return new ArrayValue(found.dtype, found.shape, found.data as Numbers);
    };
    return {
      id,
      area,
      folder,
      json,
      array,
      field: (name) => (json[name] === undefined ? undefined : decode(json[name], array)),
    };
  });
}
