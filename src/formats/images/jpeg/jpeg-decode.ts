// Decodes JPEG pictures to the very pixels of libjpeg-turbo: baseline, extended and progressive, every sampling, every
// colour space, also at 1/2, 1/4 and 1/8 of the size.
// Owns: the way from file to pixels. Leaves what TensorFlow and Pillow ask of libjpeg to their callers.
import { type Picture, refuse } from '../image.ts';
import { type ColorSpace, colorSpaceOf, interleave, rgbToGray, ycckToCmyk } from './color.ts';
import { SPREAD, workOf } from './color-kernels.ts';
import type { Component, Frame } from './headers.ts';
import { JpegHeaders } from './headers.ts';
import { type DctMethod, Plane } from './planes.ts';
import { Coefficients, decodeProgressive } from './progressive.ts';
import { decodeSequential } from './scan.ts';
import { PADDING, ScanData } from './scan-data.ts';
import { type RowSource, roomForRows, rowsOf } from './upsample.ts';
import { type Site, Workspace } from './workspace.ts';

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
  /** Where the pixels go as floats instead, if the picture is of that size, whole, and of common colours: see `asFloats`. */
  readonly floats?: FloatTarget | null;
  /** Whether the pixels may lie in the workspace: until the thread decodes the next picture. */
  readonly mayBorrow?: boolean;
}

/** Room for (height, width, 3) floats at an address, and for a workspace in the same memory; FLOAT_SLACK bytes behind may change. */
export interface FloatTarget {
  readonly site: Site;
  readonly address: number;
  readonly width: number;
  readonly height: number;
}

export interface DecodedJpeg extends Picture {
  /** Whether the pixels were written as floats; `data` is empty then. */
  readonly asFloats: boolean;
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
  const {
    file = '',
    dctMethod = 'accurate',
    fancyUpscaling = true,
    ratio = 1,
    colors = 'own',
    floats = null,
  } = options;
  const headers = new JpegHeaders(bytes, file);
  let frame: Frame | null = null;
  const planes = new Map<Component, Plane>();
  const stores = new Map<Component, Coefficients>();
  let workspace: Workspace | null = null;
  let [fileAt, room] = [0, 0];
  let endedEarly = false;
  let isBeside = false;
  let scans = 0;
  let wholeRows = 0;
  for (let header = headers.nextScan(); header; header = headers.nextScan()) {
    if (!frame || !workspace) {
      frame = headers.frame!;
      const size = roomFor(frame, bytes.length, ratio);
      const fits = floats?.width === frame.width && floats.height === frame.height && ratio === 1;
      workspace = (fits ? Workspace.beside(floats.site, size) : null) ?? Workspace.open(size);
      isBeside = fits && workspace.bytes.buffer === floats.site.memory.buffer;
      fileAt = workspace.allocate(bytes.length);
      room = workspace.allocate(bytes.length + PADDING);
      workspace.bytes.set(bytes, fileAt);
      for (const component of frame.components) {
        const size = blockSizeOf(frame, component, 8 / ratio);
        planes.set(component, new Plane(workspace, frame, component, size, dctMethod));
        if (frame.progressive) stores.set(component, new Coefficients(component));
      }
    }
    // A real file has some ten scans; each costs a walk over the picture.
    if (++scans > 100) refuse(file, 'the JPEG data has more than 100 scans; refused.');
    const data = new ScanData(workspace, fileAt + header.start, fileAt + bytes.length, room);
    const result = frame.progressive
      ? decodeProgressive(workspace.bytes, data, frame, header, (component) => stores.get(component)!)
      : decodeSequential(workspace, data, frame, header, (component) => planes.get(component)!);
    wholeRows = result.wholeRows;
    if (header.components.length === 1 && frame.components.length > 1)
      wholeRows = Math.floor(wholeRows / header.components[0]!.component.v);
    endedEarly ||= data.endedEarly;
    headers.seek(data.next - fileAt);
  }
  if (!frame || !workspace) return refuse(file, 'the JPEG data ends before the picture begins.');
  endedEarly ||= headers.endedEarly;
  for (const [component, store] of stores) store.transform(planes.get(component)!, workspace.block);
  const colorSpace = colorSpaceOf(frame, headers.sawJfif, headers.adobeTransform);
  const direct = isBeside && !endedEarly && floats ? floats.address : null;
  const joint = { workspace, frame, planes: [...planes.values()], space: colorSpace, direct, file };
  const inPlace = joined(joint, colors, 8 / ratio, fancyUpscaling);
  const picture = options.mayBorrow ? inPlace : { ...inPlace, data: inPlace.data.slice() };
  const wholeHeight = endedEarly ? heightThere(frame, wholeRows, ratio, fancyUpscaling) : picture.height;
  return { ...picture, colorSpace, hasAdobeMarker: headers.adobeTransform !== null, endedEarly, wholeHeight };
}

