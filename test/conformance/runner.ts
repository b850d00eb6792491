// Runs golden cases: finds the area's adapter, lets it compute, compares every expected field, and in a self-test
// demands that every wrong expectation is noticed. Leaves printing to run.ts.
import { compare, type Difference, type Tolerance } from './compare.ts';
import type { Case } from './folder.ts';
import { expectedFields } from './folder.ts';
import { perturbations } from './perturb.ts';
import type { Fields, Value } from './values.ts';

/** How the cases of one area are computed with the library. */
export interface Area {
  /** What a case expects, as a tree of values; undefined where the call must fail. The case's `expected` unless given. */
  expected?(c: Case): Fields | undefined;
  /** Tolerance of a field; the case's own unless given. */
  tolerance?(c: Case, path: string): Tolerance;
  /** What the library gives, as a tree of the same form. Throws what the library throws. */
  run(c: Case): Fields | Promise<Fields>;
}

/** Thrown by adapters for what the library does not have: never taken for an error that a case expects. */
export class MissingError extends Error {}

export interface Outcome {
  readonly id: string;
  readonly differences: readonly Difference[];
  /** Perturbed expectations tried, and those that still passed, as `path: what`. Zero without the self-test. */
  readonly perturbed: number;
  readonly unnoticed: readonly string[];
}

/** Errors that show a mistake inside the library or an adapter rather than a refusal of bad input. */
const accidental = new Set([
  'TypeError',
  'ReferenceError',
  'RangeError',
  'SyntaxError',
  'InternalError',
  'AssertionError',
]);

export function isRefusal(error: unknown): boolean {
  return error instanceof Error && !(error instanceof MissingError) && !accidental.has(error.constructor.name);
}

const refused: Fields = { raises: true };

/** The tolerance at the top of a case, `rtol` and `atol` or `tolerance`. */
export function toleranceOfCase(c: Case): Tolerance {
  const tolerance = (c.json.tolerance ?? c.json) as { rtol?: number; atol?: number };
  return { rtol: tolerance.rtol ?? 0, atol: tolerance.atol ?? 0 };
}

const messageOf = (error: unknown) =>
  error instanceof Error ? `${error.constructor.name}: ${error.message.split('\n')[0]}` : String(error);

/** Runs one case. */
export async function runCase(area: Area | undefined, c: Case, selfTest = false): Promise<Outcome> {
  const failed = (message: string): Outcome => ({
    id: c.id,
    differences: [{ path: '', message, largest: null }],
    perturbed: 0,
    unnoticed: [],
  });
  if (area === undefined) return failed(`the area ${c.area} has no adapter`);
  const own = toleranceOfCase(c);
  const toleranceOf = (path: string) => area.tolerance?.(c, path) ?? own;
  let want: Value;
  let got: Value;
  try {
    want = (area.expected ?? expectedFields)(c) ?? refused;
    got = await area.run(c);
  } catch (error) {
    if (!isRefusal(error)) return failed(`threw ${messageOf(error)}`);
    want = (area.expected ?? expectedFields)(c) ?? refused;
    if (want !== refused) return failed(`threw ${messageOf(error)}`);
    got = refused;
  }
  if (want === refused && got !== refused) return failed('did not fail, and must');
  const differences = compare(want, got, toleranceOf);
  if (!selfTest || differences.length > 0) return { id: c.id, differences, perturbed: 0, unnoticed: [] };
  let perturbed = 0;
  const unnoticed: string[] = [];
  const wrong = want === refused ? [] : [{ path: '', what: 'a value to an error', value: refused }];
  for (const { path, what, value } of [...wrong, ...perturbations(want, toleranceOf)]) {
    perturbed++;
    if (compare(value, got, toleranceOf).length === 0) unnoticed.push(`${path}: ${what}`);
  }
  return { id: c.id, differences, perturbed, unnoticed };
}

/** The adapter of an area, or undefined where areas/ has none. */
export async function adapterOf(area: string): Promise<Area | undefined> {
  const { adapters } = await import('./areas/index.ts');
  return adapters[area]?.();
}
