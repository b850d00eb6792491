// `npm run fuzz -- gradients`: gradients of random graphs, from a tape on eager tensors, from a tape inside tf.function, and from
// finite differences of the reference, in float64.
// Owns: the loss, the three ways, the comparison. Leaves graphs to graph-builder.ts and graph-operations.ts.

import { createWasmBackend } from '../../src/backends/wasm/index.ts';
import { generator } from '../../src/backends/wasm/testing.ts';
import type { Data } from '../../src/base/dtype.ts';
import { runGraph } from '../../src/graph/evaluate-graph.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { printGraph } from '../../src/graph/print-graph.ts';
import { replay } from '../../src/graph/replay.ts';
import { enableRelaxedSimd } from '../../src/platform/simd.ts';
import { installEngine } from '../../src/runtime/engine.ts';
import { makeFunction } from '../../src/runtime/function.ts';
import { Tape } from '../../src/runtime/tape.ts';
import { eagerTensor, type Tensor } from '../../src/runtime/tensor.ts';
import '../../src/primitives/index.ts';
import { allPrimitives } from '../../src/primitives/registry.ts';
import { GraphBuilder, type Known } from './graph-builder.ts';
import { differentiable } from './graph-operations.ts';
import type { FuzzReport } from './graphs.ts';

const FLOAT = 'float64';

interface Loss {
  readonly graph: Graph;
  readonly data: readonly Data[];
  /** Parameters by which the gradient is taken. */
  readonly sources: readonly number[];
}

/** A random graph whose one output is a weighted sum of everything that is left over. */
function randomLoss(seed: number): Loss | null {
  const b = new GraphBuilder(seed, { float: FLOAT, wild: false });
  for (let i = b.between(1, 3); i > 0; i--) b.parameter({ dims: b.dims(), dtype: FLOAT });
  for (let i = 0; i < 40 && b.graph.nodes.length < 30; i++) b.random.pick(differentiable)(b);
  const used = new Set(b.graph.nodes.flatMap((node) => node.inputs));
  const sinks = b.pool.filter(({ value }) => !used.has(value) && value.dtype === FLOAT && value.node.kind === 'apply');
  let sum: Known | null = null;
  for (const sink of sinks.slice(-6)) {
    const { dims } = sink.value;
    const weighted = b.apply('mul', [sink, b.constant({ dims, dtype: FLOAT })]);
    const part =
      weighted && (dims.length > 0 ? b.apply('reduceSum', [weighted], { axes: dims.map((_, i) => i) }) : weighted);
    if (part) sum = sum ? b.apply('add', [sum, part]) : part;
  }
  if (!sum) return null;
  b.graph.outputs = [sum.value];
  const sources = b.graph.parameters.flatMap((value, i) =>
    value.dtype === FLOAT && value.dims.every((n) => n > 0) ? [i] : [],
  );
  return sources.length > 0 ? { graph: b.graph, data: b.parameterData, sources } : null;
}

/** Loss and gradients by a tape; null where nothing connects. */
function taped({ graph, sources }: Loss, inputs: readonly Tensor[]): (Tensor | null)[] {
  const tape = new Tape();
  const loss = tape.record(() => {
    tape.watchAll(sources.map((i) => inputs[i]!));
    return replay(graph, inputs).get(graph.outputs[0]!) as Tensor;
  });
  return [
    loss,
    ...tape.gradients(
      [loss],
      sources.map((i) => inputs[i]!),
    ),
  ];
}

const STEP = 1e-5;

