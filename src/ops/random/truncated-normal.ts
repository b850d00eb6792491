// Normal numbers between limits of one's own, as TensorFlow's processor kernel draws them: by rejection, one after the other.
// Owns: the choice among three proposals (normal, uniform, exponential) and the draws, in the dtype's precision.
// Source: Robert, Simulation of truncated normal variables (1995).

import { roundToFloat16 } from '../../base/dtype.ts';
import { ValueError } from '../../base/errors.ts';
import { normalFloats } from '../../base/random/normal.ts';
import { type PhiloxStream, skipBlocks } from '../../base/random/philox.ts';
import type { FloatDType } from '../../base/random/uniform.ts';
import { uniformFloats } from '../../base/random/uniform.ts';

/** Where one tail is at least so many deviations long, normal numbers are drawn until one fits. */
const LONG_TAIL = 1.3;
const MOST_TRIALS = 1000;

export interface TruncatedNormal {
  readonly mean: number;
  readonly stddev: number;
  readonly minval: number;
  readonly maxval: number;
}

/** (samples, parameters) numbers in row-major order; those of one parameter follow each other in the stream. */
export function truncatedNormalNumbers(
  stream: PhiloxStream,
  samples: number,
  parameters: readonly TruncatedNormal[],
  dtype: FloatDType,
): Float64Array {
  const round = dtype === 'float64' ? (x: number) => x : dtype === 'float16' ? roundToFloat16 : Math.fround;
  // A block gives four numbers, or two of 64 bits.
  const width = dtype === 'float64' ? 2 : 4;
  let place = stream;
  const next = (make: (from: PhiloxStream, count: number, dtype: FloatDType) => ArrayLike<number>): number[] => {
    const drawn = Array.from(make(place, width, dtype));
    place = skipBlocks(place, 1);
    return drawn;
  };
  const out = new Float64Array(samples * parameters.length);
  parameters.forEach((given, k) => {
    const { mean } = given;
    let { stddev, minval, maxval } = given;
    if (!(stddev > 0 && minval < maxval && (Number.isFinite(minval) || Number.isFinite(maxval))))
      throw new ValueError(
        `random.statelessParameterizedTruncatedNormal: stddev ${stddev}, limits ${minval} and ${maxval}; wanted stddev > 0, minval < maxval, and one of them finite.`,
      );
    // The near limit comes first; what lies below the mean is mirrored.
    if (minval === Number.NEGATIVE_INFINITY || maxval < mean) {
      [minval, maxval] = [maxval, minval];
      stddev = -stddev;
    }
    const low = round(round(minval - mean) / stddev);
    const high = round(round(maxval - mean) / stddev);
    const root = round(Math.sqrt(round(round(low * low) + 4)));
    const cutoff = (2 * Math.exp(0.5 + (low * (low - root)) / 4)) / (low + root);
    let found = 0;
    let trials = 0;
    const propose = (z: number, accepted: boolean): void => {
      if (found === samples) return;
      if (accepted) {
        out[found * parameters.length + k] = round(round(z * stddev) + mean);
        found++;
        trials = 0;
      } else if (++trials > MOST_TRIALS)
        throw new ValueError(
          `random.statelessParameterizedTruncatedNormal: no number between ${given.minval} and ${given.maxval} after ${MOST_TRIALS} trials (mean ${mean}, stddev ${given.stddev}).`,
        );
    };
    if ((low < -LONG_TAIL && high >= 0) || (high > LONG_TAIL && low <= 0)) {
      while (found < samples) for (const z of next(normalFloats)) propose(z, z >= low && z <= high);
    } else if (high - low < cutoff) {
      const top = low < 0 ? 0 : low * low;
      while (found < samples) {
        const [tried, chance] = [next(uniformFloats), next(uniformFloats)];
        tried.forEach((u, i) => {
          const z = round(round(u * round(high - low)) + low);
          propose(z, chance[i]! <= round(Math.exp((top - z * z) / 2)));
        });
      }
    } else {
      const alpha = round((low + root) / 2);
      while (found < samples) {
        const drawn = next(uniformFloats);
        for (let i = 0; i < drawn.length; i += 2) {
          const z = round(-round(Math.log(drawn[i]!)) / alpha + low);
          const x = low < alpha ? alpha - z : low - alpha;
          propose(z, drawn[i + 1]! <= Math.exp((-x * x) / 2) && z < high);
        }
      }
    }
  });
  return out;
}
