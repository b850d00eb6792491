// Every primitive as a compiled program of one node, on WebAssembly, against its own reference evaluation.
// Values: the primitive's samples; for elementwise ones also NaN, infinities, zeros of both signs, denormals, extremes, in
// lengths that leave every tail of a vector.
import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/index.ts';
import { generator } from '../../src/backends/wasm/testing.ts';
import { allocate, type Data, type DType, dtypes, isBig } from '../../src/base/dtype.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { runGraph } from '../../src/graph/evaluate-graph.ts';
import { Graph } from '../../src/graph/graph.ts';
import type { Params, Primitive, Sample } from '../../src/graph/primitive.ts';
import type { Spec } from '../../src/graph/value.ts';
import '../../src/primitives/index.ts';
import { enableRelaxedSimd } from '../../src/platform/simd.ts';
import { allPrimitives, primitive } from '../../src/primitives/registry.ts';
import { hasStorage } from '../../src/primitives/storage.ts';
import { Engine, EngineProgram } from '../../src/runtime/engine.ts';

const engine = new Engine(createWasmBackend({ enableRelaxedSimd }));
const random = generator(7);

/** Relative to the result, and absolute, beside zeros of functions of size one. */
const TOLERANCE: Partial<Record<DType, readonly [number, number]>> = {
  float32: [2e-6, 5e-7],
  float64: [1e-13, 1e-14],
  float16: [2e-3, 1e-3],
  bfloat16: [1.6e-2, 1e-2],
  complex64: [1e-6, 1e-6],
};

function elements({ dtype, dims }: Spec, low: number, high: number, values?: readonly number[]): Data {
  const data = allocate(dtype, sizeOf(dims)) as Float64Array;
  const { kind } = dtypes[dtype];
  for (let i = 0; i < data.length; i++) {
    const x = values ? values[i % values.length]! : low + random.uniform() * (high - low);
    const whole = kind === 'bool' ? Number(x >= (low + high) / 2) : Math.trunc(x);
    if (isBig(dtype)) (data as object as BigInt64Array)[i] = BigInt(whole);
    else if (kind !== 'float' && kind !== 'complex') data[i] = whole;
    else data[i] = dtype === 'float16' ? Math.round(x * 64) / 64 : dtype === 'bfloat16' ? Math.round(x * 16) / 16 : x;
  }
  return data;
}

/** Builds, compiles, runs; gives the first difference in words. */
function differs(definition: Primitive, inputs: readonly { spec: Spec; data: Data }[], params: Params): string | null {
  const graph = new Graph();
  const parameters = inputs.map(({ spec }) => graph.addParameter(spec));
  graph.outputs = graph.apply(definition, parameters, params);
  const data = inputs.map((input) => input.data);
  const wanted = runGraph(graph, data);
  const program = new EngineProgram(engine, {
    graph,
    arguments: data.map((_, i) => i),
    variables: [],
    results: graph.outputs.length,
  });
  const found = program.execute(data);
  for (const [k, spec] of graph.outputs.entries()) {
    const [relative, unit] = TOLERANCE[spec.dtype] ?? [0, 0];
    // Terms of sums cancel: their errors are as large as the largest results suggest.
    const sums = definition.kind === 'contract' || definition.kind === 'convolution' || definition.kind === 'reduce';
    const absolute =
      unit * (sums && relative > 0 ? Math.max(1, ...Array.from(wanted[k] as Float64Array, Math.abs)) : 1);
    for (let i = 0; i < wanted[k]!.length; i++) {
      const [a, w] = [found[k]![i]!, wanted[k]![i]!];
      if (Object.is(a, w) || a === w || (Number.isNaN(a) && Number.isNaN(w))) continue;
      const off = Math.abs(Number(a) - Number(w));
      // Denormals may be flushed.
      if (off <= relative * Math.abs(Number(w)) + absolute || (relative > 0 && off < 1e-37)) continue;
      const given = data.map((list) => String(list.length === wanted[k]!.length ? list[i] : `${list.length} elements`));
      return `${definition.name} ${inputs.map(({ spec: s }) => `${s.dtype}[${s.dims.join()}]`).join(' ')} ${JSON.stringify(params)}: element ${i} of ${given.join(', ')} is ${a}, wanted ${w}`;
    }
  }
  return null;
}

