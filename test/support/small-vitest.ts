// What stands for vitest where it does not run, in a page or in an emulated Node: test files run their tests at once, and leave
// what failed. Owns: describe, it, it.each and the few expectations that such files use; tests that wait are not for it.
type Body = (...args: never[]) => void;
const failures: string[] = [];
const path: string[] = [];
let count = 0;
const run = (name: string, body: () => void): void => {
  count++;
  try {
    body();
  } catch (error) {
    failures.push(`${[...path, name].join(': ')}: ${error instanceof Error ? error.message : String(error)}`);
  }
};
const group = (name: string, body: () => void): void => {
  path.push(name);
  body();
  path.pop();
};
/** A name for each row: `%s` is its first value, `$field` one of its fields. */
const named = (name: string, row: unknown, args: readonly unknown[]): string =>
  name.replace('%s', String(args[0])).replaceAll(/\$(\w+)/g, (_, field) => String(Object(row)[field]));
const each = (what: typeof run) => (rows: readonly unknown[]) => (name: string, body: Body) => {
  for (const row of rows) {
    const args = (Array.isArray(row) ? row : [row]) as never[];
    what(named(name, row, args), () => body(...args));
  }
};
export const describe = Object.assign(group, {
  each: each(group),
  runIf: (condition: unknown) => (condition ? group : () => {}),
});
export const it = Object.assign(run, { each: each(run) });
const show = (value: unknown): string => JSON.stringify(value) ?? String(value);
export const expect = (got: unknown, message = '') => {
  const check = (right: boolean, wanted: string): void => {
    if (!right) throw new Error(`${message} ${show(got)?.slice(0, 400)}, wanted ${wanted.slice(0, 400)}`);
  };
  return {
    toBe: (wanted: unknown) => check(Object.is(got, wanted), show(wanted)),
    toEqual: (wanted: unknown) => check(show(got) === show(wanted), show(wanted)),
    toBeNull: () => check(got === null, 'null'),
    toBeDefined: () => check(got !== undefined, 'a value'),
    toBeUndefined: () => check(got === undefined, 'nothing'),
    toBeGreaterThan: (wanted: number) => check((got as number) > wanted, `more than ${wanted}`),
    toBeGreaterThanOrEqual: (wanted: number) => check((got as number) >= wanted, `at least ${wanted}`),
    toBeLessThan: (wanted: number) => check((got as number) < wanted, `less than ${wanted}`),
  };
};
/** What is asked for when the tests have run. */
export const outcome = (): { readonly count: number; readonly failures: readonly string[] } => ({ count, failures });
(globalThis as { testOutcome?: typeof outcome }).testOutcome = outcome;
