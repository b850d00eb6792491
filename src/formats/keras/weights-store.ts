// Keras 3's weights files (`.weights.h5`, and `model.weights.h5` in a `.keras` archive): the variables of every layer,
// optimizer and so on under the path by which Keras reaches it, `layers/dense/vars/0`.
// Owns: that layout, also as Keras 2.13 wrote it. Leaves which object has which path to the saving code above.
import type { DType } from '../../base/dtype.ts';
import type { ArrayData } from '../array-data.ts';
import { FormatError } from '../file-error.ts';
import { attributeText, type H5Dataset, type H5Group, openHdf5 } from '../hdf5/hdf5-read.ts';
import { H5Builder } from '../hdf5/hdf5-write.ts';

/** One stored array: its shape and dtype are known before it is read. */
export interface StoredArray {
  /** `0`, `1`, … in a Keras 3 file; `dense/kernel:0` in a legacy one. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType | undefined;
  read(): Promise<ArrayData>;
}

/** What an object expects to find: the variable's name for messages, and its shape. */
export interface WantedVariable {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The variables stored for one object. */
export class StoredVariables {
  /** The path by which Keras reaches the object: `layers/dense`; empty for the model itself. */
  readonly path: string;
  /** The object's own name when it was saved; Keras 2 wrote none. */
  readonly name: string | undefined;
  /** In the order of the object's variables. */
  readonly arrays: readonly StoredArray[];
  /** Arrays that go by a name of their own, such as `idf_weights`. */
  readonly named: readonly StoredArray[];
  readonly #file: string;

  constructor(
    file: string,
    path: string,
    name: string | undefined,
    arrays: readonly StoredArray[],
    named: readonly StoredArray[] = [],
  ) {
    this.#file = file;
    this.named = named;
    this.path = path;
    this.name = name;
    this.arrays = arrays;
  }

  /**
   * Checks that exactly the wanted variables are here before anything is read. `owner` names the object in messages, for
   * example `layer 'dense'`. Throws FormatError of kind `missing_weights` or `shape_mismatch`.
   */
  check(owner: string, wanted: readonly WantedVariable[]): void {
    checkArrays(this.#file, owner, this.arrays, wanted);
  }

  /** The arrays, in the order of the object's variables. */
  readAll(): Promise<ArrayData[]> {
    return Promise.all(this.arrays.map((array) => array.read()));
  }
}

const showShape = (shape: readonly number[]) => `[${shape.join(', ')}]`;

/** Compares what is stored with what an object wants; see StoredVariables.check. */
export function checkArrays(
  file: string,
  owner: string,
  found: readonly StoredArray[],
  wanted: readonly WantedVariable[],
): void {
  if (found.length !== wanted.length) {
    const names = wanted.map(({ name }) => name).join(', ');
    throw new FormatError(
      'missing_weights',
      file,
      `${owner} expects ${wanted.length} variables${names ? ` (${names})` : ''}, the file has ${found.length} for it. Was it saved from another model?`,
    );
  }
  wanted.forEach(({ name, shape }, i) => {
    const stored = found[i]!.shape;
    if (stored.length !== shape.length || stored.some((size, axis) => size !== shape[axis])) {
      throw new FormatError(
        'shape_mismatch',
        file,
        `variable '${name}' of ${owner} has shape ${showShape(shape)}, the file holds ${showShape(stored)}.`,
      );
    }
  });
}

export const storedArray = (file: string, name: string, dataset: H5Dataset): StoredArray => {
  if (dataset.shape === null) throw new FormatError('bad_hdf5', file, `/${dataset.path} is empty: it has no shape.`);
  return { name, shape: dataset.shape, dtype: dataset.dtype, read: () => dataset.read() };
};

/** An open weights file, or several that are one. */
export class WeightsStore {
  readonly file: string;
  readonly roots: readonly H5Group[];

  constructor(roots: H5Group | readonly H5Group[], file: string) {
    this.roots = Array.isArray(roots) ? roots : [roots as H5Group];
    this.file = file;
  }

