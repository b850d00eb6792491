// Loop kernels of the WebAssembly backend: `npx tsx bench/micro/kernels.ts [NAME…]`.
// Prints microseconds a call, nanoseconds an element, and bytes a second.
import { createWasmBackend } from '../../src/backends/wasm/index.ts';
import * as ir from '../../src/compiler/loop-ir.ts';
import { enableRelaxedSimd } from '../../src/platform/simd.ts';
import { measure } from './measure.ts';

type Expr = ir.Expr;
interface Case {
  readonly kernel: ir.LoopKernel;
  /** Elements of each buffer. */
  readonly sizes: readonly number[];
  readonly elements: number;
}

const f32 = (value: number): Expr => ir.constant('f32', value);
const add = (a: Expr, b: Expr) => ir.binary('add', a, b);
const sub = (a: Expr, b: Expr) => ir.binary('sub', a, b);
const mul = (a: Expr, b: Expr) => ir.binary('mul', a, b);
const div = (a: Expr, b: Expr) => ir.binary('div', a, b);
const loop = (name: string, extent: number): ir.LoopIndex => ({ name, extent });
const buffers = (reads: number, writes: number): ir.BufferUse[] => [
  ...Array.from({ length: reads }, () => ({ storage: 'f32', access: 'read' }) as const),
  ...Array.from({ length: writes }, () => ({ storage: 'f32', access: 'write' }) as const),
];
const local = (name: string): ir.Local => ({ name, type: 'f32' });
const sum = (into: ir.Local, value: Expr): ir.Accumulator => ({
  local: into,
  combine: 'add',
  signed: true,
  initial: 0,
  value,
});

/** y = f(x₀, x₁, …) over one flat loop. */
function flat(n: number, reads: number, f: (x: Expr[]) => Expr[]): Case {
  const i = loop('i', n);
  const x = Array.from({ length: reads }, (_, b) => ir.load('f32', b, ir.index(i)));
  const values = f(x);
  const body = values.map(
    (value, o): ir.Statement => ({ kind: 'store', buffer: reads + o, index: ir.index(i), value }),
  );
  return {
    kernel: { kind: 'loops', buffers: buffers(reads, values.length), outer: i, body, serial: false },
    sizes: new Array(reads + values.length).fill(n),
    elements: n,
  };
}

const at = (i: ir.LoopIndex, n: number, j: ir.LoopIndex) => ir.plus(ir.times(ir.index(i), n), ir.index(j));

function rows(m: number, n: number, body: (i: ir.LoopIndex) => ir.Statement[], extra: number[] = []): Case {
  const i = loop('i', m);
  const sizes = [m * n, ...extra, m * n];
  return {
    kernel: { kind: 'loops', buffers: buffers(sizes.length - 1, 1), outer: i, body: body(i), serial: false },
    sizes,
    elements: m * n,
  };
}

function softmax(m: number, n: number): Case {
  return rows(m, n, (i) => {
    const [j1, j2, j3] = [loop('j1', n), loop('j2', n), loop('j3', n)];
    const [most, total] = [local('most'), local('total')];
    const e = (j: ir.LoopIndex) => ir.unary('exp', sub(ir.load('f32', 0, at(i, n, j)), ir.read(most)));
    return [
      {
        kind: 'reduce',
        loops: [j1],
        accumulators: [
          {
            local: most,
            combine: 'max',
            signed: true,
            initial: Number.NEGATIVE_INFINITY,
            value: ir.load('f32', 0, at(i, n, j1)),
          },
        ],
      },
      { kind: 'loop', loop: j2, body: [{ kind: 'store', buffer: 1, index: at(i, n, j2), value: e(j2) }] },
      { kind: 'reduce', loops: [j3], accumulators: [sum(total, ir.load('f32', 1, at(i, n, j3)))] },
      (() => {
        const j4 = loop('j4', n);
        return {
          kind: 'loop',
          loop: j4,
          body: [
            {
              kind: 'store',
              buffer: 1,
              index: at(i, n, j4),
              value: mul(ir.load('f32', 1, at(i, n, j4)), div(f32(1), ir.read(total))),
            },
          ],
        };
      })(),
    ];
  });
}

function layerNorm(m: number, n: number): Case {
  return rows(
    m,
    n,
    (i) => {
      const [j1, j2, j3] = [loop('j1', n), loop('j2', n), loop('j3', n)];
      const [total, squares] = [local('total'), local('squares')];
      const mean = mul(ir.read(total), f32(1 / n));
      const difference = (j: ir.LoopIndex) => sub(ir.load('f32', 0, at(i, n, j)), mean);
      const d2 = difference(j2);
      const scale = div(f32(1), ir.unary('sqrt', add(mul(ir.read(squares), f32(1 / n)), f32(1e-5))));
      return [
        { kind: 'reduce', loops: [j1], accumulators: [sum(total, ir.load('f32', 0, at(i, n, j1)))] },
        { kind: 'reduce', loops: [j2], accumulators: [sum(squares, mul(d2, d2))] },
        {
          kind: 'loop',
          loop: j3,
          body: [
            {
              kind: 'store',
              buffer: 3,
              index: at(i, n, j3),
              value: add(
                mul(mul(difference(j3), scale), ir.load('f32', 1, ir.index(j3))),
                ir.load('f32', 2, ir.index(j3)),
              ),
            },
          ],
        },
      ];
    },
    [n, n],
  );
}

