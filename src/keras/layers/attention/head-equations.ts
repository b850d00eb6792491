// The einsum equations of multi-head attention, for any number of axes between batch and features.
// Owns: the letters. Projected tensors are (batch, …, heads, size), attention runs over some of the axes in between.

const letter = (i: number): string => String.fromCharCode(97 + i);

export interface Projection {
  readonly equation: string;
  readonly biasAxes: string;
  readonly rank: number;
}
/** `bound` axes at the end of the input are replaced by `outputs` others. */
export function projection(free: number, bound: number, outputs: number): Projection {
  const letters = (from: number, count: number): string =>
    Array.from({ length: count }, (_, i) => letter(from + i)).join('');
  const [kept, summed, made] = [letters(0, free), letters(free, bound), letters(free + bound, outputs)];
  return { equation: `${kept}${summed},${summed}${made}->${kept}${made}`, biasAxes: made, rank: free + outputs };
}

export interface AttentionEquations {
  /** Keys times queries: (batch, …, heads, …queries, …keys) */
  readonly product: string;
  /** Weights times values: (batch, …queries, heads, size) */
  readonly combination: string;
  readonly scoresRank: number;
}
export function attentionEquations(rank: number, attentionAxes: readonly number[]): AttentionEquations {
  const target = Array.from({ length: rank }, (_, i) => letter(i));
  const batch = target.map((_, i) => i).filter((i) => i !== rank - 1 && !attentionAxes.includes(i));
  let next = rank;
  const source = target.map((name, i) => (batch.includes(i) || i === rank - 1 ? name : letter(next++)));
  const of = (names: readonly string[], axes: readonly number[]): string => axes.map((i) => names[i]).join('');
  const scores = of(target, batch) + of(target, attentionAxes) + of(source, attentionAxes);
  return {
    product: `${source.join('')},${target.join('')}->${scores}`,
    combination: `${scores},${source.join('')}->${target.join('')}`,
    scoresRank: scores.length,
  };
}