/** What the planes, the data and the pixels take of a workspace. */
function roomFor(frame: Frame, fileBytes: number, ratio: number): number {
  const [width, height] = [Math.ceil(frame.width / ratio), Math.ceil(frame.height / ratio)];
  let sum =
    Workspace.sizeOf(workOf(width)) +
    Workspace.sizeOf(fileBytes) +
    Workspace.sizeOf(fileBytes + PADDING) +
    Workspace.sizeOf(width * height * 4);
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

interface Joint {
  readonly workspace: Workspace;
  readonly frame: Frame;
  readonly planes: readonly Plane[];
  readonly space: ColorSpace;
  /** Where floats may go. */
  readonly direct: number | null;
  readonly file: string;
}
type Joined = Picture & Pick<DecodedJpeg, 'asFloats'>;

/** The pixels, in the workspace or as floats at their address. */
function joined(
  { workspace, frame, planes, space, direct, file }: Joint,
  colors: Colors,
  smallest: number,
  fancyUpscaling: boolean,
): Joined {
  const width = Math.ceil((frame.width * smallest) / 8);
  const height = Math.ceil((frame.height * smallest) / 8);
  const fancy = fancyUpscaling && smallest > 1;
  const scales = planes.map((plane) => scaleOf(frame, plane, smallest));
  const sources = planes.map(
    (plane, i): RowSource => rowsOf(workspace, plane, scales[i]!.across, scales[i]!.down, fancy, width, file),
  );
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
  const common = space === 'ycc' && wanted === 'rgb' ? spreadOf(planes, scales, fancy) : null;
  const asFloats = direct !== null && common !== null;
  const size = asFloats ? 0 : width * height * channels;
  const out = asFloats ? direct : workspace.allocate(size);
  if (common !== null) {
    const [luma, { samples: blue, stride, width: planeWidth, height: planeHeight }, { samples: red }] = planes as [
      Plane,
      Plane,
      Plane,
    ];
    const colors = { blue, red, stride, planeWidth, planeHeight };
    const target = { width, height, out, asFloats: Number(asFloats), work: workspace.allocate(workOf(width)) };
    workspace.photograph({ spread: common, luma: luma.samples, lumaStride: luma.stride, ...colors, ...target });
  } else {
    const rows = sources.map(() => 0);
    for (let y = 0; y < height; y++) {
      for (let i = 0; i < rows.length; i++) rows[i] = sources[i]!(y);
      convert(rows, width, out + y * width * channels);
    }
  }
  return { width, height, channels, data: workspace.bytes.subarray(out, out + size), asFloats };
}

/** How the two colours of most pictures are brought to its size; null for the rest. */
function spreadOf(planes: readonly Plane[], scales: readonly Scale[], fancy: boolean): number | null {
  const [blue, red] = [planes[1]!, planes[2]!];
  if (blue.width !== red.width || blue.height !== red.height || blue.stride !== red.stride) return null;
  const key = scales.map(({ across, down }) => `${across}×${down}`).join(' ');
  if (key === '1×1 1×1 1×1') return SPREAD.none;
  if (!fancy || blue.width <= 2) return null;
  if (key === '1×1 2×1 2×1') return SPREAD.wide;
  return key === '1×1 2×2 2×2' ? SPREAD.wideOfTwo : null;
}

/** How many times a plane is too narrow and too low. */
interface Scale {
  readonly across: number;
  readonly down: number;
}
const scaleOf = ({ maxH, maxV }: Frame, { component, blockSize }: Plane, smallest: number): Scale => ({
  across: (maxH * smallest) / (component.h * blockSize),
  down: (maxV * smallest) / (component.v * blockSize),
});

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
