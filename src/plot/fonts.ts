// Fonts for PNGs: a machine without any (a bare container), or without Chinese ones, still shows text.
// Owns: handing the packaged font and the user's own (CORNU_PLOT_FONT) to sharp. The machine's fonts come first: the
// list in text.ts names them, and these are asked only for what no named font has. SVG and HTML use the viewer's fonts.
import type sharp from 'sharp';
import { FileError } from '../base/errors.ts';
import { platform } from '../platform/platform.ts';

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
  const own = platform().env('CORNU_PLOT_FONT');
  if (own) {
    try {
      await addFont(sharpModule, own);
    } catch (cause) {
      throw new FileError(
        `plt.savefig: CORNU_PLOT_FONT names '${own}', which cannot be read as a font; wanted a .ttf, .otf or .ttc file. ` +
          `${cause instanceof Error ? cause.message : cause}`,
        { cause },
      );
    }
  }
  try {
    const [{ notoSansSC }, { unzlibSync }] = await Promise.all([
      import('./generated/noto-sans-sc.ts'),
      import('fflate'),
    ]);
    const packed = Uint8Array.from(atob(notoSansSC), (letter) => letter.charCodeAt(0));
    await addFont(sharpModule, await platform().temporaryFile('noto-sans-sc.ttf', unzlibSync(packed)));
  } catch {
    // A machine where no temporary file can be written draws with the fonts it has.
  }
}

/** sharp takes fonts only by way of drawing a text with them; afterwards they serve for SVG too. */
async function addFont(sharpModule: typeof sharp, file: string): Promise<void> {
  await sharpModule({ text: { text: '一', font: 'sans-serif', fontfile: file } })
    .png()
    .toBuffer();
}
