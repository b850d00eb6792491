import { describe, expect, it } from 'vitest';
import { isMissingForAReason } from '../../../../test/support/missing-addon.ts';
import { seed } from '../../../../test/support/seed.ts';
import { erfc } from '../../../base/special.ts';
import { setWantedThreads, wantedThreads } from '../../../base/threads.ts';
import { interpretLoops } from '../../../compiler/interpret-loop-ir.ts';
import {
  type Accumulator,
  binary,
  compare,
  constant,
  convert,
  type Expr,
  index,
  type Local,
  type LoopIndex,
  type LoopKernel,
  load,
  plus,
  read,
  type Statement,
  select,
  times,
  unary,
} from '../../../compiler/loop-ir.ts';
import { describeKernel } from '../../../compiler/print-loop-ir.ts';
import { nativeAddon } from '../../../platform/native-addon.ts';
import { enableRelaxedSimd } from '../../../platform/simd.ts';
import { workers } from '../../../platform/workers.ts';
import { normalise } from '../codegen/normalise.ts';
import { createWasmBackend } from '../index.ts';
import {
  arrayOf,
  copyOf,
  difference,
  fill,
  fillExact,
  type Generator,
  generator,
  kernelVariants,
  runKernel,
} from '../testing.ts';
import { planLoops } from './loop-plan.ts';

type Access = 'read' | 'write' | 'update';
interface Case {
  readonly kernel: LoopKernel;
  readonly sizes: readonly number[];
}

const f = (value: number): Expr => constant('f32', value);
const [add, sub, mul, div] = (['add', 'sub', 'mul', 'div'] as const).map(
  (fn) => (a: Expr, b: Expr) => binary(fn, a, b),
) as [Op, Op, Op, Op];
type Op = (a: Expr, b: Expr) => Expr;
type Floats = Float32Array<ArrayBuffer>;
const local = (name: string): Local => ({ name, type: 'f32' });
const sum = (to: Local, value: Expr): Accumulator => ({ local: to, combine: 'add', signed: true, initial: 0, value });
const loopOf = (name: string, extent: number): LoopIndex => ({ name, extent });
const kernelOf = (access: readonly Access[], outer: LoopIndex, body: readonly Statement[]): LoopKernel => ({
  kind: 'loops',
  buffers: access.map((each) => ({ storage: 'f32', access: each })),
  outer,
  body,
  serial: false,
});

/** gelu of a matrix and a bias, with what its gradient keeps. */
function gelu(rows: number, columns: number): Case {
  const [i, j] = [loopOf('i', rows), loopOf('j', columns)];
  const at = plus(times(index(i), columns), index(j));
  const x = add(load('f32', 0, at), load('f32', 1, index(j)));
  const phi = add(unary('erf', div(x, f(Math.SQRT2))), f(1));
  const store = (buffer: number, value: Expr): Statement => ({ kind: 'store', buffer, index: at, value });
  const body = [store(2, phi), store(3, mul(mul(x, f(0.5)), phi))];
  const all = rows * columns;
  return {
    kernel: kernelOf(['read', 'read', 'write', 'write'], i, [{ kind: 'loop', loop: j, body }]),
    sizes: [all, columns, all, all],
  };
}

/** The numbers of gelu as they stand in a program: what is multiplied by x / 2, and the slope. */
function normalOf(x: Expr): { readonly unit: Expr; readonly slope: Expr } {
  const scaled = mul(x, f(Math.fround(Math.SQRT1_2)));
  const twice = unary('erfc', unary('neg', scaled));
  const power = unary('exp', unary('neg', mul(scaled, scaled)));
  const density = f(Math.fround(Math.SQRT1_2) / Math.sqrt(Math.PI));
  return { unit: mul(mul(x, f(0.5)), twice), slope: add(mul(twice, f(0.5)), mul(x, mul(power, density))) };
}

/** gelu of a matrix and a bias, and its slope, one of them or both. */
function normalUnit(rows: number, columns: number, which: readonly ('unit' | 'slope')[]): Case {
  const [i, j] = [loopOf('i', rows), loopOf('j', columns)];
  const at = plus(times(index(i), columns), index(j));
  const parts = normalOf(add(load('f32', 0, at), load('f32', 1, index(j))));
  const body = which.map((part, k): Statement => ({ kind: 'store', buffer: 2 + k, index: at, value: parts[part] }));
  const all = rows * columns;
  return {
    kernel: kernelOf(['read', 'read', ...which.map(() => 'write' as const)], i, [{ kind: 'loop', loop: j, body }]),
    sizes: [all, columns, ...which.map(() => all)],
  };
}

