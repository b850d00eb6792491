// Control flow for the fuzzer: bodies are small random graphs of their own.
// Owns: scans, conds and counted while loops over values of the pool. Leaves what happens inside bodies to graph-operations.ts.
import { allocate, type Data, isBig } from '../../src/base/dtype.ts';
import { sizeOf } from '../../src/base/shape.ts';
import type { Graph } from '../../src/graph/graph.ts';
import type { Spec } from '../../src/graph/value.ts';
import { GraphBuilder, type Known } from './graph-builder.ts';

type Operation = (b: GraphBuilder) => void;

/** A graph with parameters like the given values; `finish` says what it returns. */
function body(
  b: GraphBuilder,
  given: readonly { readonly spec: Spec; readonly data: Data }[],
  inside: readonly Operation[],
  finish: (inner: GraphBuilder) => readonly Known[],
): Graph {
  const inner = new GraphBuilder(b.random.below(2 ** 31), { wild: b.wild, closed: true });
  for (const { spec, data } of given) inner.parameter({ dims: spec.dims, dtype: spec.dtype }, data);
  for (let i = b.between(1, 6); i > 0; i--) inner.random.pick(inside)(inner);
  inner.graph.outputs = finish(inner).map((known) => known.value);
  return inner.graph;
}

const as = ({ value, data }: Known) => ({ spec: value, data });
const small = (spec: Spec): boolean => spec.dtype !== 'complex64' && sizeOf(spec.dims) <= 300;
const firstRow = ({ value, data }: Known) => {
  const dims = value.dims.slice(1);
  return { spec: { dims, dtype: value.dtype }, data: (data as Float64Array).slice(0, sizeOf(dims)) as Data };
};

/** Several values for which `wanted` holds. */
function some(b: GraphBuilder, count: number, wanted: (spec: Spec) => boolean): Known[] {
  const found = Array.from({ length: count }, () => b.find(wanted));
  return found.filter((known) => known !== null);
}

export const scanOperation =
  (inside: () => readonly Operation[]): Operation =>
  (b) => {
    const first = b.find((spec) => small(spec) && spec.dims.length > 0 && spec.dims[0]! > 0 && spec.dims[0]! <= 9);
    if (!first) return;
    const length = first.value.dims[0]!;
    const sequences = [first, ...some(b, b.random.below(2), (spec) => small(spec) && spec.dims[0] === length)];
    const carries = some(b, b.between(0, 2), small);
    const constants = some(b, b.random.below(2), small);
    const graph = body(b, [...constants.map(as), ...carries.map(as), ...sequences.map(firstRow)], inside(), (inner) => [
      ...carries.map((carry) => inner.like(carry.value)),
      ...(carries.length === 0 || b.chance(2) ? [inner.pool.at(-1)!] : []),
      ...(b.chance(4) ? [inner.random.pick(inner.pool)] : []),
    ]);
    const params = { body: graph, length, reverse: b.chance(2), constants: constants.length, carries: carries.length };
    b.applyAll('scan', [...constants, ...carries, ...sequences], params);
  };

export const condOperation =
  (inside: () => readonly Operation[]): Operation =>
  (b) => {
    const choice = b.like({ dims: [], dtype: 'bool' });
    const inputs = some(b, b.between(1, 3), small);
    if (inputs.length === 0) return;
    const specs: Spec[] = [];
    const whenTrue = body(b, inputs.map(as), inside(), (inner) => {
      const outputs = [inner.pool.at(-1)!, inner.random.pick(inner.pool)].slice(0, b.between(1, 2));
      specs.push(...outputs.map((known) => known.value));
      return outputs;
    });
    const whenFalse = body(b, inputs.map(as), inside(), (inner) => specs.map((spec) => inner.like(spec)));
    b.applyAll('cond', [choice, ...inputs], { whenTrue, whenFalse });
  };

/** Counts down from a small number; everything else is carried along. */
export const whileOperation =
  (inside: () => readonly Operation[]): Operation =>
  (b) => {
    const carries = some(b, b.between(1, 2), small);
    if (carries.length === 0) return;
    const counter: Spec = { dims: [], dtype: b.chance(3) ? 'int64' : 'int32' };
    const integer = (n: number): Data => {
      const data = allocate(counter.dtype, 1);
      data[0] = (isBig(counter.dtype) ? BigInt(n) : n) as number;
      return data;
    };
    const scalar = (inner: GraphBuilder, n: number): Known => inner.constant(counter, integer(n));
    const start = b.argument(counter, integer(b.random.below(5)));
    const given = [as(start), ...carries.map(as)];
    const condition = body(b, given, [() => {}], (inner) => [
      inner.apply('greater', [inner.pool[0]!, scalar(inner, 0)])!,
    ]);
    const step = body(b, given, inside(), (inner) => [
      inner.apply('sub', [inner.pool[0]!, scalar(inner, 1)])!,
      ...carries.map((carry) => inner.like(carry.value)),
    ]);
    b.applyAll('whileLoop', [start, ...carries], { condition, body: step, constants: 0 });
  };
