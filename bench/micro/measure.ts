// Timing of short functions.
// Owns: warming up until the optimising compiler has done its work, and the best and median of many rounds, in processor time.

export interface Timing {
  /** Microseconds a call. */
  readonly best: number;
  readonly median: number;
}

/** Milliseconds of processor time, so that what else runs on a shared machine counts little. */
const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

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
  // Rounds long enough for the processor's clock, whose steps are some microseconds.
  const begin = performance.now();
  for (let i = 0; i < 3; i++) run();
  const each = Math.min(first, (performance.now() - begin) / 3);
  const calls = Math.max(1, Math.min(100000, Math.floor(4 / Math.max(each, 0.00001))));
  const times: number[] = [];
  const until = performance.now() + milliseconds;
  while (performance.now() < until || times.length < 5) {
    const begin = processorTime();
    for (let i = 0; i < calls; i++) run();
    times.push(((processorTime() - begin) * 1000) / calls);
  }
  times.sort((a, b) => a - b);
  return { best: times[0]!, median: times[times.length >> 1]! };
}
