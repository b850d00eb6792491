// Loads the pictures of data sets: on the calling thread first, in workers once there is enough to do.
// Owns: that choice, and how many groups are loaded at once. Leaves files and pixels to load-group.ts, workers to worker-pool.ts.
import { threadsFor } from '../../base/threads.ts';
import { isNode, platform } from '../../platform/platform.ts';
import { WorkerEnded, WorkerPool } from '../../platform/worker-pool.ts';
import { loadGroup, type PictureFile, type PictureGroup, roomFor, sizeOfPicture } from './load-group.ts';
import type { PixelRequest } from './load-pixels.ts';

/** Milliseconds of loading on the calling thread after which workers are started: a few pictures are sooner loaded than those. */
const START_AFTER = 150;
/** Bytes of a group, and of all groups that are loaded ahead; never less than two groups. */
const [GROUP_BYTES, AHEAD_BYTES] = [2 ** 26, 2 ** 28];

let spent = 0;
let shared: WorkerPool | undefined;

/** The workers of all data sets; undefined where there are none, or not yet. */
function pool(): WorkerPool | undefined {
  if (shared === undefined && spent >= START_AFTER) {
    const threads = threadsFor(platform().hardwareConcurrency);
    const file = new URL('./pixels-worker.js', import.meta.url);
    // The sources run as they are, where the program can load them.
    if (import.meta.url.endsWith('.ts')) file.pathname = file.pathname.replace(/js$/, 'ts');
    if (threads > 1) shared = new WorkerPool(file, threads);
    else spent = Number.NEGATIVE_INFINITY;
  }
  return shared?.failure === null ? shared : undefined;
}

/** How many of a data set's pictures make a group: a batch, where that is not too large. */
export function groupSize(request: PixelRequest, batchSize: number | null): number {
  const bytes = sizeOfPicture(request) * (request.method === 'nearest' ? 1 : 4);
  return Math.max(1, Math.min(batchSize ?? 16, Math.floor(GROUP_BYTES / bytes)));
}
/** How many groups of that size are to be on their way at once. */
export function groupsAhead(request: PixelRequest, size: number): number {
  const bytes = sizeOfPicture(request) * (request.method === 'nearest' ? 1 : 4) * size;
  const workers = pool();
  return workers ? Math.max(2, Math.min(workers.size + 1, Math.floor(AHEAD_BYTES / bytes))) : 1;
}

/** Shared memory that workers fill, again and again: what they were given they would hold until they collect garbage. */
const rooms: SharedArrayBuffer[] = [];
function takeRoom(count: number, { method }: PixelRequest): Uint8Array | Float32Array {
  const bytes = count * (method === 'nearest' ? 1 : 4);
  const found = rooms.findIndex((room) => room.byteLength >= bytes);
  const buffer = found < 0 ? new SharedArrayBuffer(bytes) : rooms.splice(found, 1)[0]!;
  return method === 'nearest' ? new Uint8Array(buffer, 0, count) : new Float32Array(buffer, 0, count);
}

/** A group of pictures by a worker, with the places of those that failed there. */
async function askWorker(
  workers: WorkerPool,
  files: readonly PictureFile[],
  request: PixelRequest,
): Promise<{ pixels: Uint8Array | Float32Array; failed: readonly number[] }> {
  const count = files.length * sizeOfPicture(request);
  if (!isNode()) return (await workers.ask({ files, request, room: null })) as Awaited<ReturnType<typeof askWorker>>;
  const room = takeRoom(count, request);
  const { failed } = (await workers.ask({ files, request, room })) as { failed: readonly number[] };
  const pixels = roomFor(count, request);
  pixels.set(room);
  rooms.push(room.buffer as SharedArrayBuffer);
  if (rooms.length > workers.size + 1) rooms.shift();
  return { pixels, failed };
}

/** A group of pictures. Those that fail in a worker are loaded here, so that the error is the reader's own. */
export async function loadPictures(files: readonly PictureFile[], request: PixelRequest): Promise<PictureGroup> {
  const workers = pool();
  if (workers) {
    try {
      const { pixels, failed } = await askWorker(workers, files, request);
      if (failed.length === 0) return { pixels, failed: [] };
      const again = await loadGroup(
        failed.map((index) => files[index]!),
        request,
      );
      const size = sizeOfPicture(request);
      failed.forEach((index, k) => {
        pixels.set(again.pixels.subarray(k * size, (k + 1) * size), index * size);
      });
      return { pixels, failed: again.failed.map(({ index, error }) => ({ index: failed[index]!, error })) };
    } catch (error) {
      // Without workers the calling thread does it.
      if (!(error instanceof WorkerEnded)) throw error;
    }
  }
  const start = performance.now();
  const group = await loadGroup(files, request);
  spent += performance.now() - start;
  return group;
}
