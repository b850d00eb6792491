// What a worker that loads pictures runs: groups of files to pixels, into shared memory where the asker gives some, else into
// buffers that go back without being copied. Errors stay here: the thread that asks loads those files itself, and meets them.
import { answering } from '../../platform/worker-pool.ts';
import { loadGroup, type PictureFile, roomFor, sizeOfPicture } from './load-group.ts';
import type { PixelRequest } from './load-pixels.ts';

answering(async (question) => {
  const { files, request, room } = question as {
    files: readonly PictureFile[];
    request: PixelRequest;
    room: Uint8Array | Float32Array | null;
  };
  const given = room ?? roomFor(files.length * sizeOfPicture(request), request);
  const { failed } = await loadGroup(files, request, given, true);
  const missing = failed.map(({ index }) => index);
  if (room || !(given.buffer instanceof ArrayBuffer)) return { answer: { failed: missing } };
  return { answer: { pixels: given, failed: missing }, transfer: [given.buffer] };
});
