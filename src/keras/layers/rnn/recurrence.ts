// One step of a cell, repeated along time.
// Owns: the loop, compiled as one scan or written out step by step; masked steps, which keep states and output; direction.
// Leaves what a step computes to the cells, and states as users see them to states.ts.

import type { Spec } from '../../../graph/value.ts';
import { reshape, reverse, stack, unstack } from '../../../ops/core/arrange.ts';
import { where } from '../../../ops/math/elementwise.ts';
import * as p from '../../../primitives/functions.ts';
import { scan } from '../../../runtime/control.ts';
import { currentTrace, resolve, withTrace } from '../../../runtime/execute.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { Trace } from '../../../runtime/trace.ts';

/** What a cell does with a sequence: work for all steps at once, then one step after the other. */
export interface Loop {
  /** The part that does not depend on the states, for any leading axes: (…, features) → (…, width). */
  project(inputs: Tensor): Tensor;
  /** One step: what `project` made of its input, and the states before it, in a flat list. */
  step(input: Tensor, states: readonly Tensor[]): Step;
  /** The output is always the first of the new states. */
  readonly outputIsState: boolean;
}
export interface Step {
  readonly output: Tensor;
  readonly states: readonly Tensor[];
}

export interface RecurrenceOptions {
  /** (time, batch), true where a step counts. */
  readonly mask: Tensor | null;
  readonly goBackwards: boolean;
  readonly unroll: boolean;
  /** Outputs of masked steps are zero; otherwise the last output is repeated. */
  readonly zeroOutputForMask: boolean;
  /** Whether the outputs of all steps are wanted, or only the last. */
  readonly all: boolean;
  /** The first states are zero, as the output before the first step is. */
  readonly zeroStart: boolean;
}
export interface Recurrence {
  /** (batch, …) */
  readonly last: Tensor;
  /** (time, batch, …), in the order of the steps; null unless all were asked for. */
  readonly outputs: Tensor | null;
  readonly states: readonly Tensor[];
}

/** Runs a cell over `sequence` (time, batch, …). */
export function recur(
  loop: Loop,
  sequence: Tensor,
  initial: readonly Tensor[],
  options: RecurrenceOptions,
): Recurrence {
  const inputs = loop.project(sequence);
  const { mask, zeroOutputForMask, all, goBackwards } = options;
  const first = initial.map(resolve);
  // The output is carried along where no state stands for it.
  const carried = !loop.outputIsState || (mask !== null && !zeroOutputForMask && !options.zeroStart);
  const start = carried ? [p.zerosLike(outputSpec(loop, inputs, first)) as Tensor, ...first] : first;

  const advance = (carry: readonly Tensor[], input: Tensor, counts: Tensor | undefined): Advanced => {
    const before = carried ? carry.slice(1) : carry;
    const { output, states } = loop.step(input, before);
    if (!counts) return { carry: carried ? [output, ...states] : states, output };
    const kept = states.map((state, i) => choose(counts, state, before[i]!));
    if (!carried) return { carry: kept, output: zeroOutputForMask ? orZero(counts, output) : kept[0]! };
    const seen = zeroOutputForMask ? orZero(counts, output) : choose(counts, output, carry[0]!);
    return { carry: [seen, ...kept], output: seen };
  };
  const run = options.unroll ? unrolled : scanned;
  const { carry, outputs } = run(advance, start, inputs, mask, all, goBackwards);
  const end = mask === null || carried || !zeroOutputForMask ? carry[0]! : orZero(edge(mask, goBackwards), carry[0]!);
  return { last: end, outputs, states: carried ? carry.slice(1) : carry };
}

interface Advanced {
  readonly carry: readonly Tensor[];
  readonly output: Tensor;
}
type Advance = (carry: readonly Tensor[], input: Tensor, counts: Tensor | undefined) => Advanced;
interface Run {
  readonly carry: readonly Tensor[];
  readonly outputs: Tensor | null;
}

function scanned(
  advance: Advance,
  start: readonly Tensor[],
  inputs: Tensor,
  mask: Tensor | null,
  all: boolean,
  backwards: boolean,
): Run {
  const { carry, results } = scan(
    (before, [input, counts]) => {
      const { carry: after, output } = advance(before, input!, counts);
      return { carry: after, results: all ? [output] : [] };
    },
    start,
    mask ? [inputs, mask] : [inputs],
    inputs.dims[0]!,
    { reverse: backwards },
  );
  // A scan backwards leaves results where their inputs were.
  return { carry, outputs: all ? (backwards ? reverse(results[0]!, [0]) : results[0]!) : null };
}

function unrolled(
  advance: Advance,
  start: readonly Tensor[],
  inputs: Tensor,
  mask: Tensor | null,
  all: boolean,
  backwards: boolean,
): Run {
  const masks = mask ? unstack(mask) : null;
  const steps = unstack(inputs).map((input, i): [Tensor, Tensor | undefined] => [input, masks?.[i]]);
  if (backwards) steps.reverse();
  let carry = start;
  const outputs: Tensor[] = [];
  for (const [input, counts] of steps) {
    const advanced = advance(carry, input, counts);
    carry = advanced.carry;
    if (all) outputs.push(advanced.output);
  }
  return { carry, outputs: all ? stack(outputs) : null };
}

/** `a` where the step counts, else `b`; counts is (batch). */
const choose = (counts: Tensor, a: Tensor, b: Tensor): Tensor =>
  where(reshape(counts, [counts.dims[0]!, ...a.dims.slice(1).map(() => 1)]), a, b);
const orZero = (counts: Tensor, a: Tensor): Tensor => choose(counts, a, p.zerosLike(a) as Tensor);
/** The mask of the step that comes last. */
const edge = (mask: Tensor, backwards: boolean): Tensor => unstack(mask).at(backwards ? 0 : -1)!;

/** What one step gives, found by tracing it into a graph that is thrown away. */
function outputSpec(loop: Loop, inputs: Tensor, states: readonly Tensor[]): Spec {
  if (loop.outputIsState) return states[0]!;
  const outer = currentTrace();
  const probe = new Trace(outer instanceof Trace ? outer : 'eager');
  return withTrace(probe, () => {
    const input = probe.parameter({ dims: inputs.dims.slice(1), dtype: inputs.dtype });
    return resolve(
      loop.step(
        input,
        states.map(({ dims, dtype }) => probe.parameter({ dims, dtype })),
      ).output,
    );
  });
}
