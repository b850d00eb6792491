// Object headers: the list of messages that describes a group, a dataset or a named datatype.
// Owns: header versions 1 and 2, continuation blocks, shared (committed) messages. Leaves each message's meaning to others.
import type { ByteCursor } from '../byte-cursor.ts';
import type { Hdf5File } from './hdf5-file.ts';
import { lookup3 } from './lookup3.ts';

export const MessageType = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  oldFillValue: 0x04,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

export interface Message {
  readonly type: number;
  /** Bit 1: the body is a reference to a message elsewhere. */
  readonly flags: number;
  /** A cursor over the body, fresh for every caller. */
  body(): ByteCursor;
}

const SHARED = 2;

/** The messages of the object whose header is at `address`. */
export function readObjectHeader(file: Hdf5File, address: number): Message[] {
  const start = file.at(address, 'an object header');
  return start.bytes[start.position] === 0x4f ? readNewHeader(file, address) : readOldHeader(file, address);
}

/** The first message of a type, or undefined. */
export const findMessage = (messages: readonly Message[], type: number): Message | undefined =>
  messages.find((message) => message.type === type);

/** A cursor over a message's body, or over the body of the message that it shares. */
export function messageBody(file: Hdf5File, message: Message): ByteCursor {
  const body = message.body();
  return message.flags & SHARED ? sharedBody(file, body, message.type) : body;
}

/** Follows a shared message to the committed object that holds it. */
export function sharedBody(file: Hdf5File, reference: ByteCursor, type: number): ByteCursor {
  const version = reference.u8();
  const kind = reference.u8();
  if (version === 1) reference.take(6);
  if (version === 3 && kind === 1)
    file.refuse('unsupported', 'it shares messages in a heap, which is not read; rewrite it with h5py');
  const address = file.address(reference) ?? reference.fail('a shared message nowhere');
  const target = findMessage(readObjectHeader(file, address), type);
  if (!target || target.flags & SHARED) return reference.fail('a shared message that does not exist');
  return target.body();
}

interface Block {
  readonly start: number;
  readonly length: number;
}

function readOldHeader(file: Hdf5File, address: number): Message[] {
  const cursor = file.structure(address, '', 'an object header');
  const version = cursor.u8();
  if (version !== 1) cursor.fail(`an object header of version ${version}`);
  cursor.take(7);
  const blocks: Block[] = [{ start: address + 16, length: cursor.u32() }];
  const messages: Message[] = [];
  for (const block of blocks) {
    checkBlocks(file, blocks);
    const body = file.structure(block.start, '', 'an object header', block.length);
    while (body.remaining >= 8) {
      const type = body.u16();
      const size = body.u16();
      const flags = body.u8();
      body.take(3);
      addMessage(file, messages, blocks, body, type, flags, size);
    }
  }
  return messages;
}

function readNewHeader(file: Hdf5File, address: number): Message[] {
  const cursor = file.structure(address, 'OHDR', 'an object header');
  const first = cursor.position - 4;
  const version = cursor.u8();
  if (version !== 2) cursor.fail(`an object header of version ${version}`);
  const flags = cursor.u8();
  if (flags & 0x20) cursor.take(16);
  if (flags & 0x10) cursor.take(4);
  const length = cursor.unsigned(1 << (flags & 3));
  const prefix = cursor.position - first;
  const blocks: Block[] = [{ start: address, length: prefix + length + 4 }];
  const messages: Message[] = [];
  for (const block of blocks) {
    checkBlocks(file, blocks);
    const isFirst = block === blocks[0];
    const body = file.structure(block.start, isFirst ? 'OHDR' : 'OCHK', 'an object header', block.length);
    const covered = file.bytes.subarray(body.position - 4, body.end - 4);
    if (isFirst) body.take(prefix - 4);
    while (body.remaining >= 4 + 4 + (flags & 4 ? 2 : 0)) {
      const type = body.u8();
      const size = body.u16();
      const messageFlags = body.u8();
      if (flags & 4) body.take(2);
      addMessage(file, messages, blocks, body, type, messageFlags, size);
    }
    body.take(body.remaining - 4);
    if (body.u32() !== lookup3(covered)) body.fail('the checksum of an object header is wrong');
  }
  return messages;
}

function checkBlocks(file: Hdf5File, blocks: readonly Block[]): void {
  // Each block is at least one continuation message; more than the file can hold is a cycle.
  if (new Set(blocks.map((block) => block.start)).size < blocks.length)
    file.fail('an object header continues into itself');
}

function addMessage(
  file: Hdf5File,
  messages: Message[],
  blocks: Block[],
  block: ByteCursor,
  type: number,
  flags: number,
  size: number,
): void {
  const start = block.take(size);
  const body = () => file.slice(start, start + size, `message 0x${type.toString(16)}`);
  if (type === MessageType.continuation) {
    const cursor = body();
    const next = file.address(cursor) ?? cursor.fail('a continuation nowhere');
    blocks.push({ start: next, length: file.length(cursor) });
  } else {
    messages.push({ type, flags, body });
  }
}
