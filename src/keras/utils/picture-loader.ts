// Loads the pictures of data sets: on the calling thread first, in workers once there is enough to do.
// Owns: that choice, and how many groups are loaded at once. Leaves files and pixels to load-group.ts, memory to
// picture-rooms.ts, workers to worker-pool.ts.
import { threadsFor } from '../../base/threads.ts';
import { trace } from '../../base/trace.ts';
import { platform } from '../../platform/platform.ts';
import { WorkerEnded, WorkerPool } from '../../platform/worker-pool.ts';
import {
  bytesOf,
  type FailedPictures,
  loadGroup,
  type PictureFile,
  type PicturePixels,
  pixelsOn,
  sizeOfPicture,
} from './load-group.ts';
import type { PixelRequest } from './load-pixels.ts';
import { handOut, type Room, takeRoom } from './picture-rooms.ts';

/** Milliseconds of loading on the calling thread after which workers are started: a few pictures are sooner loaded than those. */
const START_AFTER = 150;
/** Bytes of a group, and of all groups that are loaded ahead; never less than two groups. */
const [GROUP_BYTES, AHEAD_BYTES] = [2 ** 26, 2 ** 28];

/** Megabytes for new objects of a worker: a picture makes few. */
const YOUNG = 6;

let spent = 0;
let shared: WorkerPool | undefined;

/** The workers of all data sets; undefined where there are none, or not yet. */
function pool(): WorkerPool | undefined {
  if (shared === undefined && spent >= START_AFTER) {
    const threads = threadsFor(platform().hardwareConcurrency);
    const file = new URL('./pixels-worker.js', import.meta.url);
    // The sources run as they are, where the program can load them.
    if (import.meta.url.endsWith('.ts')) file.pathname = file.pathname.replace(/js$/, 'ts');
    if (threads > 1) shared = new WorkerPool(file, threads, {}, { maxYoungGenerationSizeMb: YOUNG });
    else spent = Number.NEGATIVE_INFINITY;
  }
  return shared?.failure === null ? shared : undefined;
}

/** How many of a data set's pictures make a group: a batch, where that is not too large. */
export function groupSize(request: PixelRequest, batchSize: number | null): number {
  const bytes = bytesOf(sizeOfPicture(request), request);
  return Math.max(1, Math.min(batchSize ?? 16, Math.floor(GROUP_BYTES / bytes)));
}
/** How many groups of that size are to be on their way at once. */
export function groupsAhead(request: PixelRequest, size: number): number {
  const bytes = bytesOf(sizeOfPicture(request) * size, request);
  const workers = pool();
  return workers ? Math.max(2, Math.min(workers.size + 1, Math.floor(AHEAD_BYTES / bytes))) : 1;
}

/** The pixels to be given away. */
const given = (room: Room | null, pixels: PicturePixels, request: PixelRequest): PicturePixels =>
  room ? pixelsOn(handOut(room), pixels.length, request) : pixels;

/** Pixels that `fill` writes, all of them. */
export function newPixels(count: number, request: PixelRequest, fill: (pixels: PicturePixels) => void): PicturePixels {
  const bytes = bytesOf(count, request);
  const room = takeRoom(bytes);
  const pixels = pixelsOn(room?.buffer ?? new ArrayBuffer(bytes), count, request);
  fill(pixels);
  return given(room, pixels, request);
}

const tracks: boolean[] = [];
/** The same answer; a trace shows from when to when it was waited for, in the first row that is free. */
async function traced<T>(pictures: number, answer: Promise<T>): Promise<T> {
  const free = tracks.indexOf(false);
  const track = free < 0 ? tracks.length : free;
  tracks[track] = true;
  const start = performance.now();
  try {
    return await answer;
  } finally {
    tracks[track] = false;
    const duration = performance.now() - start;
    trace({ name: 'load pictures', start, duration, args: { pictures }, track: track + 1 });
  }
}

export interface PictureGroup {
  readonly pixels: PicturePixels;
  readonly failed: FailedPictures;
}

/** A group of pictures. Those that fail in a worker are loaded here, so that the error is the reader's own. */
export async function loadPictures(files: readonly PictureFile[], request: PixelRequest): Promise<PictureGroup> {
  const workers = pool();
  const size = sizeOfPicture(request);
  const count = files.length * size;
  const room = takeRoom(bytesOf(count, request));
  if (workers) {
    try {
      const answer = (await traced(files.length, workers.ask({ files, request, room }))) as {
        pixels: PicturePixels | null;
        failed: readonly number[];
      };
      const loaded = answer.pixels ?? pixelsOn(room!.buffer, count, request);
      const failed: { index: number; error: unknown }[] = [];
      for (const index of answer.failed) {
        const part = loaded.subarray(index * size, (index + 1) * size);
        for (const { error } of await loadGroup([files[index]!], request, part)) failed.push({ index, error });
      }
      return { pixels: given(room, loaded, request), failed };
    } catch (error) {
      // Without workers the calling thread does it.
      if (!(error instanceof WorkerEnded)) throw error;
    }
  }
  const start = performance.now();
  const pixels = pixelsOn(room?.buffer ?? new ArrayBuffer(bytesOf(count, request)), count, request);
  const failed = await loadGroup(files, request, pixels);
  spent += performance.now() - start;
  return { pixels: given(room, pixels, request), failed };
}
