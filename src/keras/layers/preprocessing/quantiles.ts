// A small summary of many numbers, from which their quantiles are read: what Discretization adapts with.
// Owns: summaries as Keras makes them, in single precision where it does. Source: keras/src/layers/preprocessing/discretization.py

/** Values in ascending order and how many numbers each stands for. */
export interface Summary {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

/** Every so many-th of the sorted numbers. */
export function summarize(numbers: Float32Array, epsilon: number): Summary {
  const sorted = numbers.slice().sort();
  const step = Math.max(sorted.length / (1 / epsilon), 1);
  const values: number[] = [];
  for (let i = Math.trunc(step - 1); i < sorted.length; i += Math.trunc(step)) values.push(sorted[i]!);
  return { values, weights: values.map(() => Math.fround(step)) };
}

export function mergeSummaries(a: Summary, b: Summary, epsilon: number): Summary {
  const values = [...a.values, ...b.values];
  const weights = [...a.weights, ...b.weights];
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  return compress({ values: order.map((i) => values[i]!), weights: order.map((i) => weights[i]!) }, epsilon);
}

/** Boundaries between bins of equal weight. */
export const binBoundaries = (summary: Summary, bins: number): number[] =>
  compress(summary, 1 / bins).values.slice(0, -1);

/** Linear interpolation between points of ascending x; beyond them the ends. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  if (x <= xs[0]!) return ys[0]!;
  const above = xs.findIndex((value) => value > x);
  if (above < 0) return ys.at(-1)!;
  const [x0, x1, y0, y1] = [xs[above - 1]!, xs[above]!, ys[above - 1]!, ys[above]!];
  return ((y1 - y0) / (x1 - x0)) * (x - x0) + y0;
}

function compress(summary: Summary, epsilon: number): Summary {
  const { values, weights } = summary;
  if (values.length * epsilon < 1) return summary;
  const steps = Math.ceil(1 / epsilon);
  const percents = Array.from({ length: steps }, (_, i) => epsilon + i * epsilon);
  const cumulated: number[] = [];
  for (const weight of weights) cumulated.push(Math.fround((cumulated.at(-1) ?? 0) + weight));
  const total = cumulated.at(-1)!;
  const shares = cumulated.map((weight) => Math.fround(weight / total));
  const reached = percents.map((percent) => interpolate(percent, shares, cumulated));
  return {
    values: percents.map((percent) => Math.fround(interpolate(percent, shares, values))),
    weights: reached.map((weight, i) => Math.fround(weight - (reached[i - 1] ?? 0))),
  };
}
