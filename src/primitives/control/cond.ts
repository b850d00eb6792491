// cond: one of two graphs, by a bool. Inputs: the bool, then what both branches take; both give the same specs.
// Owns: the rule and the reference.
import { runGraph } from '../../graph/evaluate-graph.ts';
import type { Graph } from '../../graph/graph.ts';
import type { ControlPrimitive } from '../../graph/primitive.ts';

export type CondParams = { readonly whenTrue: Graph; readonly whenFalse: Graph };

export const cond: ControlPrimitive<CondParams> = {
  name: 'cond',
  kind: 'control',
  control: 'cond',
  infer: (_inputs, { whenTrue }) => whenTrue.outputs.map(({ dims, dtype }) => ({ dims, dtype })),
  evaluate: ([choice, ...inputs], { whenTrue, whenFalse }, outputs) => {
    const results = runGraph(
      choice!.data[0] ? whenTrue : whenFalse,
      inputs.map((input) => input.data),
    );
    results.forEach((data, i) => {
      for (let k = 0; k < data.length; k++) (outputs[i]!.data as Float64Array)[k] = (data as Float64Array)[k]!;
    });
  },
  vjp: null,
  samples: () => [],
};
