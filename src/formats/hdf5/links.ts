// The links of a group: names and where their objects are.
// Owns: symbol tables (B-tree of version 1, local heap), link messages. Soft and external links are named, never followed.
// Dense storage (libver='latest' with more than eight links) is in dense.ts.
import { decodeText } from '../array-data.ts';
import type { ByteCursor } from '../byte-cursor.ts';
import { readDense } from './dense.ts';
import type { Hdf5File } from './hdf5-file.ts';
import { findMessage, type Message, MessageType } from './object-header.ts';

/** Where a link leads: an object header's address, or, for links that are not followed, what they are. */
export type Link = number | 'soft link' | 'external link';

/** The links of the group with these messages, in the order of the file. */
export function readLinks(file: Hdf5File, messages: readonly Message[], place: string): Map<string, Link> {
  const links = new Map<string, Link>();
  const add = (name: string, link: Link) => {
    if (name === '' || name.includes('/')) file.fail(`${place} has an entry named '${name}'`);
    if (links.has(name)) file.fail(`${place} has two entries named '${name}'`);
    links.set(name, link);
  };
  const table = findMessage(messages, MessageType.symbolTable);
  if (table) readSymbolTable(file, table.body(), place, add);
  for (const message of messages) {
    if (message.type === MessageType.link) readLink(file, message.body(), add);
  }
  const info = findMessage(messages, MessageType.linkInfo)?.body();
  if (info) {
    info.take(1);
    if (info.u8() & 1) info.take(8);
    for (const body of readDense(file, info, place)) readLink(file, body, add);
  }
  return links;
}

function readLink(file: Hdf5File, cursor: ByteCursor, add: (name: string, link: Link) => void): void {
  const version = cursor.u8();
  if (version !== 1) cursor.fail(`a link of version ${version}`);
  const flags = cursor.u8();
  const type = flags & 8 ? cursor.u8() : 0;
  if (flags & 4) cursor.take(8);
  if (flags & 16) cursor.take(1);
  const name = String(decodeText(cursor.view(cursor.unsigned(1 << (flags & 3)))));
  if (type === 0) add(name, file.address(cursor) ?? cursor.fail('a link to nowhere'));
  else add(name, type === 1 ? 'soft link' : 'external link');
}

function readSymbolTable(
  file: Hdf5File,
  message: ByteCursor,
  place: string,
  add: (name: string, link: Link) => void,
): void {
  const root = file.address(message) ?? message.fail('no B-tree');
  const heapAddress = file.address(message) ?? message.fail('no heap');
  const heap = file.structure(heapAddress, 'HEAP', `the names in ${place}`);
  heap.take(4);
  const heapSize = file.length(heap);
  file.length(heap);
  const names = file.at(file.address(heap) ?? heap.fail('no names'), `the names in ${place}`, heapSize);
  const nameAt = (offset: number): string => {
    const start = names.position + offset;
    const end = offset < heapSize ? names.bytes.indexOf(0, start) : -1;
    if (end < 0 || end >= names.end) return names.fail(`a name at ${offset}`);
    file.spend(end - start);
    return String(decodeText(names.bytes.subarray(start, end)));
  };
  const seen = new Set<number>();
  const visit = (address: number, level: number | undefined) => {
    if (seen.has(address)) file.fail(`the index of ${place} is a circle`);
    seen.add(address);
    const cursor = file.structure(address, 'TREE', `the index of ${place}`);
    const type = cursor.u8();
    const found = cursor.u8();
    if (type !== 0 || (level !== undefined && found !== level))
      cursor.fail(`a node of type ${type} and level ${found}`);
    const used = cursor.u16();
    cursor.take(2 * file.offsetSize);
    file.spend(used * (file.lengthSize + file.offsetSize));
    for (let i = 0; i < used; i++) {
      cursor.take(file.lengthSize);
      const child = file.address(cursor) ?? cursor.fail('a child nowhere');
      if (found > 0) visit(child, found - 1);
      else readSymbols(file, child, place, nameAt, add);
    }
  };
  visit(root, undefined);
}

function readSymbols(
  file: Hdf5File,
  address: number,
  place: string,
  nameAt: (offset: number) => string,
  add: (name: string, link: Link) => void,
): void {
  const cursor = file.structure(address, 'SNOD', `the index of ${place}`);
  const version = cursor.u8();
  if (version !== 1) cursor.fail(`symbols of version ${version}`);
  cursor.take(1);
  const count = cursor.u16();
  file.spend(count * 40);
  for (let i = 0; i < count; i++) {
    const name = nameAt(cursor.u64());
    const header = file.address(cursor);
    const isSoft = cursor.u32() === 2;
    cursor.take(20);
    add(name, isSoft ? 'soft link' : (header ?? cursor.fail(`'${name}' leads nowhere`)));
  }
}
