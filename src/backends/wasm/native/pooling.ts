// Convolutions with pooling done in one go by the native kernels: nothing of the size of the image is stored between them.
// Owns: the convolutions' windows over what is pooled, and what is done to results before they are. Leaves the cutting to
// plan-windows.ts, what a sequence is to the compiler.
import type { Expr, LoopKernel, Pooling, Statement } from '../../../compiler/loop-ir.ts';
import { affineOf } from '../codegen/affine.ts';
import type { Axis } from '../contract/nest.ts';
import type { Slide, Windows } from '../contract/windows.ts';

/** Which array of a convolution stands for one four times as large: its results, its image, or the gradient of its results. */
export interface Pooled {
  readonly array: 'a' | 'b' | 'c';
  readonly pooling: Pooling;
  /** Bits of Follow in native/plan.h. */
  readonly follow: number;
}

const [BIAS, RELU, NUMBERS, POSITIVE] = [1, 2, 4, 8];

/** Windows of 2 × 2: what the native kernels pool. */
export const isSquare = ({ window: [down, across] }: Pooling): boolean => down === 2 && across === 2;

/** The same windows with strides of the smaller array in place of the larger one's, or undefined where it does not lie as it should. */
export function pooledWindows(windows: Windows, { array, pooling }: Pooled): Windows | undefined {
  const { height, width, channels, windows: pooled } = pooling;
  const [rows, columns] = pooled;
  const { down, across, images, outside, inputs, outputs, offsets, kind } = windows;
  const [image, smaller] = [height * width * channels, rows * columns * channels];
  // Strides between images, lines, columns of the larger array become those of the smaller one.
  const moved = (axis: Axis): Axis | undefined =>
    axis[array] % image === 0 ? { ...axis, [array]: (axis[array] / image) * smaller } : undefined;
  const [around, summed] = [outside.map(moved), moved(images)];
  if (!summed || !around.every((axis) => axis !== undefined)) return undefined;
  const ofImage = array === 'a';
  const isThere = (slide: Slide, extent: number, stride: number): boolean =>
    (ofImage ? slide.lines : slide.extent) === extent && (ofImage ? slide.a : slide.places) === stride;
  if ((array === 'c') !== (kind === 'results' && pooling.kind === 'largest') || (array === 'b') !== (kind === 'filter'))
    return undefined;
  if (offsets[array === 'a' ? 0 : array === 'b' ? 1 : 2] !== 0) return undefined;
  if ((ofImage ? inputs : outputs).extent !== channels) return undefined;
  if (!isThere(down, height, width * channels) || !isThere(across, width, channels)) return undefined;
  const slide = (given: Slide, count: number, stride: number): Slide =>
    ofImage ? { ...given, lines: 2 * count, a: stride } : { ...given, extent: 2 * count, places: stride };
  return {
    ...windows,
    outside: around,
    images: summed,
    down: slide(down, rows, columns * channels),
    across: slide(across, columns, channels),
  };
}

/** What a kernel does to its sums before it stores them, if that is to add a bias and to take what is above 0, or less. */
export function followOf(
  kernel: LoopKernel,
  pooling: Pooling,
): { readonly follow: number; readonly bias: number | undefined } | undefined {
  let body: readonly Statement[] = kernel.body;
  while (body.length === 1 && body[0]!.kind === 'loop') body = body[0]!.body;
  const [reduce, store] = body;
  if (reduce?.kind !== 'reduce' || store?.kind !== 'store') return undefined;
  const { local } = reduce.accumulators[0]!;
  const place = affineOf(store.index).terms;
  const isSum = (e: Expr): boolean => e.op === 'local' && e.local === local;
  const isBias = (e: Expr): e is Extract<Expr, { op: 'load' }> => {
    if (e.op !== 'load' || e.guard || kernel.buffers[e.buffer]!.storage !== 'f32') return false;
    const { terms, constant } = affineOf(e.index);
    const [term] = terms;
    const along = place.find(
      ({ atom }) => atom.op === 'index' && term?.atom.op === 'index' && atom.loop === term.atom.loop,
    );
    return constant === 0 && terms.length === 1 && term!.coefficient === 1 && along?.coefficient === 1;
  };
  let follow =
    (pooling.rectified ? RELU : 0) + (pooling.numbers >= 0 ? NUMBERS : 0) + (pooling.positive ? POSITIVE : 0);
  let { value } = store;
  if (value.op === 'binary' && value.fn === 'max') {
    const [a, b] = [value.a, value.b];
    const isZero = (e: Expr) => e.op === 'const' && Number(e.value) === 0;
    if (isZero(a) === isZero(b)) return undefined;
    value = isZero(a) ? b : a;
    follow |= RELU;
  }
  if (isSum(value)) return { follow, bias: undefined };
  if (value.op !== 'binary' || value.fn !== 'add') return undefined;
  const [bias] = [value.a, value.b].filter(isBias);
  return bias && [value.a, value.b].some(isSum) ? { follow: follow | BIAS, bias: bias.buffer } : undefined;
}