function check(loss: Loss, seed: number): string | null {
  const { graph, data } = loss;
  const tensors = graph.parameters.map(({ dims, dtype }, i) => eagerTensor(data[i]!, dims, dtype));
  const eager = taped(loss, tensors);
  const connected = eager.map((gradient) => gradient !== null);
  const step = makeFunction((...inputs: Tensor[]) => taped(loss, inputs).filter((gradient) => gradient !== null));
  const found = step(...tensors) as Tensor[];
  const compiled = connected.map((is) => (is ? found.shift()! : null));
  const largest = Math.max(
    1,
    ...eager.flatMap((value) => Array.from((value?.elements ?? []) as Float64Array, Math.abs).filter(Number.isFinite)),
  );
  for (const [k, value] of eager.entries()) {
    if (!value) continue;
    for (let i = 0; i < value.elements!.length; i++) {
      const [a, w] = [Number(compiled[k]!.elements![i]), Number(value.elements![i])];
      if (!(Math.abs(a - w) <= 1e-9 * largest) && !(Number.isNaN(a) && Number.isNaN(w)))
        return `${k === 0 ? 'loss' : `gradient ${k - 1}`}, element ${i}: compiled ${a}, eager ${w}`;
    }
  }
  // Singular points (the root at 0, the arc sine at 1) have infinite or no gradients, and those spread.
  if (!eager.every((value) => (value?.elements as Float64Array | undefined)?.every(Number.isFinite) ?? true))
    return null;
  return differences(loss, eager.slice(1), largest, seed);
}

/** A few elements of each source against differences of the loss; kinks are passed over. */
function differences(
  { graph, data, sources }: Loss,
  gradients: readonly (Tensor | null)[],
  largest: number,
  seed: number,
): string | null {
  const random = generator(seed);
  const at = (parameter: number, element: number, shift: number): number => {
    const moved = data.map((list, i) => (i === parameter ? (list.slice() as Data) : list));
    (moved[parameter] as Float64Array)[element]! += shift;
    return Number(runGraph(graph, moved)[0]![0]);
  };
  for (const [k, parameter] of sources.entries()) {
    for (let n = 0; n < 4; n++) {
      const element = random.below(data[parameter]!.length);
      const [low, here, high] = [-STEP, 0, STEP].map((shift) => at(parameter, element, shift)) as [
        number,
        number,
        number,
      ];
      const [left, right] = [(here - low) / STEP, (high - here) / STEP];
      const slope = (left + right) / 2;
      // Kinks, and places where the loss curves too much for a difference to mean anything.
      if (!(Math.abs(left - right) <= 1e-3 * Math.max(1, Math.abs(slope)))) continue;
      // A jump in the middle, and what rounding leaves of an argument (atanh of a tanh near 1), change with the step.
      const wide = (at(parameter, element, 4 * STEP) - at(parameter, element, -4 * STEP)) / (8 * STEP);
      if (!(Math.abs(wide - slope) <= 1e-3 * Math.max(1, Math.abs(slope)))) continue;
      const gradient = Number(gradients[k]?.elements?.[element] ?? 0);
      if (!(Math.abs(gradient - slope) <= 2e-3 * Math.max(1, Math.abs(slope)) + 1e-7 * largest))
        return `gradient of parameter ${parameter}, element ${element}: ${gradient}, differences give ${slope}`;
    }
  }
  return null;
}

export function fuzzGradients({
  count,
  seed,
  most = 5,
  log = () => {},
}: {
  readonly count: number;
  readonly seed: number;
  readonly most?: number;
  readonly log?: (text: string) => void;
}): FuzzReport {
  installEngine(() => createWasmBackend({ enableRelaxedSimd }));
  const occurrences = new Map<string, number>(allPrimitives().map(({ name }) => [name, 0]));
  const failures: string[] = [];
  let [programs, nodes] = [0, 0];
  for (; programs < count && failures.length < most; programs++) {
    const loss = randomLoss(seed + programs);
    if (!loss) continue;
    for (const { kind, primitive } of loss.graph.liveNodes()) {
      if (kind !== 'apply') continue;
      nodes++;
      occurrences.set(primitive!.name, (occurrences.get(primitive!.name) ?? 0) + 1);
    }
    let found: string | null;
    try {
      found = check(loss, seed + programs);
    } catch (error) {
      found = (error as Error).stack?.split('\n').slice(0, 6).join('\n') ?? String(error);
    }
    if (found) {
      failures.push(`seed ${seed + programs}: ${found}\n${printGraph(loss.graph)}`);
      log(`✗ ${failures.at(-1)}\n`);
    }
    if ((programs + 1) % 200 === 0) log(`${programs + 1} losses, ${nodes} nodes, ${failures.length} failures`);
  }
  return { programs, nodes, occurrences, failures };
}
