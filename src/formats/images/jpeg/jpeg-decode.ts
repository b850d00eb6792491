// Decodes JPEG pictures to the very pixels of libjpeg-turbo: baseline, extended and progressive, every sampling, every
// colour space, also at 1/2, 1/4 and 1/8 of the size.
// Owns: the way from file to pixels. Leaves what TensorFlow and Pillow ask of libjpeg to their callers.
import { type Picture, refuse } from '../image.ts';
import { type ColorSpace, colorSpaceOf, interleave, rgbToGray, ycckToCmyk } from './color.ts';
import type { Component, Frame } from './headers.ts';
import { JpegHeaders } from './headers.ts';
import { PADDING } from './huffman.ts';
import { type DctMethod, Plane } from './planes.ts';
import { Coefficients, decodeProgressive } from './progressive.ts';
import { decodeSequential } from './scan.ts';
import { type RowSource, roomForRows, rowsOf } from './upsample.ts';
import { Workspace } from './workspace.ts';

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
  /** Whether the pixels may lie in the workspace: until the thread decodes the next picture. */
  readonly mayBorrow?: boolean;
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
  let workspace: Workspace | null = null;
  let room = 0;
  let endedEarly = false;
  let scans = 0;
  let wholeRows = 0;
  for (let header = headers.nextScan(); header; header = headers.nextScan()) {
    if (!frame || !workspace) {
      frame = headers.frame!;
      workspace = Workspace.open(roomFor(frame, bytes.length, ratio));
      room = workspace.allocate(bytes.length + PADDING);
      for (const component of frame.components) {
        const size = blockSizeOf(frame, component, 8 / ratio);
        planes.set(component, new Plane(workspace, frame, component, size, dctMethod));
        if (frame.progressive) stores.set(component, new Coefficients(component));
      }
    }
    // A real file has some ten scans; each costs a walk over the picture.
    if (++scans > 100) refuse(file, 'the JPEG data has more than 100 scans; refused.');
    const result = frame.progressive
      ? decodeProgressive(bytes, frame, header, (component) => stores.get(component)!)
      : decodeSequential(workspace, room, bytes, frame, header, (component) => planes.get(component)!);
    wholeRows = result.wholeRows;
    if (header.components.length === 1 && frame.components.length > 1)
      wholeRows = Math.floor(wholeRows / header.components[0]!.component.v);
    endedEarly ||= result.endedEarly;
    headers.seek(result.next);
  }
  if (!frame || !workspace) return refuse(file, 'the JPEG data ends before the picture begins.');
  endedEarly ||= headers.endedEarly;
  for (const [component, store] of stores) store.transform(planes.get(component)!, workspace.block);
  const colorSpace = colorSpaceOf(frame, headers.sawJfif, headers.adobeTransform);
  const inPlace = joined(workspace, frame, [...planes.values()], colorSpace, colors, 8 / ratio, fancyUpscaling, file);
  const picture = options.mayBorrow ? inPlace : { ...inPlace, data: inPlace.data.slice() };
  const wholeHeight = endedEarly ? heightThere(frame, wholeRows, ratio, fancyUpscaling) : picture.height;
  return { ...picture, colorSpace, hasAdobeMarker: headers.adobeTransform !== null, endedEarly, wholeHeight };
}

/** What the planes, the data and the pixels take of a workspace. */
function roomFor(frame: Frame, fileBytes: number, ratio: number): number {
  const [width, height] = [Math.ceil(frame.width / ratio), Math.ceil(frame.height / ratio)];
  let sum = Workspace.sizeOf(fileBytes + PADDING) + Workspace.sizeOf(width * height * 4);
  for (const component of frame.components) {
    const samples = Plane.sizeOf(component, blockSizeOf(frame, component, 8 / ratio));
    sum += Workspace.sizeOf(samples) + roomForRows(width);
  }
  return sum;
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

/** The pixels, in the workspace. */
function joined(
  workspace: Workspace,
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
    return rowsOf(workspace, plane, across, down, fancy, width, file);
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
  const unknown = (): never =>
    refuse(
      file,
      `a JPEG picture with ${planes.length} colour components cannot be converted to ${wanted === 'gray' ? 'grayscale' : 'RGB'}.`,
    );
  const convert = conversion(workspace, space, wanted) ?? unknown();
  const size = width * height * channels;
  const out = workspace.allocate(size);
  const rows = sources.map(() => 0);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < rows.length; i++) rows[i] = sources[i]!(y);
    convert(rows, width, out + y * width * channels);
  }
  return { width, height, channels, data: workspace.bytes.subarray(out, out + size) };
}

/** Rows at addresses to pixels at an address. */
type Conversion = (rows: readonly number[], width: number, to: number) => void;

function conversion(
  { bytes, clamped, kernels }: Workspace,
  space: ColorSpace,
  wanted: 'gray' | 'rgb' | 'own',
): Conversion | null {
  const of =
    (convert: (rows: readonly Uint8Array[], width: number, out: Uint8ClampedArray, to: number) => void): Conversion =>
    (rows, width, to) =>
      convert(
        rows.map((row) => bytes.subarray(row, row + width)),
        width,
        clamped,
        to,
      );
  if (wanted === 'gray') {
    if (space === 'rgb') return of(([r, g, b], width, out, to) => rgbToGray(r!, g!, b!, width, out, to));
    if (space !== 'gray' && space !== 'ycc') return null;
    return (rows, width, to) => bytes.copyWithin(to, rows[0]!, rows[0]! + width);
  }
  if (wanted === 'rgb') {
    if (space === 'ycc') return (rows, width, to) => kernels.colors(rows[0]!, rows[1]!, rows[2]!, width, to);
    if (space === 'rgb') return of(interleave);
    if (space === 'gray') return of(([row], width, out, to) => interleave([row!, row!, row!], width, out, to));
    return null;
  }
  return space === 'cmyk' ? of(interleave) : space === 'ycck' ? of(ycckToCmyk) : null;
}
