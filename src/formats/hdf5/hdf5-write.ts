// Writing HDF5 files as h5py does by default (libver 'earliest'): every reader of HDF5 opens them.
// Owns: the builder that callers fill, and the order of things in the file: text heaps, then objects from the leaves up, so
// that every address is known when it is written. Leaves the bytes of messages to hdf5-messages.ts.
import { type ArrayData, encodeElements, encodeText, stringsOf } from '../array-data.ts';
import { ByteParts } from '../byte-cursor.ts';
import { FormatError } from '../file-error.ts';
import {
  attributeMessage,
  contiguousLayoutMessage,
  dataspaceMessage,
  datatypeMessage,
  fillValueMessage,
  objectHeader,
  symbolTableMessage,
  type TextReference,
} from './hdf5-messages.ts';
import { writeGroupIndex } from './hdf5-write-index.ts';

/** What an attribute can be written from: text, texts, an array, or null for an empty dataspace. */
export type AttributeInput = string | readonly string[] | ArrayData | null;

const SUPERBLOCK = 96;
const NOWHERE = 0xffffffffffffffffn;
/** A collection of texts is closed when it has grown to this. */
const FULL_HEAP = 65536;
const SMALLEST_HEAP = 4096;

/** A group to be written. Paths may have several parts; groups on the way are made. */
export class H5Builder {
  readonly children = new Map<string, H5Builder | H5DatasetInput>();
  readonly attributes = new Map<string, AttributeInput>();

  setAttribute(name: string, value: AttributeInput): this {
    this.attributes.set(name, value);
    return this;
  }

  /** The group at a path below, made where it is missing. */
  group(path: string): H5Builder {
    let group: H5Builder = this;
    for (const name of path.split('/')) {
      if (name === '') continue;
      const child = group.children.get(name) ?? new H5Builder();
      if (!(child instanceof H5Builder)) {
        throw new FormatError('invalid_value', '', `'${path}' cannot be a group: '${name}' is a dataset.`);
      }
      group.children.set(name, child);
      group = child;
    }
    return group;
  }

  /** Adds a dataset; throws where the name is taken. */
  dataset(path: string, array: ArrayData, attributes: Readonly<Record<string, AttributeInput>> = {}): this {
    const cut = path.lastIndexOf('/');
    const parent = cut < 0 ? this : this.group(path.slice(0, cut));
    const name = path.slice(cut + 1);
    if (name === '' || parent.children.has(name)) {
      throw new FormatError(
        'invalid_value',
        '',
        `A dataset cannot be written to '${path}': ${name ? 'there is one already' : 'the name is empty'}.`,
      );
    }
    // HDF5 has no bfloat16; Keras stores opaque bytes and this attribute.
    const all = array.dtype === 'bfloat16' ? { ...attributes, dtype: 'bfloat16' } : attributes;
    parent.children.set(name, { array, attributes: new Map(Object.entries(all)) });
    return this;
  }

  /** The file. */
  finish(): Uint8Array {
    const writer = new Writer();
    const planned = writer.plan(this);
    writer.writeHeaps();
    const { address, btree, heap } = writer.writeGroup(planned);
    const bytes = writer.out.join();
    bytes.set(superblock(address, btree, heap, bytes.length));
    return bytes;
  }
}

interface H5DatasetInput {
  readonly array: ArrayData;
  readonly attributes: ReadonlyMap<string, AttributeInput>;
}

interface PlannedAttribute {
  readonly name: string;
  readonly array: ArrayData | null;
  /** For text: where each element will lie. */
  readonly references: readonly TextReference[];
}
interface PlannedGroup {
  readonly attributes: readonly PlannedAttribute[];
  readonly children: readonly (readonly [string, PlannedGroup | PlannedDataset])[];
}
interface PlannedDataset {
  readonly attributes: readonly PlannedAttribute[];
  readonly array: ArrayData;
  readonly references: readonly TextReference[];
}

function asArray(value: AttributeInput): ArrayData | null {
  if (value === null) return null;
  if (typeof value === 'string') return { dtype: 'string', shape: [], data: [value] };
  if (isTexts(value)) {
    // h5py stores an empty list as float64.
    if (value.length === 0) return { dtype: 'float64', shape: [0], data: new Float64Array(0) };
    return { dtype: 'string', shape: [value.length], data: [...value] };
  }
  return value;
}
const isTexts = (value: readonly string[] | ArrayData): value is readonly string[] => Array.isArray(value);

