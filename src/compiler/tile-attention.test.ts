// Attention in parts: the same numbers as with all scores in memory, forward and backward, and nowhere a value as large as they are.
import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../backends/wasm/index.ts';
import { generator } from '../backends/wasm/testing.ts';
import { sizeOf } from '../base/shape.ts';
import { setWantedThreads, wantedThreads } from '../base/threads.ts';
import { runGraph } from '../graph/evaluate-graph.ts';
import { Graph, type GraphValue } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import { verifyGraph } from '../graph/verify.ts';
import '../primitives/index.ts';
import { workers } from '../platform/workers.ts';
import type { ScanParams } from '../primitives/control/scan.ts';
import { type PrimitiveName, primitive } from '../primitives/registry.ts';
import { Engine, EngineProgram } from '../runtime/engine.ts';
import { compile } from './compile.ts';
import { simplify } from './simplify.ts';
import { tileAttention } from './tile-attention.ts';

interface Sizes {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly size: number;
}
interface Variant {
  /** Heads before the sequence, as products of matrices have them. */
  readonly headsFirst?: boolean;
  /** Which queries see which keys: (1, 1, queries, keys), or for each element of the batch. */
  readonly mask?: 'all' | 'batch';
  /** By position: query i sees the keys 0 … i, or those less than so far away. */
  readonly sees?: 'before' | number;
  /** Probabilities are dropped by random bits. */
  readonly dropout?: boolean;
  /** Added to the scores, with a gradient: its axes that are as long as those of the scores. */
  readonly bias?: readonly number[];
  readonly forwardOnly?: boolean;
  /** The probabilities are a result too. */
  readonly scores?: boolean;
}

