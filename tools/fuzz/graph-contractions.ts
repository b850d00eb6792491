// Products, convolutions and windows for the fuzzer.
// Owns: shapes that fit. Leaves the pool of values to graph-builder.ts.
import { dtypes } from '../../src/base/dtype.ts';
import { type Dims, sizeOf } from '../../src/base/shape.ts';
import { convolvedLength } from '../../src/primitives/contract/convolution.ts';
import type { GraphBuilder } from './graph-builder.ts';

function shuffled(b: GraphBuilder, list: readonly number[]): number[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = b.random.below(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** Any axes of one operand are batch axes, any others contracted; the other operand is made to fit, its axes in any order. */
export function dotOperation(b: GraphBuilder): void {
  const x = b.find(
    ({ dims, dtype }) =>
      dims.length >= 1 &&
      sizeOf(dims) <= 2000 &&
      (dtypes[dtype].kind === 'float' || dtype === 'int32' || dtype === 'int64' || dtype === 'complex64'),
  );
  if (!x) return;
  const { dims } = x.value;
  const roles = dims.map(() => b.random.pick(['free', 'contract', 'batch', 'free', 'contract'] as const));
  if (!roles.includes('contract')) roles[b.random.below(roles.length)] = 'contract';
  const axesOf = (role: string): number[] =>
    shuffled(
      b,
      dims.map((_, i) => i).filter((i) => roles[i] === role),
    );
  const [lhsBatch, lhsContract] = [axesOf('batch'), axesOf('contract')];
  const free = Array.from({ length: b.between(0, 2) }, () => (b.chance(3) ? b.between(8, 30) : b.between(1, 6)));
  // Axes of the other operand: batch, contracted, free, in any order.
  const sizes = [...lhsBatch.map((a) => dims[a]!), ...lhsContract.map((a) => dims[a]!), ...free];
  const place = b.chance(2)
    ? sizes.map((_, i) => i)
    : shuffled(
        b,
        sizes.map((_, i) => i),
      );
  const other: number[] = [];
  place.forEach((axis, i) => {
    other[axis] = sizes[i]!;
  });
  if (sizeOf(other) > 3000) return;
  const rhsBatch = lhsBatch.map((_, i) => place[i]!);
  const rhsContract = lhsContract.map((_, i) => place[lhsBatch.length + i]!);
  const y = b.like({ dims: other, dtype: x.value.dtype });
  b.apply('dotGeneral', [x, y], { lhsBatch, rhsBatch, lhsContract, rhsContract });
}

export function convolutionOperation(b: GraphBuilder): void {
  const axes = b.between(1, 2);
  const dtype = b.float ?? (b.chance(6) ? 'float64' : 'float32');
  const groups = b.chance(4) ? 2 : 1;
  const [channels, outputs] = [b.between(1, 3) * groups, b.between(1, 3) * groups];
  const spatial = Array.from({ length: axes }, () => b.between(1, 8));
  const window = spatial.map((n) => b.between(1, Math.min(3, n)));
  const dilation = spatial.map((n, i) => (b.chance(3) && (window[i]! - 1) * 2 < n ? 2 : 1));
  const params = {
    strides: spatial.map(() => b.between(1, 2)),
    dilation,
    low: spatial.map(() => b.between(0, 1)),
    high: spatial.map(() => b.between(0, 2)),
    groups,
  };
  const length = (n: number, i: number): number =>
    convolvedLength(n, window[i]!, params.strides[i]!, dilation[i]!, params.low[i]!, params.high[i]!);
  const batch = b.between(1, 3);
  const spec = (dims: Dims) => ({ dims, dtype }) as const;
  const x = spec([batch, ...spatial, channels]);
  const filter = spec([...window, channels / groups, outputs]);
  const y = spec([batch, ...spatial.map(length), outputs]);
  if (y.dims.includes(0)) return;
  // Where a window hangs over the edge, a filter's infinity times the padding may or may not give NaN.
  if (b.wild) return;
  const which = b.random.below(3);
  if (which === 0) b.apply('convolution', [b.like(x), b.like(filter)], params);
  else if (which === 1) b.apply('convolutionInputGradient', [b.like(y), b.like(filter)], { ...params, spatial });
  else b.apply('convolutionFilterGradient', [b.like(x), b.like(y)], { ...params, window });
}

export function windowOperation(b: GraphBuilder): void {
  const x = b.find(
    ({ dims, dtype }) =>
      dims.length >= 1 && !dims.includes(0) && (dtype === (b.float ?? 'float32') || dtype === 'int32'),
  );
  if (!x) return;
  const { dims } = x.value;
  const window = dims.map((n) => (b.chance(2) ? b.between(1, Math.min(3, n)) : 1));
  const params = {
    window,
    strides: dims.map(() => b.between(1, 2)),
    dilation: dims.map((n, i) => (b.chance(4) && (window[i]! - 1) * 2 < n ? 2 : 1)),
    low: window.map((n) => b.random.below(n)),
    high: window.map((n) => b.random.below(n)),
  };
  if (b.chance(2) || x.value.dtype === 'int32') {
    b.apply(b.random.pick(['windowSum', 'windowMax'] as const), [x], params);
    return;
  }
  const numbers = b.apply('windowArgMax', [x], params);
  if (!numbers) return;
  if (b.chance(2)) {
    b.apply('windowPick', [numbers, b.like(x.value)], params);
    return;
  }
  const pooled = b.apply('windowMax', [x], params);
  if (pooled) b.apply('windowSpread', [numbers, pooled], { ...params, dims });
}