/** Adam: buffers gradient, p, m, v, step size; then p, m, v again as outputs in place. */
function adam(n: number): Case {
  const i = loop('i', n);
  const [g, p, m, v] = [0, 1, 2, 3].map((b) => ir.load('f32', b, ir.index(i))) as [Expr, Expr, Expr, Expr];
  const rate = ir.load('f32', 4, ir.integer(0));
  const fma = (a: Expr, b: Expr, c: Expr): Expr => ({ op: 'multiplyAdd', type: 'f32', a, b, c });
  const m2 = fma(m, f32(0.9), fma(g, f32(0.1), f32(1e-30)));
  const v2 = fma(v, f32(0.999), fma(mul(g, f32(0.001)), g, f32(1e-36)));
  const p2 = sub(p, div(mul(rate, m2), add(ir.unary('sqrt', v2), f32(1e-7))));
  const use = (access: 'read' | 'update') => ({ storage: 'f32', access }) as const;
  return {
    kernel: {
      kind: 'loops',
      buffers: [use('read'), use('update'), use('update'), use('update'), use('read')],
      outer: i,
      serial: false,
      body: [
        { kind: 'store', buffer: 2, index: ir.index(i), value: m2 },
        { kind: 'store', buffer: 3, index: ir.index(i), value: v2 },
        { kind: 'store', buffer: 1, index: ir.index(i), value: p2 },
      ],
    },
    sizes: [n, n, n, n, 1],
    elements: n,
  };
}

function columnSums(m: number, n: number): Case {
  const [i, j] = [loop('i', m), loop('j', n)];
  const total = local('total');
  return {
    kernel: {
      kind: 'loops',
      buffers: buffers(1, 1),
      outer: j,
      serial: false,
      body: [
        { kind: 'reduce', loops: [i], accumulators: [sum(total, ir.load('f32', 0, at(i, n, j)))] },
        { kind: 'store', buffer: 1, index: ir.index(j), value: ir.read(total) },
      ],
    },
    sizes: [m * n, n],
    elements: m * n,
  };
}

function rowSums(m: number, n: number): Case {
  const [i, j] = [loop('i', m), loop('j', n)];
  const total = local('total');
  return {
    kernel: {
      kind: 'loops',
      buffers: buffers(1, 1),
      outer: i,
      serial: false,
      body: [
        { kind: 'reduce', loops: [j], accumulators: [sum(total, ir.load('f32', 0, at(i, n, j)))] },
        { kind: 'store', buffer: 1, index: ir.index(i), value: ir.read(total) },
      ],
    },
    sizes: [m * n, m],
    elements: m * n,
  };
}

function biasRelu(m: number, n: number): Case {
  const [i, j] = [loop('i', m), loop('j', n)];
  const value = ir.binary('max', add(ir.load('f32', 0, at(i, n, j)), ir.load('f32', 1, ir.index(j))), f32(0));
  return {
    kernel: {
      kind: 'loops',
      buffers: buffers(2, 1),
      outer: i,
      serial: false,
      body: [{ kind: 'loop', loop: j, body: [{ kind: 'store', buffer: 2, index: at(i, n, j), value }] }],
    },
    sizes: [m * n, n, m * n],
    elements: m * n,
  };
}

function transpose(m: number, n: number): Case {
  const [i, j] = [loop('i', n), loop('j', m)];
  const value = ir.load('f32', 0, at(j, n, i));
  return {
    kernel: {
      kind: 'loops',
      buffers: buffers(1, 1),
      outer: i,
      serial: false,
      body: [{ kind: 'loop', loop: j, body: [{ kind: 'store', buffer: 1, index: at(i, m, j), value }] }],
    },
    sizes: [m * n, m * n],
    elements: m * n,
  };
}