/** softmax of rows, with the largest of each row, its exponentials and their sum. */
function softmax(rows: number, columns: number): Case {
  const [i, a, b, c, d] = [loopOf('i', rows), ...'abcd'.split('').map((name) => loopOf(name, columns))] as LoopIndex[];
  const at = (j: LoopIndex) => plus(times(index(i!), columns), index(j));
  const score = (j: LoopIndex) => mul(load('f32', 0, at(j)), f(0.2));
  const [most, total] = [local('most'), local('total')];
  const largest: Accumulator = {
    ...sum(most, score(a!)),
    combine: 'max',
    initial: Number.NEGATIVE_INFINITY,
  };
  const all = rows * columns;
  const exponential = unary('exp', sub(score(b!), read(most)));
  return {
    kernel: kernelOf(['read', 'write', 'update', 'write', 'write'], i!, [
      { kind: 'reduce', loops: [a!], accumulators: [largest] },
      { kind: 'store', buffer: 1, index: index(i!), value: read(most) },
      { kind: 'loop', loop: b!, body: [{ kind: 'store', buffer: 2, index: at(b!), value: exponential }] },
      { kind: 'reduce', loops: [c!], accumulators: [sum(total, load('f32', 2, at(c!)))] },
      { kind: 'store', buffer: 3, index: index(i!), value: read(total) },
      {
        kind: 'loop',
        loop: d!,
        body: [{ kind: 'store', buffer: 4, index: at(d!), value: div(load('f32', 2, at(d!)), read(total)) }],
      },
    ]),
    sizes: [all, rows, all, rows, all],
  };
}

/** Weighted sums over rows, of something computed, plus what was there: the gradient of a bias. */
function columnSums(batch: number, rows: number, columns: number): Case {
  const [h, i, j] = [loopOf('h', batch), loopOf('i', rows), loopOf('j', columns)];
  const at = plus(times(plus(times(index(h), rows), index(i)), columns), index(j));
  const total = local('total');
  const value = mul(unary('tanh', load('f32', 0, at)), add(load('f32', 1, index(i)), load('f32', 2, index(j))));
  return {
    kernel: kernelOf(['read', 'read', 'read', 'write'], j, [
      { kind: 'reduce', loops: [h, i], accumulators: [sum(total, value)] },
      { kind: 'store', buffer: 3, index: index(j), value: add(mul(read(total), f(0.5)), load('f32', 2, index(j))) },
    ]),
    sizes: [batch * rows * columns, rows, columns, columns],
  };
}

/** The gates of an LSTM: logistic functions and tanh of sums, what is made of them, what its gradient keeps. */
function gates(rows: number, units: number): Case {
  const [i, j] = [loopOf('i', rows), loopOf('j', units)];
  const at = plus(times(index(i), units), index(j));
  const sums = [0, 1, 2, 3].map((gate) => {
    const where = plus(times(index(i), 4 * units), plus(index(j), constant('i32', gate * units)));
    return add(load('f32', 0, where), load('f32', 1, where));
  });
  const logistic = (x: Expr): Expr => div(f(1), add(f(1), unary('exp', unary('neg', x))));
  const [input, forget, fresh, output] = [
    logistic(sums[0]!),
    logistic(sums[1]!),
    unary('tanh', sums[2]!),
    logistic(unary('abs', sums[3]!)),
  ];
  const carry = load('f32', 2, at);
  const next = add(mul(forget, carry), mul(input, fresh));
  const body = [input, forget, fresh, output, next, mul(output, unary('tanh', next)), carry].map(
    (value, k): Statement => ({ kind: 'store', buffer: 3 + k, index: at, value }),
  );
  const access = [...new Array<Access>(3).fill('read'), ...new Array<Access>(7).fill('write')];
  return {
    kernel: kernelOf(access, i, [{ kind: 'loop', loop: j, body }]),
    sizes: access.map((_, k) => (k < 2 ? 4 : 1) * rows * units),
  };
}

/** Updates in place: what is copied, what is made of it, and what is made of a value that was stored. */
function inPlace(n: number): Case {
  const i = loopOf('i', n);
  const at = index(i);
  const [x, y] = [load('f32', 0, at), load('f32', 1, at)];
  const store = (buffer: number, value: Expr): Statement => ({ kind: 'store', buffer, index: at, value });
  const stored = load('f32', 2, at);
  return {
    kernel: kernelOf(['read', 'read', 'update', 'write', 'write'], i, [
      store(2, select(compare('gt', x, y), unary('exp', y), f(-1))),
      store(3, x),
      store(4, add(stored, unary('log1p', unary('abs', x)))),
    ]),
    sizes: [n, n, n, n, n],
  };
}

