// One sitting: who runs when. Every round goes through the workloads, and the libraries alternate; what is over in seconds takes
// several turns, since one run of it says little. Owns: the order. A library that fails is said once and left out from then on.
import type { Contestant, Result } from './contestants.ts';

/** So many turns at least for a process that takes less than so many seconds. */
export const LEAST_TURNS = 5;
export const SHORT_SECONDS = 5;

export interface Sitting {
  readonly rounds: number;
  readonly workloads: readonly string[];
  /** cornu first: where its process is not short, there are no further turns to compare with. */
  readonly contestants: readonly Contestant[];
  readonly run: (contestant: Contestant, workload: string) => Promise<Result>;
  readonly seconds?: () => number;
  readonly say?: (text: string) => void;
}

/** The results of each turn, and the names of what failed, as `peer workload`. */
export async function alternate({
  rounds,
  workloads,
  contestants,
  run,
  seconds = () => performance.now() / 1000,
  say = console.error,
}: Sitting): Promise<{ readonly turns: readonly (readonly Result[])[]; readonly failed: ReadonlySet<string> }> {
  const turns: Result[][] = [];
  const failed = new Set<string>();
  const takeTurn = async (workload: string, who: readonly Contestant[]): Promise<readonly Contestant[]> => {
    const results: Result[] = [];
    const quick: Contestant[] = [];
    for (const contestant of who) {
      const key = `${contestant.name} ${workload}`;
      if (!contestant.workloads.includes(workload) || failed.has(key)) continue;
      const start = seconds();
      try {
        results.push(await run(contestant, workload));
        if (seconds() - start < SHORT_SECONDS) quick.push(contestant);
      } catch (error) {
        failed.add(key);
        say(`left out: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    turns.push(results);
    return quick;
  };
  for (let round = 0; round < rounds; round++) {
    for (const workload of workloads) {
      let quick = await takeTurn(workload, contestants);
      for (let turn = 1; turn < Math.ceil(LEAST_TURNS / rounds); turn++) {
        if (quick[0] !== contestants[0]) break;
        quick = await takeTurn(workload, quick);
      }
    }
  }
  return { turns, failed };
}