  /** The paths of all objects that the file knows, also of those without variables; alphabetical. */
  get paths(): string[] {
    const paths = new Set<string>();
    const visit = (group: H5Group) => {
      for (const name of group.names) {
        const child = group.get(name);
        if (child?.kind !== 'group') continue;
        if (name === 'vars') paths.add(group.path);
        else visit(child);
      }
    };
    for (const root of this.roots) visit(root);
    return [...paths];
  }

  /** Whether anything is stored below a path. */
  has(path: string): boolean {
    return this.#groups(path).length > 0;
  }

  #groups(path: string): H5Group[] {
    if (path === '') return [...this.roots];
    return this.roots.flatMap((root) => {
      // Keras 2.12 and 2.13 called the list of layers by another name.
      const found = root.group(path) ?? root.group(path.replace('layers', '_layer_checkpoint_dependencies'));
      return found ? [found] : [];
    });
  }

  /** The variables of the object at a path (the model's own at ''); none where the file has none. */
  get(path: string): StoredVariables {
    const groups = this.#groups(path).flatMap((group) => group.group('vars') ?? []);
    // A group where a variable is expected counts as no variable.
    const stored = groups.flatMap((group) =>
      group.names.flatMap((name) => {
        const dataset = group.dataset(name);
        return dataset ? [storedArray(this.file, name, dataset)] : [];
      }),
    );
    const isNumber = ({ name }: StoredArray): boolean => /^\d+$/.test(name);
    // Not alphabetical: 10 comes after 9.
    const arrays = stored.filter(isNumber).sort((a, b) => Number(a.name) - Number(b.name));
    const name = groups.map((group) => attributeText(group, 'name')).find((each) => each !== undefined);
    return new StoredVariables(
      this.file,
      path,
      name,
      arrays,
      stored.filter((array) => !isNumber(array)),
    );
  }
}

/** Opens a `.weights.h5` file of Keras 3 or of Keras 2's new layout; `file` is the name for error messages. */
export function readWeightsH5(bytes: Uint8Array, file: string): WeightsStore {
  const root = openHdf5(bytes, file);
  if (root.attributes.has('layer_names') || root.group('model_weights')) {
    throw new FormatError(
      'missing_weights',
      file,
      'this is a legacy HDF5 file, not one of the layout `.weights.h5`; load it under a name that ends in .h5.',
    );
  }
  if (
    !root.group('layers') &&
    !root.group('vars') &&
    !root.group('_layer_checkpoint_dependencies') &&
    root.names.length === 0
  ) {
    throw new FormatError('missing_weights', file, 'the file holds no weights.');
  }
  return new WeightsStore(root, file);
}

/** Files that hold the parts of one model. */
export const joinStores = (stores: readonly WeightsStore[], file: string): WeightsStore =>
  new WeightsStore(
    stores.flatMap(({ roots }) => roots),
    file,
  );

/** What is to be stored for one object. */
export interface VariablesInput {
  /** `layers/dense`; empty for the model itself. */
  readonly path: string;
  /** The object's name. Keras writes a group for a named object even where it has no variables. */
  readonly name?: string | undefined;
  readonly variables: readonly ArrayData[];
  /** Arrays that go by a name of their own. */
  readonly named?: ReadonlyMap<string, ArrayData>;
}

/** A weights file as Keras 3 writes it. */
export function writeWeightsH5(entries: Iterable<VariablesInput>): Uint8Array {
  const root = new H5Builder();
  for (const { path, name, variables, named } of entries) {
    if (name === undefined && variables.length === 0) continue;
    const group = root.group(path === '' ? 'vars' : `${path}/vars`);
    if (name !== undefined) group.setAttribute('name', name);
    variables.forEach((array, i) => void group.dataset(String(i), array));
    for (const [key, array] of named ?? []) group.dataset(key, array);
  }
  return root.finish();
}
