// Timing of short functions.
// Owns: warming up until the optimising compiler has done its work, and the best and median of many rounds.

export interface Timing {
  /** Microseconds a call. */
  readonly best: number;
  readonly median: number;
}

const pause = (milliseconds: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

export function measure(run: () => void, milliseconds = 600): Timing {
  const start = performance.now();
  run();
  const first = performance.now() - start;
  // Tier-up happens on another thread and takes effect at the next call.
  for (let i = 0; i < 6; i++) {
    const until = performance.now() + 25;
    while (performance.now() < until) run();
    pause(10);
  }
  const calls = Math.max(1, Math.min(10000, Math.floor(1 / Math.max(first, 0.0001))));
  const times: number[] = [];
  const until = performance.now() + milliseconds;
  while (performance.now() < until || times.length < 5) {
    const begin = performance.now();
    for (let i = 0; i < calls; i++) run();
    times.push(((performance.now() - begin) * 1000) / calls);
  }
  times.sort((a, b) => a - b);
  return { best: times[0]!, median: times[times.length >> 1]! };
}
