// Reading HDF5 files as a tree of groups, datasets and attributes; what Keras, h5py and libhdf5 write by default.
// Owns: the tree that callers see, read step by step as they ask. Throws FormatError of kind `bad_hdf5` (damaged) or
// `unsupported`, `unsafe_path`, always naming the file and the place in it; soft and external links are refused, as Keras refuses them.
import type { DType } from '../../base/dtype.ts';
import { type ArrayData, elementCount } from '../array-data.ts';
import { Attributes, readDataspace } from './attributes.ts';
import { type Datatype, decodeValues, dtypeOf, readDatatype } from './datatype.ts';
import { Hdf5File } from './hdf5-file.ts';
import { type Link, readLinks } from './links.ts';
import { findMessage, type Message, MessageType, messageBody, readObjectHeader } from './object-header.ts';
import { readStorage } from './storage.ts';

/** Opens an HDF5 file and returns its root group; `name` is the file's name for error messages. */
export function openHdf5(bytes: Uint8Array, name: string): H5Group {
  const file = new Hdf5File(bytes, name);
  const messages = readObjectHeader(file, file.root);
  return new H5Group(file, messages, '', new Set([file.root]));
}

export class H5Group {
  readonly kind = 'group';
  /** `layers/dense/vars`; the root's is empty. */
  readonly path: string;
  readonly file: Hdf5File;
  readonly #messages: readonly Message[];
  /** Headers on the way here: a link to one of them would make the tree endless. */
  readonly #above: ReadonlySet<number>;
  readonly #children = new Map<string, H5Group | H5Dataset>();
  #links: ReadonlyMap<string, Link> | undefined;
  #attributes: Attributes | undefined;

  constructor(file: Hdf5File, messages: readonly Message[], path: string, above: ReadonlySet<number>) {
    this.file = file;
    this.path = path;
    this.#messages = messages;
    this.#above = above;
  }

  get attributes(): Attributes {
    this.#attributes ??= new Attributes(this.file, this.#messages, `/${this.path}`);
    return this.#attributes;
  }

  #linksHere(): ReadonlyMap<string, Link> {
    this.#links ??= readLinks(this.file, this.#messages, `/${this.path}`);
    return this.#links;
  }

  /** The names of the children, in alphabetical order, as h5py lists them. */
  get names(): string[] {
    return [...this.#linksHere().keys()].sort((a, b) => (a < b ? -1 : 1));
  }

  /** What a path below this group leads to, or undefined. */
  get(path: string): H5Group | H5Dataset | undefined {
    let node: H5Group | H5Dataset | undefined = this;
    for (const name of path.split('/')) {
      if (name === '') continue;
      if (node?.kind !== 'group') return undefined;
      node = node.#child(name);
    }
    return node;
  }

  #child(name: string): H5Group | H5Dataset | undefined {
    const known = this.#children.get(name);
    if (known) return known;
    const link = this.#linksHere().get(name);
    if (link === undefined) return undefined;
    const path = this.path ? `${this.path}/${name}` : name;
    if (typeof link === 'string') {
      return this.file.refuse(
        link === 'soft link' ? 'bad_hdf5' : 'unsafe_path',
        `/${path} is ${link === 'soft link' ? 'a soft link' : 'an external link'}; such links are not followed`,
      );
    }
    if (this.#above.has(link)) this.file.fail(`/${path} leads back to a group that it lies in`);
    const messages = readObjectHeader(this.file, link);
    const child = findMessage(messages, MessageType.layout)
      ? new H5Dataset(this.file, messages, path)
      : new H5Group(this.file, messages, path, new Set([...this.#above, link]));
    this.#children.set(name, child);
    return child;
  }

  /** The group at a path, or undefined where there is none or something else. */
  group(path: string): H5Group | undefined {
    const node = this.get(path);
    return node?.kind === 'group' ? node : undefined;
  }

  /** The dataset at a path, or undefined where there is none or something else. */
  dataset(path: string): H5Dataset | undefined {
    const node = this.get(path);
    return node?.kind === 'dataset' ? node : undefined;
  }

  /** Every dataset below, in alphabetical order. */
  *datasets(): Generator<H5Dataset> {
    for (const name of this.names) {
      const child = this.#child(name);
      if (child?.kind === 'group') yield* child.datasets();
      else if (child) yield child;
    }
  }
}

export class H5Dataset {
  readonly kind = 'dataset';
  readonly path: string;
  /** Null for a dataset without a dataspace (h5py's Empty). */
  readonly shape: readonly number[] | null;
  readonly #file: Hdf5File;
  readonly #messages: readonly Message[];
  readonly #type: Datatype;
  #attributes: Attributes | undefined;

  constructor(file: Hdf5File, messages: readonly Message[], path: string) {
    this.#file = file;
    this.#messages = messages;
    this.path = path;
    const type = findMessage(messages, MessageType.datatype);
    const space = findMessage(messages, MessageType.dataspace);
    if (!type || !space) file.fail(`/${path} is a dataset without ${type ? 'shape' : 'datatype'}`);
    this.#type = asKerasMeansIt(readDatatype(messageBody(file, type)));
    this.shape = readDataspace(messageBody(file, space), (cursor) => file.length(cursor));
  }

  get attributes(): Attributes {
    this.#attributes ??= new Attributes(this.#file, this.#messages, `/${this.path}`);
    return this.#attributes;
  }

  /** The dtype, or undefined for elements that cornu does not read. */
  get dtype(): DType | undefined {
    return dtypeOf(this.#type);
  }

  /** All elements, in row-major order. */
  async read(): Promise<ArrayData> {
    const place = `/${this.path}`;
    const { shape } = this;
    const type = this.#type;
    const dtype = this.dtype;
    if (shape === null) return this.#file.refuse('unsupported', `${place} is empty: it has no shape`);
    if (type.kind === 'unsupported' || !dtype) {
      return this.#file.refuse(
        'unsupported',
        `${place} holds ${type.kind === 'unsupported' ? type.what : type.kind}, which cornu does not read`,
      );
    }
    const storage = { place, shape, elementSize: type.size, messages: this.#messages };
    const bytes = await readStorage(this.#file, storage);
    return { dtype, shape, data: decodeValues(this.#file, type, bytes, elementCount(shape), place) };
  }
}

/** HDF5 has no bfloat16: h5py stores its two bytes as opaque (Keras adds an attribute that names the dtype). */
function asKerasMeansIt(type: Datatype): Datatype {
  if (type.kind !== 'opaque' || type.size !== 2) return type;
  return { kind: 'numbers', dtype: 'bfloat16', size: 2, littleEndian: true };
}

/** A text attribute, or undefined. Throws where it is something else. */
export function attributeText(node: H5Group | H5Dataset, name: string): string | undefined {
  return attributeTexts(node, name)?.[0];
}

/** An attribute's texts, or undefined. An empty list may have any type: h5py stores `[]` as float64. */
export function attributeTexts(node: H5Group | H5Dataset, name: string): string[] | undefined {
  const value = node.attributes.get(name);
  if (!value) return undefined;
  if (value.data.length === 0) return [];
  return Array.from<unknown>(value.data).map(String);
}
