// Memory for batches of pictures, which is used again once nobody holds what lay there before.
// Owns: when that is, and how V8 is brought to find out. What lies in it is load-group.ts's business.
//
// Why not simply new buffers: a batch of 32 pictures takes 25 MB. New pages cost a third of the decoding, and V8 counts ordinary
// buffers against its heap and collects everything at every other batch. Shared ones it does not count, and so leaves them lying.
import { BEYOND } from '../../ops/image/plain-resize-kernels.ts';
import { isNode } from '../../platform/platform.ts';

/** Bytes of memory that waits to be used again; and bytes handed out after which V8 is to look for what is no longer held. */
const [MOST_FREE, LOOK_AFTER] = [2 ** 29, 2 ** 28];
/** V8 begins to collect when ordinary buffers have grown by 64 MiB. */
const COLLECTS_AT = 65 * 2 ** 20;
/** Milliseconds after which unused memory is given up. */
const PATIENCE = 10_000;

/** Bytes of a room from which on it is WebAssembly's: each of those takes much of the address space. */
const [ASSEMBLED_FROM, PAGE] = [2 ** 22, 2 ** 16];
/** Pages of the kernels' own that a room begins with, and may grow to. */
const [SCRATCH, MOST_SCRATCH] = [4, 1024];

/** Memory for a batch. */
export interface Room {
  readonly buffer: SharedArrayBuffer;
  /** The same memory with room for kernels behind it: they write their results where they belong. */
  readonly memory: { readonly memory: WebAssembly.Memory; readonly scratch: number } | null;
}

function newRoom(bytes: number): Room {
  if (bytes >= ASSEMBLED_FROM)
    try {
      const pages = Math.ceil((bytes + BEYOND) / PAGE);
      const size = { initial: pages + SCRATCH, maximum: pages + MOST_SCRATCH };
      const memory = new WebAssembly.Memory({ ...size, shared: true });
      return {
        buffer: memory.buffer as ArrayBufferLike as SharedArrayBuffer,
        memory: { memory, scratch: pages * PAGE },
      };
    } catch {
      // No address space is left: kernels' results are copied then.
    }
  return { buffer: new SharedArrayBuffer(bytes), memory: null };
}

const free: Room[] = [];
let handedOut = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** The memory behind a handed-out buffer comes back when the buffer, and with it every array on it, is collected. */
const returned = new FinalizationRegistry((room: Room) => {
  free.push(room);
  for (let bytes = 0, i = free.length - 1; i >= 0; i--) {
    bytes += free[i]!.buffer.byteLength;
    if (bytes > MOST_FREE) free.splice(i, 1);
  }
  clearTimeout(timer);
  timer = setTimeout(() => {
    free.length = 0;
  }, PATIENCE);
  (timer as { unref?: () => void }).unref?.();
});

/** Memory of at least so many bytes that nobody else uses, with whatever was there before; null where memory cannot be shared. */
export function takeRoom(bytes: number): Room | null {
  if (!isNode()) return null;
  const found = free.findIndex(({ buffer: { byteLength } }) => byteLength >= bytes && byteLength <= 2 * bytes);
  return found < 0 ? newRoom(bytes) : free.splice(found, 1)[0]!;
}

/** The memory as a buffer to be given away: it is used again when that is collected. */
export function handOut(room: Room): SharedArrayBuffer {
  // Another object on the same memory: arrays on it keep it, this file does not.
  const buffer = structuredClone(room.buffer);
  returned.register(buffer, room);
  handedOut += buffer.byteLength;
  if (handedOut > LOOK_AFTER) {
    handedOut = 0;
    // Never touched, so it takes no memory: only V8's count goes up.
    new ArrayBuffer(COLLECTS_AT);
  }
  return buffer;
}
