import { describe, expect, it } from 'vitest';
import { interpretLoops } from '../../../compiler/interpret-loop-ir.ts';
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
import { enableRelaxedSimd } from '../../../platform/simd.ts';
import { prepare } from '../codegen/normalise.ts';
import { createWasmBackend } from '../index.ts';
import { arrayOf, copyOf, difference, fill, generator, runKernel } from '../testing.ts';
import { matchContraction } from './match.ts';

interface Shape {
  readonly images: number;
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly window: number;
  readonly stride: number;
  readonly pad: number;
}

const loop = (name: string, extent: number): LoopIndex => ({ name, extent });
/** Row-major position. */
const at = (...digits: (readonly [Expr, number])[]): Expr =>
  digits.reduce<Expr>((position, [digit, extent]) => plus(times(position, extent), digit), integer(0));
const both = (a: Expr, b: Expr) => binary('and', a, b);
const within = (x: Expr, size: number) => both(compare('ge', x, integer(0)), compare('lt', x, integer(size)));
const zero = constant('f32', 0);
const outputSize = ({ size, window, stride, pad }: Shape) => Math.floor((size + 2 * pad - window) / stride) + 1;
const sum = { name: 'sum', type: 'f32' } as const;

const kernelOf = (
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
function forward(s: Shape): LoopKernel {
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
function inputGradient(s: Shape): LoopKernel {
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
function filterGradient(s: Shape): LoopKernel {
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

describe('convolutions as matrix products', () => {
  const backends = [true, false].map((relaxedSimd) =>
    createWasmBackend({ shared: false, enableRelaxedSimd, relaxedSimd }),
  );
  const shapes: Shape[] = [
    { images: 2, size: 6, inputs: 5, outputs: 8, window: 3, stride: 1, pad: 0 },
    { images: 2, size: 7, inputs: 5, outputs: 8, window: 3, stride: 1, pad: 1 },
    { images: 2, size: 9, inputs: 4, outputs: 13, window: 5, stride: 2, pad: 2 },
    { images: 5, size: 4, inputs: 8, outputs: 11, window: 3, stride: 1, pad: 1 },
    { images: 3, size: 12, inputs: 3, outputs: 6, window: 3, stride: 2, pad: 0 },
    { images: 1, size: 20, inputs: 4, outputs: 5, window: 3, stride: 1, pad: 1 },
    { images: 1, size: 4, inputs: 66, outputs: 9, window: 3, stride: 1, pad: 1 },
  ];
  const sizes = (s: Shape) => ({
    image: s.images * s.size ** 2 * s.inputs,
    kernel: s.window ** 2 * s.inputs * s.outputs,
    result: s.images * outputSize(s) ** 2 * s.outputs,
  });

  function check(kernel: LoopKernel, lengths: readonly number[], name: string): void {
    expect(matchContraction(prepare(kernel)), name).toBeDefined();
    const random = generator(7);
    const arrays = lengths.map((length) => {
      const array = arrayOf('f32', length);
      fill(array, random);
      return array;
    });
    const wanted = arrays.map(copyOf);
    interpretLoops(kernel, wanted);
    for (const backend of backends) {
      const actual = arrays.map(copyOf);
      runKernel(backend, kernel, actual);
      actual.forEach((array, i) => {
        const wrong = difference(array, wanted[i]!, 2e-4);
        if (wrong) throw new Error(`${name}: buffer ${i}, ${wrong}`);
      });
    }
  }

  it.each(shapes)('forward $size×$size×$inputs → $outputs, window $window, stride $stride, pad $pad', (s) => {
    const { image, kernel, result } = sizes(s);
    check(forward(s), [image, kernel, result, s.outputs], 'forward');
  });

  it.each(shapes)('filter gradient $size×$size×$inputs → $outputs, window $window, stride $stride, pad $pad', (s) => {
    const { image, kernel, result } = sizes(s);
    check(filterGradient(s), [image, result, kernel], 'filter gradient');
  });

  it.each(shapes.filter(({ stride, inputs }) => stride === 1 && inputs >= 4))(
    'input gradient $size×$size×$inputs → $outputs, window $window, pad $pad',
    (s) => {
      const { image, kernel, result } = sizes(s);
      check(inputGradient(s), [result, kernel, image], 'input gradient');
    },
  );

  it('any nest of loops, in any order and layout', () => {
    const seed = Date.now() % 1_000_000;
    let matched = 0;
    for (let run = 0; run < 60; run++) {
      const random = generator(seed + run);
      const extents = (count: number, most: number, name: string) =>
        Array.from({ length: count }, (_, i) => loop(`${name}${i}`, 1 + random.below(most)));
      const shuffled = <T>(list: readonly T[]): T[] =>
        list
          .map((x) => [random.uniform(), x] as const)
          .sort((p, q) => p[0] - q[0])
          .map(([, x]) => x);
      const batch = extents(random.below(2), 3, 'b');
      const rows = extents(1 + random.below(2), 9, 'r');
      const columns = extents(1 + random.below(2), 12, 'c');
      const depth = extents(1 + random.below(3), 9, 'd');
      const rowMajor = (loops: readonly LoopIndex[]) => at(...loops.map((l) => [index(l), l.extent] as const));
      const size = (loops: readonly LoopIndex[]) => loops.reduce((product, { extent }) => product * extent, 1);
      const a = shuffled([...batch, ...rows, ...depth]);
      const b = shuffled([...batch, ...columns, ...depth]);
      const c = shuffled([...batch, ...rows, ...columns]);
      const loops = random.below(2) === 0 ? c : shuffled(c);
      const bias = random.below(2) === 0 ? columns[columns.length - 1]! : undefined;
      const stored = bias ? binary('add', read(sum), load('f32', 3, index(bias))) : read(sum);
      const kernel = kernelOf(
        loops,
        shuffled(depth),
        binary('mul', load('f32', 0, rowMajor(a)), load('f32', 1, rowMajor(b))),
        rowMajor(c),
        stored,
        bias ? 1 : 0,
      );
      if (!matchContraction(prepare(kernel))) continue;
      matched++;
      check(kernel, [size(a), size(b), size(c), ...(bias ? [bias.extent] : [])], `seed ${seed + run}`);
    }
    expect(matched).toBeGreaterThan(5);
  });
});