const cases: Readonly<Record<string, Case>> = {
  'gelu of whole blocks': gelu(64, 512),
  'gelu of parts of vectors': gelu(37, 45),
  'gelu of columns beyond a block': gelu(3, 1301),
  'gelu and its slope': normalUnit(64, 512, ['unit', 'slope']),
  'gelu and its slope of parts of vectors': normalUnit(37, 45, ['unit', 'slope']),
  'gelu alone': normalUnit(19, 77, ['unit']),
  'the slope of gelu alone': normalUnit(19, 77, ['slope']),
  'softmax of short rows': softmax(129, 64),
  'softmax of odd rows': softmax(50, 77),
  'softmax of long rows': softmax(5, 2050),
  'softmax of one number each': softmax(33, 12),
  'sums over rows': columnSums(1, 300, 130),
  'sums over two axes': columnSums(3, 70, 33),
  'sums over rows of many columns': columnSums(2, 9, 700),
  'updates in place': inPlace(3001),
  'gates of whole vectors': gates(16, 64),
  'gates of parts of vectors': gates(9, 37),
};

const native = nativeAddon();
const variants = kernelVariants(enableRelaxedSimd, native).filter(({ options }) => options.native);

const backends = variants.map(({ options }) => createWasmBackend(options));

/** A kernel over rows, or sums over them: random values of float32 that are exact in any order. */
function randomRows(random: Generator): Case {
  const extents = [1 + random.below(4), 1 + random.below(40), 1 + random.below(90)] as const;
  const [h, i, j] = extents.map((extent, at) => loopOf('hij'[at]!, extent)) as [LoopIndex, LoopIndex, LoopIndex];
  const accesses: Access[] = [];
  const sizes: number[] = [];
  const buffer = (access: Access, size: number): number => {
    sizes.push(size);
    return accesses.push(access) - 1;
  };
  const [columns, rows, all] = [j.extent, h.extent * i.extent, h.extent * i.extent * j.extent];
  const row = plus(times(index(h), i.extent), index(i));
  const element = (column: LoopIndex): Expr => plus(times(row, columns), index(column));
  const inputs = [buffer('read', all), buffer('read', all), buffer('read', columns), buffer('read', rows)] as const;
  const locals: Local[] = [];
  /** Values of an element; without a column, of a row. */
  const leaf = (column: LoopIndex | undefined): Expr => {
    if (locals.length > 0 && random.below(4) === 0) return read(random.pick(locals));
    const which = column ? random.below(5) : 3 + random.below(2);
    if (which === 4) return f((random.below(17) - 8) / 2);
    const at = which < 2 ? element(column!) : which === 2 ? index(column!) : row;
    return load('f32', inputs[which]!, at);
  };
  const value = (column: LoopIndex | undefined, depth: number): Expr => {
    if (depth === 0) return leaf(column);
    const inner = () => value(column, depth - 1);
    switch (random.below(8)) {
      case 0:
        return unary(random.pick(['neg', 'abs', 'floor', 'ceil', 'trunc', 'nearest'] as const), inner());
      case 1:
        return select(
          compare(random.pick(['lt', 'le', 'gt', 'ge', 'eq', 'ne'] as const), inner(), inner()),
          inner(),
          leaf(column),
        );
      case 2:
        return mul(leaf(column), f(random.below(5) - 2));
      default:
        return binary(random.pick(['add', 'sub', 'min', 'max'] as const), inner(), inner());
    }
  };
  const combine = () => random.pick(['add', 'max', 'min'] as const);
  const initial = { add: 0, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY };
  const reduction = (loops: readonly LoopIndex[], column: LoopIndex): Statement => {
    const accumulators = Array.from({ length: 1 + random.below(2) }, () => {
      const how = combine();
      const start = random.below(3) === 0 ? 1.5 : initial[how];
      return { ...sum(local(`v${random.below(1e9)}`), value(column, 2)), combine: how, initial: start };
    });
    locals.push(...accumulators.map((accumulator) => accumulator.local));
    return { kind: 'reduce', loops, accumulators };
  };
  if (random.below(3) === 0) {
    const body: Statement[] = [reduction([h, i], j)];
    const result = buffer('write', columns);
    const last = add(read(locals[0]!), mul(load('f32', inputs[2], index(j)), f(2)));
    body.push({ kind: 'store', buffer: result, index: index(j), value: last });
    return { kernel: kernelOf(accesses, j, body), sizes };
  }
  const body: Statement[] = [];
  for (let count = 1 + random.below(4); count > 0; count--) {
    const column = loopOf(`j${count}`, columns);
    if (random.below(3) === 0) {
      body.push(reduction([column], column));
      continue;
    }
    const result = buffer('update', all);
    const stores: Statement[] = [{ kind: 'store', buffer: result, index: element(column), value: value(column, 3) }];
    if (random.below(2) === 0) {
      const stored = load('f32', result, element(column));
      const other = buffer('write', all);
      stores.push({ kind: 'store', buffer: other, index: element(column), value: add(stored, value(column, 1)) });
    }
    body.push({ kind: 'loop', loop: column, body: stores });
  }
  body.push({ kind: 'store', buffer: buffer('write', rows), index: row, value: value(undefined, 2) });
  return { kernel: kernelOf(accesses, h, [{ kind: 'loop', loop: i, body }]), sizes };
}
const RANDOM_KERNELS = 24;

