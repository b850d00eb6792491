// What a worker that loads pictures runs: groups of files to pixels, into shared memory where the asker gives some, else into
// buffers that go back without being copied. Errors stay here: the thread that asks loads those files itself, and meets them.
import { answering } from '../../platform/worker-pool.ts';
import { bytesOf, loadGroup, type PictureFile, pixelsOn, sizeOfPicture } from './load-group.ts';
import type { PixelRequest } from './load-pixels.ts';

answering(async (question) => {
  const { files, request, room } = question as {
    files: readonly PictureFile[];
    request: PixelRequest;
    room: SharedArrayBuffer | null;
  };
  const count = files.length * sizeOfPicture(request);
  const own = room ? null : new ArrayBuffer(bytesOf(count, request));
  const pixels = pixelsOn(room ?? own!, count, request);
  const failed = (await loadGroup(files, request, pixels, true)).map(({ index }) => index);
  return own ? { answer: { pixels, failed }, transfer: [own] } : { answer: { pixels: null, failed } };
});
