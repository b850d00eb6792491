// SVG text to a PNG file's bytes: by sharp in Node, by a canvas in browsers.
// Owns: the two ways and their resolution. Leaves fonts that a machine lacks to fonts.ts.
import { CornuError } from '../base/errors.ts';
import { platform } from '../platform/platform.ts';
import { provideFonts } from './fonts.ts';

/** Dots an inch in which figures are laid out: one SVG pixel each. */
export const baseDpi = 100;

/** The picture as a PNG with so many dots an inch. */
export async function rasterize(svg: string, dpi: number): Promise<Uint8Array> {
  const { kind } = await platform();
  return kind === 'browser' ? byCanvas(svg, dpi / baseDpi) : bySharp(svg, dpi / baseDpi);
}

async function bySharp(svg: string, scale: number): Promise<Uint8Array> {
  const sharp = await loadSharp();
  await provideFonts(sharp);
  // sharp takes 72 as the density at which one SVG pixel is one pixel of the picture.
  return sharp(new TextEncoder().encode(svg), { density: 72 * scale, unlimited: true })
    .png()
    .toBuffer();
}

async function loadSharp() {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new CornuError(
      `plt.savefig: the package 'sharp', which makes PNG files, cannot be loaded here; ` +
        `install it (npm install sharp), or save as .svg or .html. ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

async function byCanvas(svg: string, scale: number): Promise<Uint8Array> {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    const context = canvas.getContext('2d');
    if (context === null) throw new CornuError('plt.savefig: this page has no 2-D canvas; save as .svg or .html.');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null) throw new CornuError('plt.savefig: the page could not make a PNG; save as .svg or .html.');
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(address);
  }
}