class Writer {
  readonly out = new ByteParts().zeros(SUPERBLOCK);
  readonly #heaps: { bytes: Uint8Array; reference: TextReference }[][] = [];
  #heapSize = Number.POSITIVE_INFINITY;

  /** Puts every text of the tree into a heap, before anything that refers to it is written. */
  plan(group: H5Builder): PlannedGroup {
    const attributes = this.#planAttributes(group.attributes);
    const children = [...group.children].map(([name, child]) => {
      if (child instanceof H5Builder) return [name, this.plan(child)] as const;
      const references = this.#texts(child.array);
      return [name, { attributes: this.#planAttributes(child.attributes), array: child.array, references }] as const;
    });
    return { attributes, children };
  }

  #planAttributes(attributes: ReadonlyMap<string, AttributeInput>): PlannedAttribute[] {
    return [...attributes].map(([name, value]) => {
      const array = asArray(value);
      return { name, array, references: this.#texts(array) };
    });
  }

  #texts(array: ArrayData | null): TextReference[] {
    if (array?.dtype !== 'string') return [];
    return stringsOf(array).map((element) => {
      const bytes = encodeText(element);
      const reference: TextReference = { length: bytes.length, address: 0, index: 0 };
      if (bytes.length === 0) return reference;
      if (this.#heapSize >= FULL_HEAP) {
        this.#heaps.push([]);
        this.#heapSize = 0;
      }
      const heap = this.#heaps.at(-1)!;
      heap.push({ bytes, reference });
      reference.index = heap.length;
      this.#heapSize += 16 + bytes.length;
      return reference;
    });
  }

  writeHeaps(): void {
    const { out } = this;
    for (const heap of this.#heaps) {
      const address = out.length;
      const used = heap.reduce((size, { bytes }) => size + 16 + Math.ceil(bytes.length / 8) * 8, 16);
      const size = Math.max(SMALLEST_HEAP, used);
      out.text('GCOL').u32(1).u64(size);
      for (const { bytes, reference } of heap) {
        reference.address = address;
        out.u16(reference.index).u16(0).u32(0).u64(bytes.length).bytes(bytes).align(8);
      }
      // What is left is an object of number 0, its own head included in its size.
      if (size > used)
        out
          .u64(0)
          .u64(size - used)
          .zeros(size - used - 16);
    }
  }

  writeGroup(group: PlannedGroup): { address: number; btree: number; heap: number } {
    const entries = group.children.map(([name, child]) => {
      const address = 'array' in child ? this.#writeDataset(child) : this.writeGroup(child).address;
      return { name: encodeText(name), address };
    });
    const { btree, heap } = writeGroupIndex(this.out, entries);
    const messages = [symbolTableMessage(btree, heap), ...this.#attributeMessages(group.attributes)];
    const address = this.out.length;
    this.out.bytes(objectHeader(messages));
    return { address, btree, heap };
  }

  #attributeMessages(attributes: readonly PlannedAttribute[]) {
    return attributes.map(({ name, array, references }) => attributeMessage(name, array, references));
  }

  #writeDataset({ array, references, attributes }: PlannedDataset): number {
    const { out } = this;
    out.align(8);
    const data = array.dtype === 'string' ? encodeReferences(references) : encodeElements(array);
    const place = out.length;
    out.bytes(data).align(8);
    const address = out.length;
    out.bytes(
      objectHeader([
        dataspaceMessage(array.shape),
        datatypeMessage(array.dtype),
        fillValueMessage(),
        contiguousLayoutMessage(data.length === 0 ? NOWHERE : BigInt(place), data.length),
        ...this.#attributeMessages(attributes),
      ]),
    );
    return address;
  }
}

function encodeReferences(references: readonly TextReference[]): Uint8Array {
  const out = new ByteParts();
  for (const { length, address, index } of references) out.u32(length).u64(address).u32(index);
  return out.join();
}

/** Version 0: addresses and lengths of 8 bytes, 8 links in a leaf, 32 children in a node. */
function superblock(root: number, btree: number, heap: number, end: number): Uint8Array {
  const out = new ByteParts().bytes(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a));
  out.u32(0).u8(0).u8(8).u8(8).u8(0).u16(4).u16(16).u32(0);
  out.u64(0).u64(NOWHERE).u64(end).u64(NOWHERE);
  out.u64(0).u64(root).u32(1).u32(0).u64(btree).u64(heap);
  return out.join();
}
