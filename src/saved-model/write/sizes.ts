// Sizes of a graph that stay open (the batch, the length of a sequence): found by tracing with several sizes and solving for
// how each number in the graph depends on them.
// Owns: those polynomials. Leaves the tracing to trace-sizes.ts and their computation in a graph to graph-writer.ts.
import { ValueError } from '../../base/errors.ts';

/** A sum of products of open sizes: for each set of sizes (a bit mask; 0: none) its whole coefficient. */
export type Polynomial = ReadonlyMap<number, number>;

// Sizes to trace with: primes that no layer is likely to have, and a third one of each to check the answer.
const FIRST = [83, 89, 97];
const SECOND = [101, 103, 107];
const THIRD = [61, 67, 71];
/** How many sizes of one model may stay open. */
export const MOST_OPEN_SIZES = FIRST.length;

/** The sizes to trace with: one variant for each set of sizes changed, and one more to check. */
export function variantsOf(open: number): number[][] {
  const variants: number[][] = [];
  for (let mask = 0; mask < 1 << open; mask++)
    variants.push(FIRST.slice(0, open).map((first, i) => (mask & (1 << i) ? SECOND[i]! : first)));
  if (open > 0) variants.push(THIRD.slice(0, open));
  return variants;
}

const product = (sizes: readonly number[], mask: number): number =>
  sizes.reduce((all, size, i) => (mask & (1 << i) ? all * size : all), 1);

/** The value for these sizes. */
export const evaluate = (polynomial: Polynomial, sizes: readonly number[]): number => {
  let value = 0;
  for (const [mask, coefficient] of polynomial) value += coefficient * product(sizes, mask);
  return value;
};

/** The polynomial that has these values in the variants, or null where there is none with whole coefficients. */
export function solve(values: readonly number[], open: number): Polynomial | null {
  const count = 1 << open;
  const result = new Map<number, number>();
  for (let set = 0; set < count; set++) {
    let difference = 0;
    let distance = 1;
    for (let part = 0; part < count; part++) {
      if ((part & set) !== part) continue;
      const odd = bits(set ^ part) % 2 === 1;
      difference += odd ? -values[part]! : values[part]!;
    }
    for (let i = 0; i < open; i++) if (set & (1 << i)) distance *= SECOND[i]! - FIRST[i]!;
    const coefficient = difference / distance;
    if (!Number.isInteger(coefficient)) return null;
    if (coefficient === 0) continue;
    // c · Π (sᵢ − pᵢ), multiplied out.
    for (let part = 0; part < count; part++) {
      if ((part & set) !== part) continue;
      let rest = coefficient;
      for (let i = 0; i < open; i++) if ((set ^ part) & (1 << i)) rest *= -FIRST[i]!;
      result.set(part, (result.get(part) ?? 0) + rest);
    }
  }
  for (const [mask, coefficient] of result) if (coefficient === 0) result.delete(mask);
  if (open > 0 && evaluate(result, THIRD.slice(0, open)) !== values[count]) return null;
  return result;
}
const bits = (mask: number): number => {
  let count = 0;
  for (let rest = mask; rest > 0; rest &= rest - 1) count++;
  return count;
};

export const constantPolynomial = (value: number): Polynomial => new Map(value === 0 ? [] : [[0, value]]);
/** The number, where it depends on no open size. */
export function constantOf(polynomial: Polynomial): number | null {
  for (const mask of polynomial.keys()) if (mask !== 0) return null;
  return polynomial.get(0) ?? 0;
}
export const sum = (a: Polynomial, b: Polynomial, factor = 1): Polynomial => {
  const result = new Map(a);
  for (const [mask, coefficient] of b) {
    const value = (result.get(mask) ?? 0) + factor * coefficient;
    if (value === 0) result.delete(mask);
    else result.set(mask, value);
  }
  return result;
};

export const notPolynomial = (where: string, values: readonly number[]): never => {
  throw new ValueError(
    `export: ${where}: a size is ${values.join(', ')} for different sizes of the inputs, which is no product or sum of them. Give that input size in full, for example Input({ shape: [128, 128, 3] }).`,
  );
};
