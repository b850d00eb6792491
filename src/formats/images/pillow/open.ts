// Opens the bytes of a picture as Pillow does: which mode each file has.
// Owns: that choice for JPEG, PNG, GIF, BMP and WebP.
import type { WebpReader } from '../decode-picture.ts';
import { readGif } from '../gif.ts';
import { checkSize, imageFormatOf, refuse } from '../image.ts';
import { decodeJpeg } from '../jpeg/jpeg-decode.ts';
import { type PngSamples, readPng } from '../png.ts';
import { ModeImage } from './mode-image.ts';
import { openBmp } from './open-bmp.ts';

export async function openPicture(bytes: Uint8Array, file: string, readWebp: WebpReader): Promise<ModeImage> {
  switch (imageFormatOf(bytes)) {
    case 'jpeg':
      return openJpeg(bytes, file);
    case 'png':
      return openPng(await readPng(bytes, file, true));
    case 'gif':
      return openGif(bytes, file);
    case 'bmp':
      return openBmp(bytes, file);
    case 'webp': {
      const webp = await readWebp(bytes, file);
      const data = webp.data.subarray(0, webp.width * webp.height * webp.channels);
      return new ModeImage(webp.channels === 4 ? 'RGBA' : 'RGB', webp.width, webp.height, data);
    }
    default:
      return refuse(file, 'this is no picture that can be read; wanted JPEG, PNG, GIF, BMP or WebP.');
  }
}

function openJpeg(bytes: Uint8Array, file: string): ModeImage {
  const { width, height, channels, data, endedEarly } = decodeJpeg(bytes, { file });
  if (endedEarly) refuse(file, 'the JPEG file is cut off.');
  // Four inks are taken to be inverted, as Adobe writes them.
  if (channels === 4)
    return new ModeImage(
      'CMYK',
      width,
      height,
      data.map((ink) => 255 - ink),
    );
  return new ModeImage(channels === 1 ? 'L' : 'RGB', width, height, data);
}

function openPng(png: PngSamples): ModeImage {
  const { width, height, colorType, bitDepth, transparency } = png;
  const key = transparency && colorType !== 'palette' ? { transparent: [...transparency] } : {};
  const eight = (): Uint8Array =>
    png.data instanceof Uint16Array ? Uint8Array.from(png.data, (sample) => sample >> 8) : png.data;
  switch (colorType) {
    case 'palette':
      return new ModeImage('P', width, height, png.data, {
        palette: png.palette ?? new Uint8Array(0),
        ...(transparency ? { paletteAlpha: Uint8Array.from(transparency) } : {}),
      });
    case 'gray': {
      if (bitDepth === 16) return new ModeImage('I;16', width, height, png.data, key);
      const scale = 255 / ((1 << bitDepth) - 1);
      const data = scale === 1 ? png.data : png.data.map((sample) => sample * scale);
      return new ModeImage(bitDepth === 1 ? '1' : 'L', width, height, data, key);
    }
    case 'gray-alpha':
      return new ModeImage('LA', width, height, eight());
    case 'rgb':
      return new ModeImage('RGB', width, height, eight(), key);
    case 'rgb-alpha':
      return new ModeImage('RGBA', width, height, eight());
  }
}

/** The first frame on its canvas; a palette of grays in order makes a gray picture. */
function openGif(bytes: Uint8Array, file: string): ModeImage {
  const { width, height, background, frames, damage } = readGif(bytes, file, 1, true);
  const frame = frames[0] ?? refuse(file, `the GIF file holds no whole picture${damage ? `: ${damage}` : ''}.`);
  const { palette } = frame;
  const isGray = !palette || palette.every((sample, i) => sample === Math.floor(i / 3));
  const transparent = frame.transparent;
  let data = frame.indices;
  if (frame.left !== 0 || frame.top !== 0 || frame.width !== width || frame.height !== height) {
    checkSize(file, width, height, 3);
    const shown = Math.min(frame.width, Math.max(width - frame.left, 0));
    data = new Uint8Array(width * height).fill(transparent >= 0 ? transparent : background);
    for (let y = 0; y < frame.height && frame.top + y < height; y++) {
      const row = frame.indices.subarray(y * frame.width, y * frame.width + shown);
      if (shown > 0) data.set(row, (frame.top + y) * width + frame.left);
    }
  }
  if (isGray) return new ModeImage('L', width, height, data, transparent >= 0 ? { transparent: [transparent] } : {});
  const alpha = new Uint8Array(256).fill(255);
  if (transparent >= 0) alpha[transparent] = 0;
  return new ModeImage('P', width, height, data, { palette, paletteAlpha: alpha });
}
