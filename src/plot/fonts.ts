// Fonts for PNGs: a machine without any (a bare container), or without Chinese ones, still shows text.
// Owns: handing the packaged font and the user's own (CORNU_PLOT_FONT) to sharp. The machine's fonts come first: the
// list in text.ts names them, and these are asked only for what no named font has. SVG and HTML use the viewer's fonts.
import type sharp from 'sharp';
import { FileError } from '../base/errors.ts';
import { type Platform, platform } from '../platform/platform.ts';

/** Where the packaged font is unpacked, once for each user; a new one made by tools/make-plot-font.py needs a new name. */
const unpacked = '.cache/cornu/noto-sans-sc-1.ttf';

let provided: Promise<void> | undefined;

/** Makes the fonts known, once; before the first text is drawn, since each of sharp's threads then keeps its list. */
export function provideFonts(sharpModule: typeof sharp): Promise<void> {
  provided ??= provide(sharpModule).catch((cause) => {
    provided = undefined;
    throw cause;
  });
  return provided;
}

async function provide(sharpModule: typeof sharp): Promise<void> {
  const machine = await platform();
  const own = machine.env('CORNU_PLOT_FONT');
  if (own) {
    await checkFont(machine, own);
    await addFont(sharpModule, own);
  }
  try {
    await addFont(sharpModule, await packagedFont(machine));
  } catch {
    // A machine where no file can be written draws with the fonts it has.
  }
}

/** The first four bytes of TrueType and OpenType fonts and their collections, one letter a byte. */
const signatures = ['\0\x01\0\0', 'OTTO', 'true', 'ttcf'];

/** Throws unless the file is a font: sharp would go on without it and say nothing. */
async function checkFont(machine: Platform, path: string): Promise<void> {
  const start = (await machine.readFile(path)).subarray(0, 4);
  if (signatures.includes(String.fromCharCode(...start))) return;
  throw new FileError(
    `plt.savefig: CORNU_PLOT_FONT names '${path}', which is no font; wanted a .ttf, .otf or .ttc file (no .woff).`,
  );
}

/** The path of the packaged font, unpacked when it is not there yet: sharp takes fonts only as files. */
async function packagedFont(machine: Platform): Promise<string> {
  const path = `${machine.homeFolder}/${unpacked}`;
  if (await machine.exists(path)) return path;
  const { notoSansSC } = await import('./generated/noto-sans-sc.ts');
  const packed = Uint8Array.from(atob(notoSansSC), (letter) => letter.charCodeAt(0));
  await machine.writeFile(path, await machine.unpack(packed, 'zlib'));
  return path;
}

/** sharp takes fonts only by way of drawing a text with them; afterwards they serve for SVG too. */
async function addFont(sharpModule: typeof sharp, file: string): Promise<void> {
  await sharpModule({ text: { text: '一', font: 'sans-serif', fontfile: file } })
    .png()
    .toBuffer();
}