/** softmax(q kᵀ / 2) v, and the gradients of half the sum of its squares. */
function attention({ batch, heads, queries, keys, size }: Sizes, variant: Variant = {}): Graph {
  const { headsFirst = false, mask, forwardOnly = false, scores = false, sees, dropout = false, bias } = variant;
  const graph = new Graph();
  const apply = (name: PrimitiveName, inputs: readonly GraphValue[], params: Params = {}): GraphValue =>
    graph.apply(primitive(name) as Primitive, inputs, params)[0]!;
  const operand = (length: number) =>
    graph.addParameter({
      dims: headsFirst ? [batch, heads, length, size] : [batch, length, heads, size],
      dtype: 'float32',
    });
  const [q, k, v] = [operand(queries), operand(keys), operand(keys)];
  const pairs = [batch, heads, queries, keys];
  const [head, along] = headsFirst ? [1, 2] : [2, 1];
  const dot = (
    a: GraphValue,
    b: GraphValue,
    batches: readonly [number[], number[]],
    lhsContract: number[],
    rhsContract: number[],
  ) => apply('dotGeneral', [a, b], { lhsBatch: batches[0], rhsBatch: batches[1], lhsContract, rhsContract });
  const number = (value: number) =>
    apply('broadcast', [graph.addConstant(Float32Array.of(value), { dims: [], dtype: 'float32' })], {
      dims: pairs,
      axes: [],
    });
  const rows = (value: GraphValue) => apply('broadcast', [value], { dims: pairs, axes: [0, 1, 2] });
  const products = [
    [0, head],
    [0, head],
  ] as const satisfies [number[], number[]];
  const matrix = [queries, keys];
  const count = (axis: number) => apply('iota', [], { dims: matrix, axis, dtype: 'int32' });
  const whole = (value: number) =>
    apply('broadcast', [graph.addConstant(Int32Array.of(value), { dims: [], dtype: 'int32' })], {
      dims: matrix,
      axes: [],
    });
  const byPosition = (): GraphValue | undefined => {
    if (sees === undefined) return undefined;
    const kept =
      sees === 'before'
        ? apply('greaterEqual', [count(0), count(1)])
        : apply('less', [apply('abs', [apply('sub', [count(0), count(1)])]), whole(sees)]);
    return apply('broadcast', [kept], { dims: pairs, axes: [2, 3] });
  };
  const spread = mask
    ? apply(
        'broadcast',
        [graph.addParameter({ dims: [mask === 'all' ? 1 : batch, 1, queries, keys], dtype: 'bool' })],
        {
          dims: pairs,
          axes: [0, 1, 2, 3],
        },
      )
    : byPosition();
  const added = bias && graph.addParameter({ dims: bias.map((axis) => pairs[axis]!), dtype: 'float32' });
  const keeps = (): GraphValue => {
    const word = (values: number[]) =>
      graph.addConstant(Uint32Array.from(values), { dims: [values.length], dtype: 'uint32' });
    const first = graph.addConstant(BigUint64Array.of(0n), { dims: [], dtype: 'uint64' });
    const bits = apply('randomBits', [word([5, 6]), word([4294967295, 1, 2, 3]), first], { dims: pairs });
    const limit = graph.addConstant(Uint32Array.of(1e9), { dims: [], dtype: 'uint32' });
    return apply('greaterEqual', [bits, apply('broadcast', [limit], { dims: pairs, axes: [] })]);
  };
  const drop = dropout ? keeps() : undefined;
  const dropped = (value: GraphValue) => (drop ? apply('select', [drop, value, number(0)]) : value);
  const raw = apply('transpose', [dot(k, q, products, [3], [3])], { permutation: [0, 1, 3, 2] });
  const half = apply('mul', [raw, number(0.5)]);
  const scaled = added ? apply('add', [half, apply('broadcast', [added], { dims: pairs, axes: bias })]) : half;
  const seen = spread ? apply('select', [spread, scaled, number(-1e30)]) : scaled;
  const exponentials = apply('exp', [apply('sub', [seen, rows(apply('reduceMax', [seen], { axes: [3] }))])]);
  const totals = rows(apply('reduceSum', [exponentials], { axes: [3] }));
  const softmax = apply('div', [exponentials, totals]);
  const weighted = [
    [0, 1],
    [0, head],
  ] as const satisfies [number[], number[]];
  graph.outputs = [dot(dropped(softmax), v, weighted, [3], [along]), ...(scores ? [softmax] : [])];
  if (forwardOnly) return graph;
  const g = headsFirst ? graph.outputs[0]! : apply('transpose', [graph.outputs[0]!], { permutation: [0, 2, 1, 3] });
  const byV = dot(dropped(softmax), g, weighted, [2], [along]);
  const share = apply('div', [dropped(dot(g, v, products, [3], [3])), totals]);
  const sums = apply('reduceSum', [apply('neg', [apply('mul', [share, softmax])])], { axes: [3] });
  const byScores = apply('mul', [apply('add', [share, rows(sums)]), exponentials]);
  const bySeen = spread ? apply('select', [spread, byScores, number(0)]) : byScores;
  const byRaw = apply('mul', [bySeen, number(0.5)]);
  const others = [0, 1, 2, 3].filter((axis) => !bias?.includes(axis));
  if (bias) graph.outputs.push(others.length > 0 ? apply('reduceSum', [bySeen], { axes: others }) : bySeen);
  const byK = dot(byRaw, q, weighted, [2], [along]);
  const byQ = dot(
    k,
    byRaw,
    [
      [0, head],
      [0, 1],
    ],
    [along],
    [3],
  );
  graph.outputs.push(byQ, byK, byV);
  return graph;
}

const dataOf = (graph: Graph) => {
  const random = generator(5);
  return graph.parameters.map(({ dims, dtype }) =>
    dtype === 'bool'
      ? Uint8Array.from({ length: sizeOf(dims) }, (_, i) => (i % 3 === 0 || random.uniform() < 0.5 ? 1 : 0))
      : Float32Array.from({ length: sizeOf(dims) }, () => 2 * random.uniform() - 1),
  );
};

/** All values of a graph and of the bodies in it. */
const valuesOf = (graph: Graph): GraphValue[] =>
  graph
    .liveNodes()
    .flatMap((node) =>
      node.primitive?.name === 'scan'
        ? [...node.outputs, ...valuesOf((node.params as ScanParams).body)]
        : [...node.outputs],
    );
