// whileLoop: a body applied as long as a condition holds.
// Owns: the rule and the reference. Inputs: constants, then carries; both graphs take all of them, the body gives new
// carries, the condition one bool.
import { runGraph } from '../../graph/evaluate-graph.ts';
import type { Graph } from '../../graph/graph.ts';
import type { ControlPrimitive } from '../../graph/primitive.ts';

export type WhileParams = { readonly condition: Graph; readonly body: Graph; readonly constants: number };

export const whileLoop: ControlPrimitive<WhileParams> = {
  name: 'whileLoop',
  kind: 'control',
  control: 'whileLoop',
  infer: (_inputs, { body }) => body.outputs.map(({ dims, dtype }) => ({ dims, dtype })),
  evaluate: (inputs, { condition, body, constants }, outputs) => {
    const fixed = inputs.slice(0, constants).map((input) => input.data);
    let carry = inputs.slice(constants).map((input) => input.data);
    while (runGraph(condition, [...fixed, ...carry])[0]![0]) carry = runGraph(body, [...fixed, ...carry]);
    carry.forEach((data, i) => {
      for (let k = 0; k < data.length; k++) (outputs[i]!.data as Float64Array)[k] = (data as Float64Array)[k]!;
    });
  },
  vjp: null,
  samples: () => [],
};
