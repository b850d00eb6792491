// Windows of 3 × 3 taps that slide over images, recognised in a nest: convolutions of stride 1, their gradients by images (windows
// over the results' gradient, taps reversed) and by filters (sums over places). They may be computed with fewer multiplications.
// Owns: which axes are places, taps and channels, and where the image ends (padding). Leaves how they are computed to others.
import type { LoopIndex } from '../../../compiler/loop-ir.ts';
import { type Axis, type Nest, sizeOf } from './nest.ts';
import type { Coordinate } from './padding.ts';

export const TAPS = 3;

/** One of the two directions in which windows slide. */
export interface Slide {
  /** Places. */
  readonly extent: number;
  /** The line of the image under the first place's first tap: before the image where it is negative. */
  readonly from: number;
  /** Lines of the image; beyond them everything is 0. */
  readonly lines: number;
  /** Stride of lines in A; of places in C (of a filter: in B); of taps in B (of a filter: in C). */
  readonly a: number;
  readonly places: number;
  readonly taps: number;
}

export interface Windows {
  /** C[place, output] = Σ A[place + tap, input] B[tap, input, output], or C[tap, input, output] = Σ A[place + tap, input] B[place, output]. */
  readonly kind: 'results' | 'filter';
  /** Loops around everything. */
  readonly outside: readonly Axis[];
  /** Images over which a filter's gradient is summed. */
  readonly images: Axis;
  readonly down: Slide;
  readonly across: Slide;
  /** Channels, contiguous in A, and of the results; strides in the taps' array. */
  readonly inputs: { readonly extent: number; readonly stride: number };
  readonly outputs: { readonly extent: number; readonly stride: number };
  /** Elements before line 0 of the image, the first tap, the first place. */
  readonly offsets: readonly [number, number, number];
}

const NO_IMAGES: Axis = { extent: 1, a: 0, b: 0, c: 0 };

/** `coordinates` are where A is read beyond its edges; `loopOf` names the loops they speak of. */
export function windowsOf(
  nest: Nest,
  coordinates: readonly Coordinate[],
  loopOf: (axis: Axis) => LoopIndex | undefined,
): Windows | undefined {
  const [column, ...others] = nest.columns;
  if (!column || others.length > 0 || column.c !== 1) return undefined;
  return (
    windowsBetween('results', nest.rows, nest.depth, { nest, column, coordinates, loopOf }) ??
    windowsBetween('filter', nest.depth, nest.rows, { nest, column, coordinates, loopOf })
  );
}

interface Around {
  readonly nest: Nest;
  readonly column: Axis;
  readonly coordinates: readonly Coordinate[];
  readonly loopOf: (axis: Axis) => LoopIndex | undefined;
}

function windowsBetween(
  kind: Windows['kind'],
  placeAxes: readonly Axis[],
  tapAxes: readonly Axis[],
  { nest, column, coordinates, loopOf }: Around,
): Windows | undefined {
  const ofLine = (stride: number) => placeAxes.filter((axis) => axis.a === Math.abs(stride));
  // The taps of a line and its channels may come as one loop.
  const axes = tapAxes.flatMap((axis) => {
    const channels = axis.extent / TAPS;
    if (axis.a !== 1 || ofLine(channels).length === 0) return [axis];
    const taps = { extent: TAPS, a: channels, b: axis.b * channels, c: axis.c * channels };
    return [taps, { ...axis, extent: channels }];
  });
  const taps = axes
    .filter((axis) => axis.extent === TAPS && ofLine(axis.a).length === 1)
    .sort((x, y) => Math.abs(y.a) - Math.abs(x.a));
  const [channel, ...rest] = axes.filter((axis) => !taps.includes(axis));
  if (taps.length !== 2 || taps[0]!.a === -taps[1]!.a || taps[0]!.a === taps[1]!.a) return undefined;
  if (!channel || rest.length > 0 || channel.a !== 1) return undefined;

  const offsets: [number, number, number] = [...nest.offsets];
  const left = new Set(coordinates);
  const slide = (tap: Axis): Slide | undefined => {
    const [place] = ofLine(tap.a) as [Axis];
    // Taps that go backwards begin at their other end.
    const reversed = tap.a < 0;
    if (reversed)
      (['a', 'b', 'c'] as const).forEach((x, i) => {
        offsets[i]! += tap[x] * (TAPS - 1);
      });
    const sign = reversed ? -1 : 1;
    const [extent, reach] = [place.extent, place.extent + TAPS - 1];
    let [from, lines] = [0, reach];
    const loops = [loopOf(place), loopOf(tap)];
    const coordinate = coordinates.find(({ terms }) => terms.some(([loop]) => loops.includes(loop)));
    if (coordinate) {
      left.delete(coordinate);
      const factor = (loop: LoopIndex | undefined) => coordinate.terms.find(([other]) => other === loop)?.[1];
      if (coordinate.terms.length !== 2 || factor(loops[0]) !== 1 || factor(loops[1]) !== sign) return undefined;
      const first = coordinate.constant - (reversed ? TAPS - 1 : 0);
      const low = Math.max(coordinate.low, first);
      lines = Math.min(coordinate.high, first + reach - 1) - low + 1;
      from = first - low;
      if (lines < 1) return undefined;
    }
    offsets[0] -= from * place.a;
    const [places, step] = kind === 'results' ? [place.c, tap.b] : [place.b, tap.c];
    return { extent, from, lines, a: place.a, places, taps: step * sign };
  };
  const [down, across] = [slide(taps[0]!), slide(taps[1]!)];
  if (!down || !across || left.size > 0) return undefined;
  const images = placeAxes.filter((axis) => !taps.some((tap) => axis.a === Math.abs(tap.a)));
  const common = { kind, down, across, offsets };
  if (kind === 'results') {
    return {
      ...common,
      outside: [...nest.batch, ...images],
      images: NO_IMAGES,
      inputs: { extent: channel.extent, stride: channel.b },
      outputs: { extent: column.extent, stride: column.b },
    };
  }
  if (images.length > 1 || column.b !== 1) return undefined;
  return {
    ...common,
    outside: nest.batch,
    images: images[0] ?? NO_IMAGES,
    inputs: { extent: channel.extent, stride: channel.c },
    outputs: { extent: column.extent, stride: 1 },
  };
}

/** Multiplications of plain sums. */
export const productsOf = ({ outside, images, down, across, inputs, outputs }: Windows): number =>
  sizeOf(outside) * images.extent * down.extent * across.extent * TAPS ** 2 * inputs.extent * outputs.extent;
