// Decodes JPEG pictures to the very pixels of libjpeg-turbo: baseline, extended and progressive, every sampling, every
// colour space, also at 1/2, 1/4 and 1/8 of the size.
// Owns: the way from file to pixels. Leaves what TensorFlow and Pillow ask of libjpeg to their callers.
import { type Picture, refuse } from '../image.ts';
import { type ColorSpace, colorSpaceOf, interleave, rgbToGray, ycckToCmyk, yccToRgb } from './color.ts';
import type { Component, Frame } from './headers.ts';
import { JpegHeaders } from './headers.ts';
import { type DctMethod, Plane } from './planes.ts';
import { Coefficients, decodeProgressive } from './progressive.ts';
import { decodeSequential } from './scan.ts';
import { type RowSource, rowsOf } from './upsample.ts';

type Colors = 'gray' | 'rgb' | 'rgb4' | 'own';

export interface JpegOptions {
  readonly file?: string;
  readonly dctMethod?: DctMethod;
  /** Smooth interpolation of planes of lower resolution. */
  readonly fancyUpscaling?: boolean;
  /** The picture at 1/ratio of its size. */
  readonly ratio?: 1 | 2 | 4 | 8;
  /** 'own': CMYK for files of four components, gray for one, red-green-blue else; 'rgb4': the same, with gray as colours. */
  readonly colors?: Colors;
}

export interface DecodedJpeg extends Picture {
  readonly colorSpace: ColorSpace;
  readonly hasAdobeMarker: boolean;
  /** Whether the file ended before its end marker. */
  readonly endedEarly: boolean;
  /** Rows of pixels that were all there when the data ended. */
  readonly wholeHeight: number;
}

/** The size and components that a file declares. */
export function jpegShape(bytes: Uint8Array, file = ''): { height: number; width: number; channels: number } {
  const headers = new JpegHeaders(bytes, file);
  headers.nextScan();
  const frame = headers.frame ?? refuse(file, 'the JPEG data ends before its frame header.');
  return { height: frame.height, width: frame.width, channels: frame.components.length };
}

export function decodeJpeg(bytes: Uint8Array, options: JpegOptions = {}): DecodedJpeg {
  const { file = '', dctMethod = 'accurate', fancyUpscaling = true, ratio = 1, colors = 'own' } = options;
  const headers = new JpegHeaders(bytes, file);
  let frame: Frame | null = null;
  const planes = new Map<Component, Plane>();
  const stores = new Map<Component, Coefficients>();
  let endedEarly = false;
  let scans = 0;
  let wholeRows = 0;
  for (let header = headers.nextScan(); header; header = headers.nextScan()) {
    if (!frame) {
      frame = headers.frame!;
      for (const component of frame.components) {
        planes.set(component, new Plane(frame, component, blockSizeOf(frame, component, 8 / ratio), dctMethod));
        if (frame.progressive) stores.set(component, new Coefficients(component));
      }
    }
    // A real file has some ten scans; each costs a walk over the picture.
    if (++scans > 100) refuse(file, 'the JPEG data has more than 100 scans; refused.');
    const result = frame.progressive
      ? decodeProgressive(bytes, frame, header, (component) => stores.get(component)!)
      : decodeSequential(bytes, frame, header, (component) => planes.get(component)!);
    wholeRows = result.wholeRows;
    if (header.components.length === 1 && frame.components.length > 1)
      wholeRows = Math.floor(wholeRows / header.components[0]!.component.v);
    endedEarly ||= result.endedEarly;
    headers.seek(result.next);
  }
  if (!frame) return refuse(file, 'the JPEG data ends before the picture begins.');
  endedEarly ||= headers.endedEarly;
  for (const [component, store] of stores) store.transform(planes.get(component)!);
  const colorSpace = colorSpaceOf(frame, headers.sawJfif, headers.adobeTransform);
  const picture = joined(frame, [...planes.values()], colorSpace, colors, 8 / ratio, fancyUpscaling, file);
  const wholeHeight = endedEarly ? heightThere(frame, wholeRows, ratio, fancyUpscaling) : picture.height;
  return { ...picture, colorSpace, hasAdobeMarker: headers.adobeTransform !== null, endedEarly, wholeHeight };
}

