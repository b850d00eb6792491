// The attributes of a group or dataset: small arrays and texts by name.
// Owns: attribute messages (versions 1 to 3), dataspaces. Values are decoded when asked for, so that one of a type that
// cornu does not read stops nobody who does not want it.
import { type ArrayData, decodeText, elementCount } from '../array-data.ts';
import type { ByteCursor } from '../byte-cursor.ts';
import { decodeValues, dtypeOf, readDatatype } from './datatype.ts';
import { readDense } from './dense.ts';
import type { Hdf5File } from './hdf5-file.ts';
import { findMessage, type Message, MessageType, sharedBody } from './object-header.ts';

/** An attribute's value: an array of shape [] for a scalar, null for an empty dataspace. */
export type AttributeValue = ArrayData | null;

const DEEPEST = 32;

/** Reads a dataspace message: the shape, or null for the space without elements. */
export function readDataspace(cursor: ByteCursor, lengthOf: (cursor: ByteCursor) => number): number[] | null {
  const version = cursor.u8();
  const rank = cursor.u8();
  const flags = cursor.u8();
  const type = cursor.u8();
  if (version < 1 || version > 2 || rank > DEEPEST) cursor.fail(`a dataspace of version ${version} and rank ${rank}`);
  if (version === 1) cursor.take(4);
  const shape = Array.from({ length: rank }, () => lengthOf(cursor));
  if (flags & 1) for (let i = 0; i < rank; i++) cursor.take(8);
  return version === 2 && type === 2 ? null : shape;
}

export class Attributes {
  readonly #values = new Map<string, () => AttributeValue>();

  constructor(file: Hdf5File, messages: readonly Message[], place: string) {
    const add = (body: ByteCursor) => {
      const { name, read } = readAttribute(file, body, place);
      if (this.#values.has(name)) file.fail(`${place} has two attributes named '${name}'`);
      this.#values.set(name, read);
    };
    for (const message of messages) if (message.type === MessageType.attribute) add(message.body());
    const info = findMessage(messages, MessageType.attributeInfo)?.body();
    if (info) {
      info.take(1);
      if (info.u8() & 1) info.take(2);
      for (const body of readDense(file, info, place)) add(body);
    }
  }

  get names(): string[] {
    return [...this.#values.keys()];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value, or undefined where there is no such attribute. */
  get(name: string): AttributeValue | undefined {
    return this.#values.get(name)?.();
  }
}

function readAttribute(
  file: Hdf5File,
  cursor: ByteCursor,
  place: string,
): { name: string; read: () => AttributeValue } {
  const version = cursor.u8();
  if (version < 1 || version > 3) cursor.fail(`an attribute of version ${version}`);
  const flags = cursor.u8();
  const [nameSize, typeSize, spaceSize] = [cursor.u16(), cursor.u16(), cursor.u16()];
  if (version === 3) cursor.take(1);
  const part = (size: number) => {
    const start = cursor.take(version === 1 ? Math.ceil(size / 8) * 8 : size);
    return () => file.slice(start, start + size, `an attribute of ${place}`);
  };
  const nameBytes = part(nameSize)().view(nameSize);
  const end = nameBytes.indexOf(0);
  const name = String(decodeText(end < 0 ? nameBytes : nameBytes.subarray(0, end)));
  const [typePart, spacePart] = [part(typeSize), part(spaceSize)];
  const start = cursor.position;
  const read = (): AttributeValue => {
    const where = `attribute '${name}' of ${place}`;
    const shape = readDataspace(spacePart(), (space) => file.length(space));
    const type = readDatatype(flags & 1 ? sharedBody(file, typePart(), MessageType.datatype) : typePart());
    const dtype = dtypeOf(type);
    if (type.kind === 'unsupported' || !dtype) {
      return file.refuse(
        'unsupported',
        `${where} holds ${type.kind === 'unsupported' ? type.what : type.kind}, which cornu does not read`,
      );
    }
    if (shape === null) return null;
    const count = elementCount(shape);
    const bytes = file.slice(start, cursor.end, where).view(count * type.size);
    return { dtype, shape, data: decodeValues(file, type, bytes, count, where) };
  };
  return { name, read };
}
