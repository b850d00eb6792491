// Dataset.listFiles: paths that match patterns.
// Owns: the order. Leaves matching to ops/io/glob.ts.
import { FileError } from '../../base/errors.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { matchingPaths } from '../../ops/io/glob.ts';
import { eagerTensor } from '../../runtime/tensor.ts';
import { DONE, type Later, type Pull } from '../pull.ts';
import { shuffled } from '../shuffle.ts';
import { type Source, UNKNOWN } from '../source.ts';

/** All matches of the patterns, sorted: looked up anew when a pass begins. */
export function listedFiles(patterns: readonly string[], shuffle: boolean, seed: number | undefined): Source {
  const sorted: Source = {
    open: () => {
      let paths: readonly string[] | null = null;
      let i = 0;
      const next = (): Later<unknown> => {
        if (paths) return i < paths.length ? eagerTensor([paths[i++]!], [], 'string') : DONE;
        return find(patterns).then((found) => {
          paths = found;
          return next();
        });
      };
      return { next } satisfies Pull<unknown>;
    },
    cardinality: UNKNOWN,
    spec: () => new TensorSpec([], 'string'),
  };
  // As large as there may be files: TensorFlow's buffer holds all of them.
  return shuffle ? shuffled(sorted, Number.MAX_SAFE_INTEGER, seed, true) : sorted;
}

async function find(patterns: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const pattern of patterns) found.push(...(await matchingPaths(pattern)));
  if (found.length === 0)
    throw new FileError(`Dataset.listFiles: no files match ${patterns.join(', ')}; check the pattern and the folder.`);
  return found.sort();
}