/** Rows of pixels that libjpeg hands out before the data ends: interpolation between rows waits for the next ones. */
function heightThere(frame: Frame, wholeRows: number, ratio: number, fancy: boolean): number {
  if (frame.progressive) return 0;
  const rows = Math.min(wholeRows, frame.mcusHigh - 1);
  const waits = fancy && ratio < 8 && frame.components.some(({ h, v }) => v * 2 === frame.maxV && h * 2 >= frame.maxH);
  return Math.max(0, (rows * frame.maxV * 8) / ratio - (waits ? frame.maxV : 0));
}

/** Planes of lower resolution are decoded larger where that spares their interpolation. */
function blockSizeOf(frame: Frame, component: Component, smallest: number): number {
  let size = smallest;
  while (
    size < 8 &&
    (frame.maxH * smallest) % (component.h * size * 2) === 0 &&
    (frame.maxV * smallest) % (component.v * size * 2) === 0
  )
    size *= 2;
  return size;
}

function joined(
  frame: Frame,
  planes: readonly Plane[],
  space: ColorSpace,
  colors: Colors,
  smallest: number,
  fancyUpscaling: boolean,
  file: string,
): Picture {
  const width = Math.ceil((frame.width * smallest) / 8);
  const height = Math.ceil((frame.height * smallest) / 8);
  const fancy = fancyUpscaling && smallest > 1;
  const sources = planes.map((plane): RowSource => {
    const across = (frame.maxH * smallest) / (plane.component.h * plane.blockSize);
    const down = (frame.maxV * smallest) / (plane.component.v * plane.blockSize);
    return rowsOf(plane, across, down, fancy, width, file);
  });
  const hasInks = space === 'cmyk' || space === 'ycck';
  const wanted =
    colors === 'own'
      ? space === 'gray'
        ? 'gray'
        : hasInks
          ? 'own'
          : 'rgb'
      : colors === 'rgb4'
        ? hasInks
          ? 'own'
          : 'rgb'
        : colors;
  const channels = wanted === 'gray' ? 1 : wanted === 'rgb' ? 3 : 4;
  const out = new Uint8ClampedArray(width * height * channels);
  const unknown = (): never =>
    refuse(
      file,
      `a JPEG picture with ${planes.length} colour components cannot be converted to ${wanted === 'gray' ? 'grayscale' : 'RGB'}.`,
    );
  const convert = conversion(space, wanted) ?? unknown();
  for (let y = 0; y < height; y++)
    convert(
      sources.map((source) => source(y)),
      width,
      out,
      y * width * channels,
    );
  return { width, height, channels, data: new Uint8Array(out.buffer) };
}

type Row = Uint8Array | Uint8ClampedArray;
type Conversion = (rows: readonly Row[], width: number, out: Uint8ClampedArray, to: number) => void;

function conversion(space: ColorSpace, wanted: 'gray' | 'rgb' | 'own'): Conversion | null {
  if (wanted === 'gray') {
    if (space === 'rgb') return (rows, width, out, to) => rgbToGray(rows[0]!, rows[1]!, rows[2]!, width, out, to);
    if (space !== 'gray' && space !== 'ycc') return null;
    return (rows, width, out, to) => out.set(rows[0]!.subarray(0, width), to);
  }
  if (wanted === 'rgb') {
    if (space === 'ycc') return (rows, width, out, to) => yccToRgb(rows[0]!, rows[1]!, rows[2]!, width, out, to);
    if (space === 'rgb') return interleave;
    if (space === 'gray') return (rows, width, out, to) => interleave([rows[0]!, rows[0]!, rows[0]!], width, out, to);
    return null;
  }
  return space === 'cmyk' ? interleave : space === 'ycck' ? ycckToCmyk : null;
}
