// BMP pictures without compression, as TensorFlow reads them: 8, 24 and 32 bits a pixel.
// Owns: the header's checks, the order of rows and colours. An 8-bit picture's indices stand for gray: its palette is not looked at.
import { checkSize, type Picture, refuse } from './image.ts';

/** Pixels of `channels` channels (0: the file's own). */
export function decodeBmp(bytes: Uint8Array, channels = 0, file = ''): Picture {
  if (bytes.length < 32) refuse(file, `the BMP file is cut off: ${bytes.length} bytes, wanted at least 32.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getInt32(10, true);
  const width = view.getInt32(18, true);
  const declared = view.getInt32(22, true);
  const height = Math.abs(declared);
  const bits = view.getInt16(28, true);
  const own = Math.trunc(bits / 8);
  if (own !== 1 && own !== 3 && own !== 4)
    refuse(file, `BMP files of ${bits} bits a pixel cannot be read; wanted 8, 24 or 32.`);
  checkSize(file, width, height, own);
  const rowBytes = Math.floor((own * width + 3) / 4) * 4;
  const excess = bytes.length - start - rowBytes * height;
  if (start < 0 || excess !== 0)
    refuse(
      file,
      `the BMP file has ${bytes.length} bytes; its header speaks of ${start + rowBytes * height}${excess < 0 ? ': it is cut off' : ''}.`,
    );
  const wanted = channels || own;
  const data = new Uint8Array(width * height * wanted);
  for (let y = 0, to = 0; y < height; y++) {
    let from = start + (declared < 0 ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++, from += own, to += wanted) {
      data[to] = bytes[own === 1 ? from : from + 2]!;
      if (wanted >= 3) {
        data[to + 1] = bytes[own === 1 ? from : from + 1]!;
        data[to + 2] = bytes[from]!;
      }
      if (wanted === 4) data[to + 3] = own === 4 ? bytes[from + 3]! : 255;
    }
  }
  return { width, height, channels: wanted, data };
}
