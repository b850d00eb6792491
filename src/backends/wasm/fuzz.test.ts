import { describe, expect, it } from 'vitest';
import { seed as first } from '../../../test/support/seed.ts';
import { setWantedThreads, wantedThreads } from '../../base/threads.ts';
import { interpretLoops } from '../../compiler/interpret-loop-ir.ts';
import { describeKernel } from '../../compiler/print-loop-ir.ts';
import { nativeAddon } from '../../platform/native-addon.ts';
import { enableRelaxedSimd } from '../../platform/simd.ts';
import { workers } from '../../platform/workers.ts';
import { createWasmBackend } from './index.ts';
import { randomKernel } from './random-kernel.ts';
import { arrayOf, copyOf, difference, fillExact, generator, runKernel } from './testing.ts';

/** Set CORNU_FUZZ=N for N kernels, and CORNU_SEED=S with CORNU_FUZZ=1 to repeat one. */
const count = Number(process.env.CORNU_FUZZ ?? 30);

describe('random loop kernels', () => {
  it('give what the interpreter gives, to the last bit', () => {
    const backends = [true, false].map((relaxedSimd) =>
      createWasmBackend({ shared: false, enableRelaxedSimd, relaxedSimd }),
    );
    const addon = nativeAddon()?.addon;
    for (const instructions of addon?.instructions ?? [])
      backends.push(createWasmBackend({ shared: false, native: { addon: addon!, instructions, leastProducts: 0 } }));
    backends.push(createWasmBackend({ enableRelaxedSimd, workers, shareAll: true }));
    const before = wantedThreads();
    setWantedThreads(3);
    for (let run = 0; run < count; run++) {
      const seed = first + run;
      const random = generator(seed);
      const { kernel, sizes } = randomKernel(random);
      const inputs = kernel.buffers.map(({ storage }, i) => {
        const array = arrayOf(storage, sizes[i]!);
        fillExact(array, random, storage);
        return array;
      });
      const wanted = inputs.map(copyOf);
      interpretLoops(kernel, wanted);
      for (const backend of backends) {
        const actual = inputs.map(copyOf);
        const complain = (what: string): never => {
          throw new Error(`CORNU_SEED=${seed} CORNU_FUZZ=1: ${what}\n${describeKernel(kernel)}`);
        };
        try {
          runKernel(backend, kernel, actual);
        } catch (error) {
          complain(String(error));
        }
        actual.forEach((array, i) => {
          const wrong = difference(array, wanted[i]!, 0);
          if (wrong) complain(`buffer ${i}, ${wrong}`);
        });
      }
    }
    expect(backends.map(({ threads }) => threads)).toEqual([...backends.slice(1).map(() => 1), 3]);
    setWantedThreads(before);
    expect(count).toBeGreaterThan(0);
  }, 600_000);
});