const ofSample = (definition: Primitive, sample: Sample): string | null =>
  differs(
    definition,
    sample.inputs.map(({ dims, dtype, low = -2, high = 2, values }) => ({
      spec: { dims, dtype },
      data: elements({ dims, dtype }, low, high, values),
    })),
    sample.params ?? {},
  );

const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  7,
  -7,
  20,
  -20,
  90,
  -90,
  1e4,
  -1e4,
  1e10,
  -3e9,
  1e30,
  -1e30,
  1e-20,
  -1e-20,
  1e-40,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const INTEGERS = [0, 1, -1, 2, 5, -7, 31, 32, 33, 127, 128, -128, 255, 32767, -32768, 65535, 2147483647, -2147483648];

/** Every pair of edges, as far as `length` goes. */
function edges(dtype: DType, operand: number, length: number): Data {
  const { kind, bits } = dtypes[dtype];
  const data = allocate(dtype, length) as Float64Array;
  const list =
    kind === 'float' ? FLOATS.filter((x) => bits > 16 || !(Math.abs(x) > 100 && Number.isFinite(x))) : INTEGERS;
  for (let i = 0; i < length; i++) {
    const x = list[(operand === 0 ? i : Math.floor(i / list.length) + 7 * i) % list.length]!;
    if (isBig(dtype)) (data as object as BigInt64Array)[i] = BigInt(x);
    else if (dtype === 'bool') data[i] = i % (operand + 2) === 0 ? 1 : 0;
    else data[i] = dtype === 'float16' || dtype === 'bfloat16' ? Math.fround(Math.round(x * 4) / 4) : x;
  }
  return data;
}

const pointwise = allPrimitives().filter((definition) => definition.kind === 'map' && definition.pointwise);

function combinations(definition: Primitive): { dtypes: DType[]; params: Params }[] {
  const seen = new Map<string, { dtypes: DType[]; params: Params }>();
  for (const { inputs, params = {} } of definition.samples()) {
    const list = inputs.map((input) => input.dtype);
    if (list.every(hasStorage)) seen.set(`${list.join()}${JSON.stringify(params)}`, { dtypes: list, params });
  }
  return [...seen.values()];
}

describe('primitives on the engine', () => {
  it.each(allPrimitives().map((definition) => [definition.name, definition] as const))(
    '%s: its samples',
    (_, definition) => {
      expect(
        definition
          .samples()
          .map((sample) => ofSample(definition, sample))
          .filter((text) => text !== null),
      ).toEqual([]);
    },
  );

  it.each(pointwise.map((definition) => [definition.name, definition] as const))('%s: edges', (_, definition) => {
    const found = combinations(definition).map(({ dtypes: list, params }) => {
      const length = list.length > 1 ? 403 : 37;
      const inputs = list.map((dtype, i) => ({ spec: { dims: [length], dtype }, data: edges(dtype, i, length) }));
      // Negative powers of integers are an error, in both.
      const [, exponents] = inputs;
      if (definition.name === 'pow' && dtypes[exponents!.spec.dtype].kind === 'int') {
        const data = exponents!.data as Int32Array;
        data.forEach((x, i) => {
          if (x < 0) data[i] = ~x;
        });
      }
      return differs(definition, inputs, params);
    });
    expect(found.filter((text) => text !== null)).toEqual([]);
  });

  it.each(['add', 'exp', 'select', 'less', 'convert'] as const)('%s: every length from 1 to 70', (name) => {
    const definition = primitive(name) as Primitive;
    const wide = combinations(definition).filter(
      ({ dtypes: list, params }) =>
        ['float32', 'int32', 'uint8', 'int64', 'float64', 'bool'].includes(String(params.dtype ?? list.at(-1))) &&
        (name !== 'convert' || list[0] === 'float32'),
    );
    const found: (string | null)[] = [];
    for (const { dtypes: list, params } of wide) {
      for (let length = 1; length <= 70; length += list[0] === 'float32' ? 1 : 5) {
        const inputs = list.map((dtype) => ({
          spec: { dims: [length], dtype },
          data: elements({ dims: [length], dtype }, 0, 3),
        }));
        found.push(differs(definition, inputs, params));
      }
    }
    expect(found.filter((text) => text !== null)).toEqual([]);
  });
});
