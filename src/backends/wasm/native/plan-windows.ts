// How windows of 3 × 3 taps are cut for the native kernels (native/windows.h), and when they are made that way.
// Owns: those decisions and the words in which native/plan.h reads them.

import { sizeOf } from '../contract/nest.ts';
import { alignUp, type BlockOptions, NO_AXIS } from '../contract/plan.ts';
import { productsOf, type Slide, TAPS, type Windows } from '../contract/windows.ts';
import { evenly, MOST_TASKS, type NativePlan, TASK_BYTES } from './plan.ts';
import { type Pooled, pooledWindows } from './pooling.ts';

/** The first word of a plan, and of one for images of few channels. */
const [RESULTS, FILTER, STRIPS] = [1, 2, 2];
/** The array that is pooled, as native/plan.h numbers them. */
const POOLED = { c: 1, a: 2, b: 3 } as const;
/** Channels of an image that is worked on in strips, where its gradient is not wanted. */
const MOST_OF_STRIPS = 16;
/** Places of a tile in each direction, and the points at which a tile and its filter are multiplied. */
const [PLACES, POINTS] = [4, 36];
/** Below these plain sums are as good: channels fill no vectors, a call does little. */
const [LEAST_CHANNELS, LEAST_PRODUCTS] = [16, 1 << 21];
/** Multiplications that a channel's transforms of a tile take the time of, and those of one weight of a filter. */
const [TILE_COST, FILTER_COST] = [256, 200];
/** What must be left of the time of plain sums. */
const LARGEST_SHARE = 0.7;
/** Pieces that a filter's gradient comes in, at least: they are all that threads share. */
const LEAST_PIECES = 4;
/** Bytes of a block's values at the points, which the second cache holds; of those of a filter, which every block reads. */
const [BLOCK_BYTES, FILTER_BYTES] = [3 << 19, 1 << 22];
/** What a task writes at most where its image is not cut for being uneven. */
const LARGEST_TASK_BYTES = 1 << 20;
/** Tiles are multiplied in rows of so many. */
const TILE_ROWS = 12;
/** Every vector's and every panel's width divides these; what native/windows.h leaves between points; its header. */
const [LANES, PANEL, APART, HEADER] = [16, 32, 16, 16];

const upTo = (n: number, unit: number): number => Math.ceil(n / unit) * unit;
const tilesIn = (down: number, across: number): number => Math.ceil(down / PLACES) * Math.ceil(across / PLACES);

/** A plan, or undefined where plain sums do as well. `least`: as of planNative, 0 for a plan in any case. */
export function planWindows(
  given: Windows,
  options: BlockOptions = {},
  least?: number,
  pooled?: Pooled,
): NativePlan | undefined {
  const windows = pooled ? pooledWindows(given, pooled) : given;
  if (!windows) return undefined;
  const inStrips = pooled !== undefined && pooled.array !== 'a' && given.inputs.extent <= MOST_OF_STRIPS;
  if (!inStrips && least !== 0 && !pays(windows)) return undefined;
  const { kind, outside, images, down, across, inputs, outputs } = windows;
  const around = sizeOf(outside);
  // Lines of tiles: as many pieces as threads share evenly, small where something follows that wants them in cache.
  const bytes = around * down.extent * across.extent * outputs.extent * 4;
  const pieces = Math.max(MOST_TASKS, options.wholeColumns ? bytes / TASK_BYTES : 1) / around;
  const isFilter = kind === 'filter';
  const lines = upTo(Math.ceil(down.extent / Math.ceil(pieces)), PLACES);
  const even = evenly(down.extent, lines, PLACES);
  // Lines that come in no equal pieces stay together where all of them are few.
  const whole = down.extent % even > 0 && around >= MOST_TASKS && bytes / around <= LARGEST_TASK_BYTES;
  const chunk = isFilter ? 1 : whole ? down.extent : Math.min(down.extent, even);
  const tiles = isFilter ? tilesIn(down.extent, across.extent) * images.extent : tilesIn(chunk, across.extent);
  const tileBytes = POINTS * 4 * (upTo(inputs.extent, LANES) + upTo(outputs.extent, LANES));
  const most = Math.max(TILE_ROWS, Math.floor(BLOCK_BYTES / tileBytes / TILE_ROWS) * TILE_ROWS);
  const block = upTo(Math.ceil(tiles / Math.ceil(tiles / most)), TILE_ROWS);

  const values = (channels: number, count: number) => POINTS * (count * upTo(channels, LANES) + APART);
  const weights = isFilter
    ? values(outputs.extent, inputs.extent)
    : POINTS * upTo(outputs.extent, PANEL) * inputs.extent;
  const beyond = upTo(inputs.extent, LANES) + upTo(outputs.extent, LANES);
  const floats = inStrips
    ? floatsOfStrips(windows)
    : HEADER + beyond + weights + values(inputs.extent, block) + values(outputs.extent, block);
  const slide = ({ extent, from, lines, a, places, taps }: Slide) => [extent, from, lines, a, places, taps];
  return {
    nest: { batch: [], rows: [], columns: [], depth: [], offsets: windows.offsets },
    taskAxes: outside,
    chunkAxis: isFilter ? NO_AXIS : { extent: down.extent, a: down.a, b: 0, c: down.places },
    chunk,
    together: 1,
    chunkInside: false,
    matrices: false,
    rowsInside: 1,
    rowCount: down.extent,
    columnGroups: 1,
    depthOutside: [],
    words: Int32Array.from([
      ...[
        (isFilter ? FILTER : RESULTS) + (inStrips ? STRIPS : 0),
        inputs.extent,
        outputs.extent,
        inputs.stride,
        outputs.stride,
        block,
      ],
      ...[images.extent, images.a, images.b],
      ...[...slide(down), ...slide(across)],
      ...[pooled ? POOLED[pooled.array] : 0, pooled?.follow ?? 0],
    ]),
    scratchBytes: alignUp(floats * 4),
  };
}

/** What native/strips.h needs. */
function floatsOfStrips({ kind, across, inputs, outputs }: Windows): number {
  const filter = TAPS ** 2 * inputs.extent * upTo(outputs.extent, PANEL);
  const strip = (TAPS + 1) * (upTo((across.extent + TAPS - 1) * inputs.extent, LANES) + LANES);
  return HEADER + filter + strip + (kind === 'filter' ? 2 * across.extent * PANEL : 0);
}

/** Whether the products at the points and all transforms take clearly less than plain sums. */
function pays(windows: Windows): boolean {
  const { kind, outside, images, down, across, inputs, outputs } = windows;
  const products = productsOf(windows);
  const weights = inputs.extent * outputs.extent;
  if (Math.min(inputs.extent, outputs.extent) < LEAST_CHANNELS || products < LEAST_PRODUCTS) return false;
  if (POINTS * weights * 4 > FILTER_BYTES) return false;
  const around = sizeOf(outside);
  if (kind === 'filter' && around < LEAST_PIECES) return false;
  const tiles = around * images.extent * tilesIn(down.extent, across.extent);
  const filters = kind === 'filter' ? around : 2;
  const cost =
    tiles * (POINTS * weights + TILE_COST * (inputs.extent + outputs.extent)) + filters * FILTER_COST * weights;
  return cost < LARGEST_SHARE * products;
}
