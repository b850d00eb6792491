// What stands for vitest in a page: test files bundled for the browser run their tests at once, and leave what failed.
// Owns: describe, it, it.each and the few expectations that such files use.
type Body = (...args: never[]) => void;
const failures: string[] = [];
let path = '';
let count = 0;
const run = (name: string, body: () => void): void => {
  count++;
  try {
    body();
  } catch (error) {
    failures.push(`${path}${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
};
export const describe = (name: string, body: () => void): void => {
  path = `${name}: `;
  body();
};
const show = (value: unknown): string => JSON.stringify(value) ?? String(value);
export const it = Object.assign(run, {
  each: (rows: readonly unknown[]) => (name: string, body: Body) => {
    for (const row of rows) {
      const args = (Array.isArray(row) ? row : [row]) as never[];
      run(name.replace('%s', String(args[0])), () => body(...args));
    }
  },
});
export const expect = (got: unknown, message = '') => {
  const check = (right: boolean, wanted: string): void => {
    if (!right) throw new Error(`${message} ${show(got)?.slice(0, 400)}, wanted ${wanted}`);
  };
  return {
    toBe: (wanted: unknown) => check(Object.is(got, wanted), show(wanted)),
    toEqual: (wanted: unknown) => check(show(got) === show(wanted), show(wanted)),
    toBeNull: () => check(got === null, 'null'),
    toBeGreaterThan: (wanted: number) => check((got as number) > wanted, `more than ${wanted}`),
    toBeLessThan: (wanted: number) => check((got as number) < wanted, `less than ${wanted}`),
  };
};
/** What the page asks for when the tests have run. */
export const outcome = (): { readonly count: number; readonly failures: readonly string[] } => ({ count, failures });
(globalThis as { testOutcome?: typeof outcome }).testOutcome = outcome;
