// The index of a group in the old way, which every reader knows: names in a local heap, links in leaves of eight, leaves
// under a B-tree of version 1. Owns: its bytes. Leaves the objects that the links lead to to hdf5-write.ts.
import { ByteParts } from '../byte-cursor.ts';

interface Entry {
  readonly name: Uint8Array;
  /** Of the object's header. */
  readonly address: number;
}

/** Twice the K of the superblock: links in a leaf, children of a node. */
const LINKS_IN_LEAF = 8;
const CHILDREN_OF_NODE = 32;
const NODE_SIZE = 24 + CHILDREN_OF_NODE * 8 + (CHILDREN_OF_NODE + 1) * 8;
const NOWHERE = 0xffffffffffffffffn;
/** Says in a local heap that no part of it is free. */
const NO_FREE_PART = 1;

interface Child {
  readonly address: number;
  /** The place in the heap of the last name below. */
  readonly lastName: number;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** Writes the index and returns the addresses of its tree and its heap. */
export function writeGroupIndex(out: ByteParts, entries: readonly Entry[]): { btree: number; heap: number } {
  const sorted = [...entries].sort((a, b) => compareBytes(a.name, b.name));
  out.align(8);
  const heap = out.length;
  const { names, places } = collectNames(sorted);
  out
    .text('HEAP')
    .u32(0)
    .u64(names.length)
    .u64(NO_FREE_PART)
    .u64(heap + 32)
    .bytes(names);
  let level = 0;
  let nodes = writeLeaves(out, sorted, places);
  do {
    nodes = writeNodes(out, nodes, level);
    level++;
  } while (nodes.length > 1);
  return { btree: nodes[0]!.address, heap };
}

/** Every name ends with a zero and is filled up to a multiple of 8; the empty name stands first. */
function collectNames(entries: readonly Entry[]): { names: Uint8Array; places: number[] } {
  const names = new ByteParts().u64(0);
  const places = entries.map(({ name }) => {
    const place = names.length;
    names.bytes(name).u8(0).align(8);
    return place;
  });
  return { names: names.join(), places };
}

function writeLeaves(out: ByteParts, entries: readonly Entry[], places: readonly number[]): Child[] {
  const leaves: Child[] = [];
  for (let first = 0; first < entries.length; first += LINKS_IN_LEAF) {
    const links = entries.slice(first, first + LINKS_IN_LEAF);
    leaves.push({ address: out.length, lastName: places[first + links.length - 1]! });
    out.text('SNOD').u8(1).u8(0).u16(links.length);
    links.forEach(
      ({ address }, i) =>
        void out
          .u64(places[first + i]!)
          .u64(address)
          .u32(0)
          .u32(0)
          .u64(0)
          .u64(0),
    );
    out.zeros(40 * (LINKS_IN_LEAF - links.length));
  }
  return leaves;
}

/** One level of nodes above these children; an empty group has one node without children. */
function writeNodes(out: ByteParts, children: readonly Child[], level: number): Child[] {
  const count = Math.max(1, Math.ceil(children.length / CHILDREN_OF_NODE));
  const first = out.length;
  const nodes: Child[] = [];
  let before = 0;
  for (let i = 0; i < count; i++) {
    const mine = children.slice(i * CHILDREN_OF_NODE, (i + 1) * CHILDREN_OF_NODE);
    const address = first + i * NODE_SIZE;
    const left = i > 0 ? BigInt(address - NODE_SIZE) : NOWHERE;
    const right = i + 1 < count ? BigInt(address + NODE_SIZE) : NOWHERE;
    out.text('TREE').u8(0).u8(level).u16(mine.length).u64(left).u64(right).u64(before);
    for (const child of mine) out.u64(child.address).u64(child.lastName);
    out.zeros(16 * (CHILDREN_OF_NODE - mine.length));
    before = mine.at(-1)?.lastName ?? 0;
    nodes.push({ address, lastName: before });
  }
  return nodes;
}