if (native) describe('the native executor of loops', theExecutor);
else isMissingForAReason();

function theExecutor(): void {
  it.each(Object.keys(cases))('does %s as the interpreter', (name) => {
    const { kernel, sizes } = cases[name]!;
    expect(planLoops(normalise(kernel), true)).toBeDefined();
    const random = generator(seed);
    const inputs = sizes.map((size) => {
      const array = arrayOf('f32', size);
      fill(array, random);
      return array;
    });
    const wanted = inputs.map(copyOf);
    interpretLoops(kernel, wanted);
    backends.forEach((backend, which) => {
      const actual = inputs.map(copyOf);
      runKernel(backend, kernel, actual);
      actual.forEach((array, i) => {
        expect(difference(array, wanted[i]!, 2e-5), `${variants[which]!.name}, buffer ${i}`).toBeNull();
      });
    });
  });

  it('gives the same bits on three threads', () => {
    const before = wantedThreads();
    setWantedThreads(3);
    const { native: choice } = variants[0]!.options;
    const shared = createWasmBackend({
      enableRelaxedSimd,
      workers,
      shareAll: true,
      native: { ...choice!, file: native!.file },
    });
    for (const { kernel, sizes } of Object.values(cases)) {
      const random = generator(seed);
      const alone = sizes.map((size) => {
        const array = arrayOf('f32', size);
        fill(array, random);
        return array;
      });
      const together = alone.map(copyOf);
      runKernel(backends[0]!, kernel, alone);
      runKernel(shared, kernel, together);
      expect(together).toEqual(alone);
    }
    expect(shared.threads).toBe(3);
    setWantedThreads(before);
  });

  it('gives what the interpreter gives, to the last bit, where numbers are exact', () => {
    let planned = 0;
    for (let run = 0; run < RANDOM_KERNELS; run++) {
      const random = generator(seed + run);
      const { kernel, sizes } = randomRows(random);
      if (planLoops(normalise(kernel), true)) planned++;
      const inputs = sizes.map((size) => {
        const array = arrayOf('f32', size);
        fillExact(array, random, 'f32');
        return array;
      });
      const wanted = inputs.map(copyOf);
      interpretLoops(kernel, wanted);
      for (const backend of backends) {
        const actual = inputs.map(copyOf);
        runKernel(backend, kernel, actual);
        actual.forEach((array, i) => {
          const wrong = difference(array, wanted[i]!, 0);
          if (wrong) throw new Error(`seed ${seed + run}, buffer ${i}, ${wrong}\n${describeKernel(kernel)}`);
        });
      }
    }
    // Most of them are of the executor's kind; unrolling and joining loops makes others of some.
    expect(planned).toBeGreaterThan(RANDOM_KERNELS / 2);
  });

  it('does gelu, its slope, and both at once in one instruction each, right to a few roundings', () => {
    const n = 20000;
    const i = loopOf('i', n);
    const { unit, slope } = normalOf(load('f32', 0, index(i)));
    const random = generator(seed);
    const x = Float32Array.from({ length: n }, (_, k) => (random.uniform() - 0.5) * 2 ** ((k % 12) - 6));
    x.set([0, -0, 1, -1, 13.5, -13.5, 40, -40, 1e30, -1e30, Infinity, NaN]);
    const store = (buffer: number, value: Expr): Statement => ({ kind: 'store', buffer, index: index(i), value });
    const kernels = [[unit, slope], [unit], [slope]].map((values) =>
      kernelOf(
        ['read', 'write', 'write'],
        i,
        values.map((value, k) => store(1 + k, value)),
      ),
    );
    // One instruction: its header, places and constants come to less than half of what the parts would.
    const [both, one] = kernels.map((kernel) => planLoops(normalise(kernel))!.words.length);
    expect(both! - one!).toBeLessThan(10);
    for (const [which, backend] of backends.entries()) {
      const [a, b, c, d] = [0, 1, 2, 3].map(() => new Float32Array(n)) as [Floats, Floats, Floats, Floats];
      runKernel(backend, kernels[0]!, [x.slice(), a, b]);
      runKernel(backend, kernels[1]!, [x.slice(), c, new Float32Array(n)]);
      runKernel(backend, kernels[2]!, [x.slice(), d, new Float32Array(n)]);
      expect([c, d]).toEqual([a, b]);
      x.forEach((at, k) => {
        const scaled = Math.fround(at * Math.fround(Math.SQRT1_2));
        const twice = erfc(-scaled);
        const density = Math.exp(-scaled * scaled) * (Math.fround(Math.SQRT1_2) / Math.sqrt(Math.PI));
        for (const [is, terms] of [
          [a[k]!, [at * 0.5 * twice]],
          [b[k]!, [0.5 * twice, at * density]],
        ] as const) {
          const wanted = terms.reduce((sum, term) => sum + term, 0);
          if (Number.isNaN(wanted)) expect(is).toBeNaN();
          // Parts of it may be flushed.
          else if (Math.abs(wanted) < 1e-30 || Math.abs(wanted) === Infinity) expect(is).toBeCloseTo(wanted, 29);
          else {
            const size = terms.reduce((sum, term) => sum + Math.abs(term), 0);
            const error = Math.abs(is - wanted) / size / 2 ** -24;
            if (!(error < 8))
              throw new Error(`seed ${seed}, ${variants[which]!.name}: ${at} gave ${is}, not ${wanted}: ${error}`);
          }
        }
      });
    }
  });

  it.each([5, 32, 45, 133])(
    'finds the largest and smallest of rows of %s, what is no number and signs of zeros included',
    (columns) => {
      const rows = 200;
      const [i, j] = [loopOf('i', rows), loopOf('j', columns)];
      const x = load('f32', 0, plus(times(index(i), columns), index(j)));
      const most: Accumulator = { ...sum(local('most'), x), combine: 'max', initial: Number.NEGATIVE_INFINITY };
      const least: Accumulator = { ...sum(local('least'), x), combine: 'min', initial: Number.POSITIVE_INFINITY };
      const store = (buffer: number, value: Expr): Statement => ({ kind: 'store', buffer, index: index(i), value });
      const kernel = kernelOf(['read', 'write', 'write'], i, [
        { kind: 'reduce', loops: [j], accumulators: [most, least] },
        store(1, read(most.local)),
        store(2, read(least.local)),
      ]);
      expect(planLoops(normalise(kernel), true)).toBeDefined();
      const random = generator(seed);
      const values = new Float32Array(rows * columns).map((_, k) => {
        // By rows: any numbers; zeros of both signs and what is below, or above; seldom something that is no number; infinities.
        const kind = Math.floor(k / columns) % 5;
        const number = (random.uniform() - 0.5) * 10;
        if (kind === 0) return number;
        if (kind === 3) return random.below(columns) === 0 ? NaN : number;
        if (kind === 4) return random.below(4) === 0 ? number * Infinity : number;
        return random.below(columns) < 2 ? random.pick([0, -0]) : kind === 1 ? -Math.abs(number) : Math.abs(number);
      });
      for (const [which, backend] of backends.entries()) {
        const [largest, smallest] = [new Float32Array(rows), new Float32Array(rows)];
        runKernel(backend, kernel, [values.slice(), largest, smallest]);
        for (let row = 0; row < rows; row++) {
          const line = values.subarray(row * columns, (row + 1) * columns);
          const found = [largest[row], smallest[row]];
          expect(found, `seed ${seed}, ${variants[which]!.name}, row ${row}`).toEqual([
            Math.max(...line),
            Math.min(...line),
          ]);
        }
      }
    },
  );

  it('reads the lower bits of integers, as dropout does', () => {
    const [rows, columns] = [37, 77];
    const [i, j] = [loopOf('i', rows), loopOf('j', columns)];
    const at = plus(times(index(i), columns), index(j));
    const bits = binary('and', load('i32', 1, at), { op: 'const', type: 'i32', value: 2 ** 23 - 1 });
    const keep = compare('ge', mul(convert('f32', bits, false), f(2 ** -23)), f(0.3));
    const value = select(keep, unary('exp', load('f32', 0, at)), f(0));
    const kernel: LoopKernel = {
      ...kernelOf(['read', 'read', 'write'], i, [
        { kind: 'loop', loop: j, body: [{ kind: 'store', buffer: 2, index: at, value }] },
      ]),
      buffers: [
        { storage: 'f32', access: 'read' },
        { storage: 'u32', access: 'read' },
        { storage: 'f32', access: 'write' },
      ],
    };
    expect(planLoops(normalise(kernel), true)).toBeDefined();
    const random = generator(seed);
    const x = new Float32Array(rows * columns).map(() => random.uniform());
    const words = new Uint32Array(rows * columns).map(() => random.below(2 ** 32));
    backends.forEach((backend, which) => {
      const y = new Float32Array(rows * columns);
      runKernel(backend, kernel, [x.slice(), words.slice(), y]);
      x.forEach((a, k) => {
        const wanted = (words[k]! % 2 ** 23) / 2 ** 23 >= Math.fround(0.3) ? Math.exp(a) : 0;
        expect(Math.abs(y[k]! - wanted), `seed ${seed}, ${variants[which]!.name}`).toBeLessThan(1e-6);
      });
    });
  });

  it('reads a variable before it is overwritten by what does not depend on it', () => {
    const i = loopOf('i', 3000);
    const at = index(i);
    const store = (buffer: number, value: Expr): Statement => ({ kind: 'store', buffer, index: at, value });
    // Buffer 2 lies where buffer 1 does.
    const body = [store(2, unary('exp', load('f32', 0, at))), store(3, mul(load('f32', 1, at), f(2)))];
    const uses = kernelOf(['read', 'read', 'write', 'write'], i, body);
    const kernel: LoopKernel = {
      ...uses,
      buffers: uses.buffers.map((use, k) => (k === 2 ? { ...use, inPlace: true } : use)),
    };
    expect(planLoops(kernel)).toBeDefined();
    expect(describeKernel(kernel)).not.toEqual(describeKernel(uses));
    for (const backend of backends) {
      const { heap } = backend;
      const [x, y, z] = [0, 1, 2].map(() => heap.allocate(3000 * 4)) as [number, number, number];
      const table = heap.allocate(16);
      const floats = (address: number) => new Float32Array(heap.buffer, address, 3000);
      floats(x).fill(0);
      floats(y).forEach((_, k, all) => {
        all[k] = k;
      });
      new Uint32Array(heap.buffer, table, 4).set([x, y, y, z]);
      const steps = [{ kind: 'kernel', kernel: 0, slots: [0, 1, 2, 3] }] as const;
      backend.compile({ slotCount: 4, kernels: [kernel], steps }).run(table, () => {});
      expect(floats(y).every((value) => value === 1)).toBe(true);
      expect(floats(z).every((value, k) => value === 2 * k)).toBe(true);
    }
  });

  it('leaves alone what it does not know, and what must run in order', () => {
    const i = loopOf('i', 5000);
    const store = (value: Expr): Statement => ({ kind: 'store', buffer: 1, index: index(i), value });
    const x = load('f32', 0, index(i));
    expect(planLoops(kernelOf(['read', 'write'], i, [store(unary('exp', x))]))).toBeDefined();
    expect(planLoops(kernelOf(['read', 'write'], i, [store(unary('tan', x))]))).toBeUndefined();
    expect(planLoops({ ...kernelOf(['read', 'write'], i, [store(unary('exp', x))]), serial: true })).toBeUndefined();
    // What an earlier iteration has stored is read.
    const shifted = load('f32', 1, plus(index(i), { op: 'const', type: 'i32', value: -1 }));
    expect(planLoops(kernelOf(['read', 'update'], i, [store(unary('exp', shifted))]))).toBeUndefined();
    // Long sums over rows, but not those over a small window.
    expect(planLoops(normalise(columnSums(4, 200, 32).kernel))).toBeDefined();
    expect(planLoops(normalise(columnSums(3, 3, 32).kernel))).toBeUndefined();
    // Sums of products, which the generated kernels do as fast.
    expect(planLoops(kernelOf(['read', 'write'], i, [store(mul(x, x))]))).toBeUndefined();
  });
}