const largest = (graph: Graph): number =>
  Math.max(
    ...valuesOf(graph).flatMap(({ node, dims, dtype }) =>
      node.kind === 'apply' && dtype === 'float32' ? [sizeOf(dims)] : [],
    ),
  );

const small: Sizes = { batch: 2, heads: 3, queries: 24, keys: 20, size: 4 };
const limits = { least: 64, most: 160, queries: 4, piece: 4 };

describe('attention in parts', () => {
  it.each<[string, Sizes, Variant]>([
    ['heads between sequence and size', small, {}],
    ['heads first', small, { headsFirst: true }],
    ['a mask for all', small, { mask: 'all' }],
    ['a mask for each element of the batch', small, { mask: 'batch' }],
    ['a mask, heads first', small, { mask: 'batch', headsFirst: true }],
    ['one element', { ...small, batch: 1 }, { mask: 'all' }],
    ['one head of one element', { ...small, batch: 1, heads: 1 }, { mask: 'all' }],
    ['queries that cannot be cut evenly', { ...small, queries: 23 }, {}],
    ['as many queries as keys', { ...small, keys: 24 }, {}],
    ['forward alone', small, { forwardOnly: true }],
    ['keys before', small, { sees: 'before' }],
    ['keys before, heads first', { ...small, queries: 23, keys: 29 }, { sees: 'before', headsFirst: true }],
    ['fewer keys than queries', { ...small, queries: 31, keys: 17 }, { sees: 'before' }],
    ['keys near', small, { sees: 3 }],
    ['dropout', small, { dropout: true }],
    ['dropout, an odd number of each', { ...small, queries: 23, keys: 19 }, { dropout: true }],
    ['dropout of what lies before', { ...small, keys: 23 }, { dropout: true, sees: 'before', headsFirst: true }],
    ['a bias for each head', small, { bias: [1, 2, 3] }],
    ['a bias for all', { ...small, queries: 23 }, { bias: [2, 3], headsFirst: true }],
    ['a bias for each key', small, { bias: [3], sees: 'before' }],
    ['a bias for each element of the batch', small, { bias: [0, 2, 3], dropout: true, sees: 'before' }],
  ])('%s: the same numbers', (_, sizes, variant) => {
    const graph = simplify(attention(sizes, variant));
    const tiled = tileAttention(graph, limits);
    verifyGraph(tiled, 'tiling');
    const scans = tiled.liveNodes().filter((node) => node.primitive?.name === 'scan');
    expect(scans.length).toBe(variant.forwardOnly ? 1 : 2);
    const scores = sizes.batch * sizes.heads * sizes.queries * sizes.keys;
    expect(largest(graph)).toBe(scores);
    expect(largest(tiled)).toBeLessThan(scores);
    const data = dataOf(graph);
    const [wanted, found] = [runGraph(graph, data), runGraph(tiled, data)] as [Float32Array[], Float32Array[]];
    wanted.forEach((values, i) => {
      expect(tiled.outputs[i]!.dims).toEqual(graph.outputs[i]!.dims);
      values.forEach((value, j) => expect(found[i]![j]).toBeCloseTo(value, 5));
    });
  });

  it('reads no keys that a mask by position hides', () => {
    const sizes: Sizes = { batch: 2, heads: 2, queries: 32, keys: 32, size: 4 };
    const limitsBefore = { least: 64, most: 4096, queries: 4, piece: 8 };
    const scoresOf = (variant: Variant): number => {
      const body = (graph: Graph): number =>
        graph.liveNodes().reduce((sum, node) => {
          if (node.primitive?.name === 'scan')
            return sum + (node.params as ScanParams).length * body((node.params as ScanParams).body);
          return node.primitive?.name === 'exp' ? sum + sizeOf(node.outputs[0]!.dims) : sum;
        }, 0);
      return body(tileAttention(simplify(attention(sizes, { ...variant, forwardOnly: true })), limitsBefore));
    };
    const all = 2 * 2 * 32 * 32;
    expect(scoresOf({})).toBe(all);
    // Four pieces of eight queries, which see 8, 16, 24 and 32 keys; a window of 4 adds three keys on each side.
    expect(scoresOf({ sees: 'before' })).toBe((all * (8 + 16 + 24 + 32)) / (4 * 32));
    expect(scoresOf({ sees: 4 })).toBe((all * (12 + 16 + 16 + 12)) / (4 * 32));
    // Rows that see nothing share their probability among all keys: with a mask that nobody knows, all are read.
    expect(scoresOf({ mask: 'all' })).toBe(all);
  });

  it('stays as it is where the probabilities are wanted, or where it is small', () => {
    const graph = simplify(attention(small, { forwardOnly: true, scores: true }));
    expect(tileAttention(graph, limits)).toBe(graph);
    const other = simplify(attention(small));
    expect(tileAttention(other, { ...limits, least: 1 << 20 })).toBe(other);
  });

  it('leaves wide layers alone whose gradient is made of exponentials too', () => {
    const graph = new Graph();
    const matrix = (rows: number, columns: number) => graph.addParameter({ dims: [rows, columns], dtype: 'float32' });
    const apply = (name: PrimitiveName, inputs: readonly GraphValue[], params: Params = {}): GraphValue =>
      graph.apply(primitive(name) as Primitive, inputs, params)[0]!;
    const product = (a: GraphValue, b: GraphValue, lhsContract = 1, rhsContract = 0) =>
      apply('dotGeneral', [a, b], {
        lhsBatch: [],
        rhsBatch: [],
        lhsContract: [lhsContract],
        rhsContract: [rhsContract],
      });
    const [x, made, gradient, weights] = [matrix(64, 16), matrix(64, 32), matrix(64, 16), matrix(32, 16)];
    const slope = apply('mul', [made, apply('exp', [apply('neg', [apply('mul', [made, made])])])]);
    const sent = apply('mul', [product(gradient, weights, 1, 1), slope]);
    graph.outputs.push(product(x, sent, 0, 0), product(sent, weights), apply('reduceSum', [sent], { axes: [0] }));
    const simple = simplify(graph);
    expect(tileAttention(simple, limits)).toBe(simple);
  });

  it('holds no score matrix, and gives the same bits for any number of threads', async () => {
    const sizes: Sizes = { batch: 2, heads: 2, queries: 640, keys: 448, size: 16 };
    const graph = attention(sizes, { mask: 'all' });
    const bytes = 4 * sizes.batch * sizes.heads * sizes.queries * sizes.keys;
    const compiled = compile({ graph, variables: [] });
    expect(compiled.arenaBytes).toBeLessThan(bytes / 2);
    const apart = compiled.program.steps.flatMap((step) =>
      step.kind === 'repeat' && step.apart ? [{ count: step.count, bytes: step.apart.bytes }] : [],
    );
    expect(apart.map(({ count }) => count)).toEqual([4, 4]);
    for (const own of apart) expect(own.bytes).toBeLessThan(bytes);

    const before = wantedThreads();
    const data = dataOf(graph);
    const results = graph.outputs.length;
    const source = { graph, arguments: graph.parameters.map((_, i) => i), variables: [], results };
    const found: Buffer[][] = [];
    try {
      for (const threads of [1, 2, 3]) {
        setWantedThreads(threads);
        const backend = createWasmBackend({ workers });
        const program = new EngineProgram(new Engine(backend), source);
        // Workers start while the first runs go on without them.
        for (let run = 0; run < 500; run++) {
          const values = program.execute(data) as Float32Array[];
          if (run === 0 || backend.threads === threads)
            found.push(
              values.map(({ buffer, byteOffset, byteLength }) =>
                Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength)),
              ),
            );
          if (backend.threads === threads) break;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        expect(backend.threads).toBe(threads);
      }
    } finally {
      setWantedThreads(before);
    }
    for (const values of found)
      for (const [i, value] of values.entries()) expect(value.equals(found[0]![i]!), `result ${i}`).toBe(true);
  });
});