/** One step of an LSTM: gates (m, 4 n) from two products, the old cell; eight results. */
function lstmCell(m: number, n: number): Case {
  const [i, j] = [loop('i', m), loop('j', n)];
  const here = at(i, n, j);
  const gate = (g: number) => {
    const place = ir.plus(ir.times(ir.index(i), 4 * n), ir.plus(ir.index(j), ir.integer(g * n)));
    return add(ir.load('f32', 0, place), ir.load('f32', 1, place));
  };
  const sigmoid = (x: Expr) => div(f32(1), add(f32(1), ir.unary('exp', ir.unary('neg', x))));
  const [input, forget, output] = [sigmoid(gate(0)), sigmoid(gate(1)), sigmoid(gate(3))];
  const candidate = ir.unary('tanh', gate(2));
  const cell = add(mul(forget, ir.load('f32', 2, here)), mul(input, candidate));
  const squashed = ir.unary('tanh', cell);
  const results = [output, forget, input, candidate, cell, squashed, mul(output, squashed)];
  const body = results.map((value, r): ir.Statement => ({ kind: 'store', buffer: 3 + r, index: here, value }));
  return {
    kernel: {
      kind: 'loops',
      buffers: buffers(3, results.length),
      outer: i,
      serial: false,
      body: [{ kind: 'loop', loop: j, body }],
    },
    sizes: [4 * m * n, 4 * m * n, m * n, ...results.map(() => m * n)],
    elements: m * n,
  };
}

const SMALL = 16384;
const cases: Record<string, Case> = {
  'chain 16k: max(x·y + x, 0)': flat(SMALL, 2, ([x, y]) => [ir.binary('max', add(mul(x!, y!), x!), f32(0))]),
  'chain 2048·512': flat(2048 * 512, 2, ([x, y]) => [ir.binary('max', add(mul(x!, y!), x!), f32(0))]),
  'exp 16k': flat(SMALL, 1, ([x]) => [ir.unary('exp', x!)]),
  'tanh 16k': flat(SMALL, 1, ([x]) => [ir.unary('tanh', x!)]),
  'log 16k': flat(SMALL, 1, ([x]) => [ir.unary('log', x!)]),
  'sigmoid 16k': flat(SMALL, 1, ([x]) => [div(f32(1), add(f32(1), ir.unary('exp', ir.unary('neg', x!))))]),
  'erf 16k': flat(SMALL, 1, ([x]) => [ir.unary('erf', x!)]),
  'sin 16k': flat(SMALL, 1, ([x]) => [ir.unary('sin', x!)]),
  'pow 16k': flat(SMALL, 2, ([x, y]) => [ir.binary('pow', x!, y!)]),
  'exp 2048·512': flat(2048 * 512, 1, ([x]) => [ir.unary('exp', x!)]),
  'tanh 2048·512': flat(2048 * 512, 1, ([x]) => [ir.unary('tanh', x!)]),
  'softmax 2048·512': softmax(2048, 512),
  'softmax 32·10': softmax(32, 10),
  'layer norm 2048·512': layerNorm(2048, 512),
  'row sums 2048·512': rowSums(2048, 512),
  'row sums 128·128': rowSums(128, 128),
  'column sums 2048·512': columnSums(2048, 512),
  'column sums 32·128': columnSums(32, 128),
  'bias+relu 32·128': biasRelu(32, 128),
  'bias+relu 100000·3': biasRelu(100000, 3),
  'transpose 512·512': transpose(512, 512),
  'lstm cell 32·64': lstmCell(32, 64),
  'adam 100480 (784·128)': adam(784 * 128),
  'adam 1M': adam(1 << 20),
};

const backend = createWasmBackend({ enableRelaxedSimd, relaxedSimd: process.env.PLAIN === undefined });
const { heap } = backend;
const wanted = process.argv.slice(2);
for (const [name, { kernel, sizes, elements }] of Object.entries(cases)) {
  if (wanted.length > 0 && !wanted.some((w) => name.includes(w))) continue;
  const slots = sizes.map((size) => heap.allocate(size * 4));
  const table = heap.allocate(sizes.length * 4);
  slots.forEach((address, s) => {
    new Uint32Array(heap.buffer, table, sizes.length)[s] = address;
    const data = new Float32Array(heap.buffer, address, sizes[s]!);
    for (let i = 0; i < data.length; i++) data[i] = 0.1 + ((i * 7919) % 1000) / 300;
  });
  const start = performance.now();
  const executable = backend.compile({
    slotCount: sizes.length,
    kernels: [kernel],
    steps: [{ kind: 'kernel', kernel: 0, slots: sizes.map((_, s) => s) }],
  });
  const compiled = performance.now() - start;
  const { best, median } = measure(() => executable.run(table, () => {}), 300);
  const bytes = sizes.reduce((total, size) => total + size * 4, 0);
  console.log(
    `${name.padEnd(28)} ${best.toFixed(2).padStart(9)} µs (median ${median.toFixed(2).padStart(9)}) ${((best * 1000) / elements).toFixed(3)} ns/element ${(bytes / best / 1e3).toFixed(1).padStart(6)} GB/s  compiled in ${compiled.toFixed(1)} ms, ${executable.codeBytes} bytes`,
  );
  for (const address of [...slots, table]) heap.free(address);
}
