// Loop kernels of convolutions (NHWC), as the compiler makes them: for tests and measurements.
// Owns: the forward pass with bias and relu, and the two gradients.
import {
  binary,
  compare,
  constant,
  type Expr,
  index,
  integer,
  type LoopIndex,
  type LoopKernel,
  load,
  plus,
  read,
  type Statement,
  times,
} from '../../../compiler/loop-ir.ts';

export interface Shape {
  readonly images: number;
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly window: number;
  readonly stride: number;
  readonly pad: number;
}

export const loop = (name: string, extent: number): LoopIndex => ({ name, extent });
/** Row-major position. */
export const at = (...digits: (readonly [Expr, number])[]): Expr =>
  digits.reduce<Expr>((position, [digit, extent]) => plus(times(position, extent), digit), integer(0));
const both = (a: Expr, b: Expr) => binary('and', a, b);
const within = (x: Expr, size: number) => both(compare('ge', x, integer(0)), compare('lt', x, integer(size)));
const zero = constant('f32', 0);
export const outputSize = ({ size, window, stride, pad }: Shape) => Math.floor((size + 2 * pad - window) / stride) + 1;
export const sum = { name: 'sum', type: 'f32' } as const;

export const kernelOf = (
  loops: LoopIndex[],
  over: LoopIndex[],
  value: Expr,
  index: Expr,
  stored: Expr,
  extra = 0,
): LoopKernel => {
  const body: Statement[] = [
    { kind: 'reduce', loops: over, accumulators: [{ local: sum, combine: 'add', signed: true, initial: 0, value }] },
    { kind: 'store', buffer: 2, index, value: stored },
  ];
  const nested = loops.slice(1).reduceRight<Statement[]>((inner, l) => [{ kind: 'loop', loop: l, body: inner }], body);
  const buffers = ['read', 'read', 'write', ...new Array(extra).fill('read')];
  return {
    kind: 'loops',
    buffers: buffers.map((access) => ({ storage: 'f32', access: access as 'read' })),
    outer: loops[0]!,
    body: nested,
    serial: false,
  };
};

/** y[n, i, j, o] = relu(Σ x[n, s i + h − p, s j + w − p, c] k[h, w, c, o] + b[o]) */
export function forward(s: Shape): LoopKernel {
  const m = outputSize(s);
  const [n, i, j, o] = [loop('n', s.images), loop('i', m), loop('j', m), loop('o', s.outputs)];
  const [h, w, c] = [loop('h', s.window), loop('w', s.window), loop('c', s.inputs)];
  const y = plus(plus(times(index(i), s.stride), index(h)), integer(-s.pad));
  const x = plus(plus(times(index(j), s.stride), index(w)), integer(-s.pad));
  const where = at([index(n), 0], [y, s.size], [x, s.size], [index(c), s.inputs]);
  const guard = both(within(y, s.size), within(x, s.size));
  const image = s.pad > 0 ? load('f32', 0, where, guard, zero) : load('f32', 0, where);
  const kernel = load('f32', 1, at([index(h), 0], [index(w), s.window], [index(c), s.inputs], [index(o), s.outputs]));
  const stored = binary('max', binary('add', read(sum), load('f32', 3, index(o))), zero);
  const target = at([index(n), 0], [index(i), m], [index(j), m], [index(o), s.outputs]);
  return kernelOf([n, i, j, o], [h, w, c], binary('mul', image, kernel), target, stored, 1);
}

/** dx[n, y, x, c] = Σ dy[n, y + p − h, x + p − w, o] k[h, w, c, o], stride 1 */
export function inputGradient(s: Shape): LoopKernel {
  const m = outputSize(s);
  const [n, y, x, c] = [loop('n', s.images), loop('y', s.size), loop('x', s.size), loop('c', s.inputs)];
  const [h, w, o] = [loop('h', s.window), loop('w', s.window), loop('o', s.outputs)];
  const i = binary('sub', plus(index(y), integer(s.pad)), index(h));
  const j = binary('sub', plus(index(x), integer(s.pad)), index(w));
  const where = at([index(n), 0], [i, m], [j, m], [index(o), s.outputs]);
  const gradient = load('f32', 0, where, both(within(i, m), within(j, m)), zero);
  const kernel = load('f32', 1, at([index(h), 0], [index(w), s.window], [index(c), s.inputs], [index(o), s.outputs]));
  const target = at([index(n), 0], [index(y), s.size], [index(x), s.size], [index(c), s.inputs]);
  return kernelOf([n, y, x, c], [h, w, o], binary('mul', gradient, kernel), target, read(sum));
}

/** dk[h, w, c, o] = Σ x[n, s i + h − p, s j + w − p, c] dy[n, i, j, o] */
export function filterGradient(s: Shape): LoopKernel {
  const m = outputSize(s);
  const [h, w, c, o] = [loop('h', s.window), loop('w', s.window), loop('c', s.inputs), loop('o', s.outputs)];
  const [n, i, j] = [loop('n', s.images), loop('i', m), loop('j', m)];
  const y = plus(plus(times(index(i), s.stride), index(h)), integer(-s.pad));
  const x = plus(plus(times(index(j), s.stride), index(w)), integer(-s.pad));
  const where = at([index(n), 0], [y, s.size], [x, s.size], [index(c), s.inputs]);
  const guard = both(within(y, s.size), within(x, s.size));
  const image = s.pad > 0 ? load('f32', 0, where, guard, zero) : load('f32', 0, where);
  const gradient = load('f32', 1, at([index(n), 0], [index(i), m], [index(j), m], [index(o), s.outputs]));
  const target = at([index(h), 0], [index(w), s.window], [index(c), s.inputs], [index(o), s.outputs]);
  return kernelOf([h, w, c, o], [n, i, j], binary('mul', image, gradient), target, read(sum));
}
