// Reverse-mode differentiation: one walk over recorded applications.
// Owns: which values matter, the order, the sums of cotangents. It knows no primitive by name: each application
// brings its own rule.
import { isDifferentiable } from '../base/dtype.ts';
import type { Value } from '../graph/value.ts';
import { add } from '../primitives/functions.ts';

/** Something that was computed, and how cotangents go back through it. */
export interface Application {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Cotangents by inputs; called only when some output has a cotangent. `needs` says which inputs matter. */
  vjp(cotangents: readonly (Value | null)[], needs: readonly boolean[]): readonly (Value | null)[];
}

/**
 * Cotangents of `sources`, given those of some results: for each source Σ over paths of the products of local derivatives.
 * Sources that no result depends on are absent from the answer.
 */
export function backward(
  applications: readonly Application[],
  seeds: readonly (readonly [Value, Value])[],
  sources: Iterable<Value>,
): Map<Value, Value> {
  const wanted = new Set(sources);
  // What depends on a source: everything else needs no gradient.
  const active = new Set<Value>(wanted);
  for (const { inputs, outputs } of applications) {
    if (inputs.some((input) => active.has(input)))
      for (const output of outputs) if (isDifferentiable(output.dtype)) active.add(output);
  }
  const cotangents = new Map<Value, Value>();
  const accumulate = (value: Value, cotangent: Value): void => {
    const present = cotangents.get(value);
    cotangents.set(value, present ? add(present, cotangent) : cotangent);
  };
  for (const [value, cotangent] of seeds) if (active.has(value)) accumulate(value, cotangent);
  for (let i = applications.length - 1; i >= 0; i--) {
    const application = applications[i]!;
    if (!application.outputs.some((output) => cotangents.has(output))) continue;
    const needs = application.inputs.map((input) => active.has(input) && isDifferentiable(input.dtype));
    if (!needs.includes(true)) continue;
    const parts = application.vjp(
      application.outputs.map((output) => cotangents.get(output) ?? null),
      needs,
    );
    // An intermediate's cotangent is complete here and used no more, unless it is asked for.
    for (const output of application.outputs) if (!wanted.has(output)) cotangents.delete(output);
    parts.forEach((part, k) => {
      if (part && needs[k]) accumulate(application.inputs[k]!, part);
    });
  }
  return new Map([...cotangents].filter(([value]) => wanted.has(value)));
}
