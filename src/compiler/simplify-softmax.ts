// The gradient of softmax as it follows from exp, sum and quotient, in fewer operations and of fewer values.
// Owns: that rule. Leaves when it is asked to simplify.ts.
import type { GraphValue } from '../graph/graph.ts';
import type { Rewriting } from './simplify-windows.ts';

const bothWays = <T>([a, b]: readonly [T, T]): readonly (readonly [T, T])[] => [
  [a, b],
  [b, a],
];
const operandsOf = (value: GraphValue, name: string): readonly [GraphValue, GraphValue] | null =>
  value.node.primitive?.name === name ? (value.node.inputs as readonly [GraphValue, GraphValue]) : null;

/**
 * (g / l − Σ (g / l · p)) · e, where p = e / l, is (g − Σ g · p) · p: then exponentials and quotients are read by nothing, and only
 * the softmax itself is kept for its gradient.
 */
export function softmaxGradient(a: GraphValue, b: GraphValue, { apply }: Rewriting): GraphValue | null {
  for (const [difference, exponentials] of bothWays([a, b])) {
    for (const [share, spread] of bothWays(operandsOf(difference, 'add') ?? [a, a])) {
      const divided = operandsOf(share, 'div');
      if (!divided || spread.node.primitive?.name !== 'broadcast') continue;
      const [gradient, total] = divided;
      const sum = spread.node.inputs[0]!;
      const negative = sum.node.primitive?.name === 'reduceSum' ? sum.node.inputs[0]! : null;
      const weighted = negative?.node.primitive?.name === 'neg' && operandsOf(negative.node.inputs[0]!, 'mul');
      if (!weighted) continue;
      for (const [first, softmax] of bothWays(weighted)) {
        const quotient = operandsOf(softmax, 'div');
        if (first !== share || quotient?.[0] !== exponentials || quotient[1] !== total) continue;
        const mean = apply('reduceSum', [apply('mul', [gradient, softmax], {})], sum.node.params);
        const rest = apply('sub', [gradient, apply('broadcast', [mean], spread.node.params)], {});
        return apply('mul', [rest, softmax], {});
      }
    }
  }
  return null;
}
