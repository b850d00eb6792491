// What the engine tells of itself: CORNU_DEBUG=1…5, or setDebugLevel.
// Owns: the level and where the lines go. Levels: 1 plans (steps, bytes), 2 kernels with their times, 3 what was fused
// with what, 4 the loops that were generated, 5 the graph after each pass. From 1 on, graphs are verified after each pass.
// Costs one comparison where it is off: texts are made only when they are wanted.

export type DebugLevel = 0 | 1 | 2 | 3 | 4 | 5;

const fromEnvironment = (): DebugLevel => {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return asLevel(Number(process?.env?.CORNU_DEBUG ?? 0));
};
const asLevel = (level: number): DebugLevel => Math.min(5, Math.max(0, Math.trunc(level) || 0)) as DebugLevel;

let current = fromEnvironment();
let write = (text: string): void => console.error(text);

/** How much is told now. */
export const debugLevel = (): DebugLevel => current;

/** Sets how much is told: 0 nothing … 5 everything. */
export function setDebugLevel(level: number): void {
  current = asLevel(level);
}

/** Sends the lines elsewhere than to standard error; gives back what wrote them before. */
export function setDebugOutput(output: (text: string) => void): (text: string) => void {
  const before = write;
  write = output;
  return before;
}

/** Tells `text()` from this level on. */
export function tell(level: Exclude<DebugLevel, 0>, text: () => string): void {
  if (current >= level) write(text());
}
