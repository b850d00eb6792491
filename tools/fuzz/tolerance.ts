// How far results may lie from the reference: as far as the reference moves when every rounding is disturbed.
// Owns: disturbed runs and the comparison. A value that a disturbance changes by a jump (a comparison, an index, a sort) is
// compared by nothing finer than that jump.
import { generator } from '../../src/backends/wasm/testing.ts';
import { type Data, type DType, dtypes } from '../../src/base/dtype.ts';
import { runGraph } from '../../src/graph/evaluate-graph.ts';
import type { Graph, Node } from '../../src/graph/graph.ts';
import type { ArrayValue } from '../../src/graph/primitive.ts';
import type { Spec } from '../../src/graph/value.ts';

/** Relative size of a disturbance: some ten times the error that a kernel may make. */
const DISTURBANCE: Partial<Record<DType, number>> = {
  float32: 2e-6,
  complex64: 2e-6,
  float64: 1e-12,
  float16: 1e-3,
  bfloat16: 8e-3,
};

/** Multiples of 1/64 of modest size come of exact arithmetic, which no order of operations changes. */
const exact = (x: number, dtype: DType): boolean =>
  dtype === 'float16' || dtype === 'bfloat16'
    ? Number.isInteger(x * 8) && Math.abs(x) < 16
    : Number.isInteger(x * 64) && Math.abs(x) < 2 ** 16;

const largestOf = ({ data, dtype }: ArrayValue): number => {
  let largest = 0;
  if (DISTURBANCE[dtype])
    for (const x of data as Float64Array) if (Number.isFinite(x) && Math.abs(x) > largest) largest = Math.abs(x);
  return largest;
};

const allExact = ({ data, dtype }: ArrayValue): boolean =>
  !DISTURBANCE[dtype] || (data as Float64Array).every((x) => exact(x, dtype));

/** How large the terms are that may cancel in a node's results; 0 where nothing can, or all is exact. */
function termSize(node: Node, inputs: readonly ArrayValue[]): number {
  const { kind } = node.primitive!;
  const sums = kind === 'contract' || kind === 'convolution';
  // Transcendental functions may miss even a result that happens to be a round number.
  if (node.primitive!.kind === 'map') return node.primitive!.cost >= 12 ? 1e-3 * Math.max(...inputs.map(largestOf)) : 0;
  if (!sums && kind !== 'reduce' && kind !== 'opaque' && kind !== 'scatter') return 0;
  if (inputs.every(allExact)) return 0;
  const sizes = inputs.map(largestOf);
  return sums ? sizes[0]! * sizes[1]! : Math.max(...sizes);
}

/** Comparisons of floats that are nearly equal may turn out either way. */
function decide(results: ArrayValue, [a, b]: readonly ArrayValue[], uniform: () => number): void {
  const size = a && DISTURBANCE[a.dtype];
  if (!size || !b || results.dtype !== 'bool' || (allExact(a) && allExact(b))) return;
  const [x, y] = [a.data, b.data] as Float64Array[];
  for (let i = 0; i < results.data.length; i++)
    if (Math.abs(x![i]! - y![i]!) <= size * Math.abs(x![i]!)) results.data[i] = uniform() < 0.5 ? 0 : 1;
}

/** Which zeros a disturbed run has: the sign of a zero depends on the order of a sum. */
const ZEROS = [() => 0, () => -0, (uniform: () => number) => (uniform() < 0.5 ? -0 : 0)] as const;

/** Moves every element a little; results of sums by as much as their terms suggest, for terms may cancel. */
function disturb({ data, dtype }: ArrayValue, terms: number, zero: () => number, uniform: () => number): void {
  const size = DISTURBANCE[dtype];
  if (!size) return;
  const numbers = data as Float64Array;
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i]!;
    // Stores may flush denormals.
    if (x !== 0 && Math.abs(x) < 2 ** -126) numbers[i] = uniform() < 0.5 ? zero() : x;
    else if (terms === 0 && exact(x, dtype)) numbers[i] = x === 0 ? zero() : x;
    else numbers[i] = x + size * (Math.abs(x) + terms) * (2 * uniform() - 1);
  }
}

/** Results of the reference and, for every element, how far another result may be off (NaN: anything goes). */
export interface Expected {
  readonly outputs: readonly Data[];
  readonly slack: readonly Float64Array[];
}

/** A graph whose outputs may be the next values of its parameters. */
export interface Repeated {
  readonly graph: Graph;
  readonly data: readonly Data[];
  readonly variables: readonly { readonly parameter: number; readonly output: number }[];
}

/** What each of several runs gives, one after the other. `rounds` of disturbed runs say how sure the slack is. */
export function expectedRuns(program: Repeated, runs: number, seed: number, rounds = 1): Expected[] {
  const { graph } = program;
  const plain = trajectory(program, runs);
  const { uniform } = generator(seed);
  const slack = plain.map((outputs) =>
    outputs.map((data, i) => {
      const size = DISTURBANCE[graph.outputs[i]!.dtype] ?? 0;
      return Float64Array.from(data as Float64Array, (x) => (size === 0 ? 0 : size * Math.abs(Number(x)) + 1e-35));
    }),
  );
  for (let round = 0; round < rounds; round++) {
    for (const zero of ZEROS) widen(slack, plain, trajectory(program, runs, { uniform, zero: () => zero(uniform) }));
  }
  return plain.map((outputs, run) => ({ outputs, slack: slack[run]! }));
}

function widen(slack: Float64Array[][], plain: readonly Data[][], moved: readonly Data[][]): void {
  moved.forEach((outputs, run) => {
    outputs.forEach((data, k) => {
      for (let i = 0; i < data.length; i++) {
        const [x, y] = [plain[run]![k]![i]!, data[i]!];
        if (x !== y && !(Number.isNaN(x) && Number.isNaN(y)))
          slack[run]![k]![i]! += 8 * Math.abs(Number(x) - Number(y));
      }
    });
  });
}

function trajectory(
  { graph, data, variables }: Repeated,
  runs: number,
  disturbance?: { readonly uniform: () => number; readonly zero: () => number },
): Data[][] {
  const given = [...data];
  return Array.from({ length: runs }, () => {
    const outputs = runGraph(graph, given, (node, values, inputs) => {
      if (!disturbance || node.primitive!.kind === 'control') return;
      const terms = termSize(node, inputs);
      if (inputs.length === 2) decide(values[0]!, inputs, disturbance.uniform);
      for (const value of values) disturb(value, terms, disturbance.zero, disturbance.uniform);
    });
    for (const { parameter, output } of variables) if (output >= 0) given[parameter] = outputs[output]!;
    return outputs;
  });
}

/** The first element that is too far off, in words, or null. */
export function difference(actual: Data, wanted: Data, slack: Float64Array, spec: Spec): string | null {
  if (actual.length !== wanted.length) return `${actual.length} numbers, wanted ${wanted.length}`;
  const float = dtypes[spec.dtype].kind === 'float' || dtypes[spec.dtype].kind === 'complex';
  for (let i = 0; i < wanted.length; i++) {
    const [a, w, s] = [actual[i]!, wanted[i]!, slack[i]!];
    if (a === w || (Number.isNaN(a) && Number.isNaN(w)) || Number.isNaN(s) || s === Number.POSITIVE_INFINITY) continue;
    const off = Math.abs(Number(a) - Number(w));
    // Denormal results may be flushed.
    if (off <= s || (float && off < 1e-37)) continue;
    return `element ${i} is ${a}, wanted ${w} ± ${s.toExponential(1)}`;
  }
  return null;
}
