// Dense storage: links and attributes of an object that has many of them, as libver='latest' and tracked order write it.
// Owns: the fractal heap and the B-tree of version 2 that lists its entries. Leaves the entries, which are the bodies of
// link and attribute messages, to links.ts and attributes.ts.
import type { ByteCursor } from '../byte-cursor.ts';
import type { Hdf5File } from './hdf5-file.ts';

/**
 * The bodies of all entries; `info` stands before the heap's address in a link info or attribute info message.
 */
export function readDense(file: Hdf5File, info: ByteCursor, place: string): ByteCursor[] {
  const heapAddress = file.address(info);
  const treeAddress = file.address(info);
  if (heapAddress === undefined || treeAddress === undefined) return [];
  const heap = readHeap(file, heapAddress, place);
  return readRecords(file, treeAddress, place).map((id) => heap(id));
}

/** Bytes that a number up to `most` takes. */
const widthOf = (most: number) => Math.max(1, Math.ceil(Math.log2(most + 1) / 8));

function unsigned(cursor: ByteCursor, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value += cursor.u8() * 2 ** (8 * i);
  return value;
}

/** The heap IDs of every record, in the tree's order. */
function readRecords(file: Hdf5File, address: number, place: string): ByteCursor[] {
  const what = `the index of ${place}`;
  const head = file.structure(address, 'BTHD', what);
  head.take(1);
  const type = head.u8();
  const nodeSize = head.u32();
  const recordSize = head.u16();
  const depth = head.u16();
  head.take(2);
  const root = file.address(head);
  const rootCount = head.u16();
  // Records of links by name begin with a hash of 4 bytes, those of attributes by name with the heap ID.
  const idStart = type === 5 ? 4 : type === 8 ? 0 : head.fail(`an index of type ${type}`);
  const idSize = type === 5 ? 7 : 8;
  if (recordSize < idStart + idSize || nodeSize < 16 || depth > 8) head.fail('an index of unsound sizes');
  // How many bytes a child's count takes follows from how many records a node has room for, level by level.
  const countWidths: number[] = [];
  const totalWidths: number[] = [0];
  let below = Math.floor((nodeSize - 10) / recordSize);
  let total = below;
  for (let level = 1; level <= depth; level++) {
    countWidths[level] = widthOf(Math.floor((nodeSize - 10) / recordSize));
    const pointer = file.offsetSize + countWidths[level]! + totalWidths[level - 1]!;
    below = Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer));
    total = (below + 1) * total + below;
    totalWidths[level] = widthOf(total);
  }
  const ids: ByteCursor[] = [];
  const visit = (node: number, count: number, level: number) => {
    const cursor = file.structure(node, level > 0 ? 'BTIN' : 'BTLF', what, nodeSize);
    file.spend(nodeSize);
    cursor.take(2);
    const records = Array.from({ length: count }, () => cursor.take(recordSize));
    const add = (start: number) => ids.push(file.slice(start + idStart, start + idStart + idSize, what));
    if (level === 0) return records.forEach(add);
    for (let i = 0; i <= count; i++) {
      const child = file.address(cursor) ?? cursor.fail('a child nowhere');
      const childCount = unsigned(cursor, countWidths[level]!);
      cursor.take(totalWidths[level - 1]!);
      visit(child, childCount, level - 1);
      if (i < count) add(records[i]!);
    }
  };
  if (root !== undefined && rootCount > 0) visit(root, rootCount, depth);
  return ids;
}

interface Heap {
  readonly width: number;
  readonly startSize: number;
  readonly largestDirect: number;
  readonly offsetWidth: number;
  readonly root: number;
  readonly rootRows: number;
}

/** A function from heap IDs to the objects' bytes. */
function readHeap(file: Hdf5File, address: number, place: string): (id: ByteCursor) => ByteCursor {
  const what = `the heap of ${place}`;
  const head = file.structure(address, 'FRHP', what);
  head.take(3);
  const filters = head.u16();
  if (filters > 0) file.refuse('unsupported', `${what} is packed, which cornu does not read`);
  head.take(1);
  const largestObject = head.u32();
  head.take(2 * file.lengthSize + 2 * file.offsetSize + 8 * file.lengthSize);
  const width = head.u16();
  const startSize = file.length(head);
  const largestDirect = file.length(head);
  const offsetWidth = Math.ceil(head.u16() / 8);
  head.take(2);
  const root = file.address(head) ?? head.fail('an empty heap');
  const rootRows = head.u16();
  const heap: Heap = { width, startSize, largestDirect, offsetWidth, root, rootRows };
  if (width === 0 || startSize === 0 || offsetWidth === 0 || offsetWidth > 8) head.fail('a heap of unsound sizes');
  const lengthWidth = Math.min(widthOf(largestDirect), widthOf(largestObject));
  return (id) => {
    const kind = (id.u8() >> 4) & 3;
    if (kind !== 0)
      file.refuse(
        'unsupported',
        `${what} holds an entry of another kind than cornu reads; write the file with h5py's defaults`,
      );
    const offset = unsigned(id, offsetWidth);
    const length = unsigned(id, lengthWidth);
    const block = findBlock(file, heap, offset, what);
    if (offset - block.offset + length > block.size) id.fail('an entry that leaves its block');
    file.spend(length);
    return file.at(block.address + offset - block.offset, what, length);
  };
}

/** The direct block that holds an offset: rows of `width` blocks, the first two rows of the starting size, then doubling. */
function findBlock(file: Hdf5File, heap: Heap, offset: number, what: string) {
  let { root: address, rootRows: rows } = heap;
  let start = 0;
  if (rows === 0) return { address, offset: 0, size: heap.startSize };
  for (let depth = 0; depth < 32; depth++) {
    const cursor = file.structure(address, 'FHIB', what);
    cursor.take(1 + file.offsetSize + heap.offsetWidth);
    let found: { child: number; offset: number; size: number } | undefined;
    for (let row = 0, at = start; row < rows && !found; row++) {
      const size = heap.startSize * 2 ** Math.max(0, row - 1);
      const inRow = Math.floor((offset - at) / size);
      if (inRow < heap.width) {
        cursor.take((row * heap.width + inRow) * file.offsetSize);
        found = { child: file.address(cursor) ?? cursor.fail('a block nowhere'), offset: at + inRow * size, size };
      }
      at += size * heap.width;
    }
    if (!found) return cursor.fail(`no block for offset ${offset}`);
    if (found.size <= heap.largestDirect) return { address: found.child, offset: found.offset, size: found.size };
    // An indirect block of this size has as many rows as make up its span.
    address = found.child;
    start = found.offset;
    rows = Math.log2(found.size / (heap.startSize * heap.width)) + 1;
  }
  return file.fail(`${what} is nested too deeply`);
}
