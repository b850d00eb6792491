// What a worker that loads pictures runs: groups of files to pixels, into shared memory where the asker gives some, else into
// buffers that go back without being copied. Errors stay here: the thread that asks loads those files itself, and meets them.
import { ResizeMemory } from '../../ops/image/plain-resize-kernels.ts';
import { answering } from '../../platform/worker-pool.ts';
import { bytesOf, loadGroup, type PictureFile, pixelsOn, sizeOfPicture } from './load-group.ts';
import type { PixelRequest } from './load-pixels.ts';
import type { Room } from './picture-rooms.ts';

answering(async (question) => {
  const { files, request, room } = question as {
    files: readonly PictureFile[];
    request: PixelRequest;
    room: Room | null;
  };
  const count = files.length * sizeOfPicture(request);
  if (room?.memory) {
    const { memory, scratch } = room.memory;
    const pixels = pixelsOn(memory.buffer, count, request);
    const failed = await loadGroup(files, request, pixels, true, ResizeMemory.beside(memory, scratch));
    return { answer: { pixels: null, failed: failed.map(({ index }) => index) } };
  }
  const own = room ? null : new ArrayBuffer(bytesOf(count, request));
  const pixels = pixelsOn(room?.buffer ?? own!, count, request);
  const failed = (await loadGroup(files, request, pixels, true)).map(({ index }) => index);
  return own ? { answer: { pixels, failed }, transfer: [own] } : { answer: { pixels: null, failed } };
});
