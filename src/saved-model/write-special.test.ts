// Special functions and Fourier transforms in SavedModels, written and read back with an open batch.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import * as tf from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cornu-special-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { math, signal } = tf;
const { special } = math;
const complex = (x: tf.Tensor): tf.Tensor => tf.cast(x, 'complex64');
const functions: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  lgamma: math.lgamma,
  digamma: math.digamma,
  erfinv: math.erfinv,
  ndtri: math.ndtri,
  besselI0: math.besselI0,
  besselI1e: math.besselI1e,
  igamma: (x) => math.igamma(x, x),
  igammac: (x) => math.igammac(x, x),
  betainc: (x) => math.betainc(x, x, x),
  zeta: (x) => math.zeta(tf.add(x, 1), x),
  polygamma: (x) => math.polygamma(tf.onesLike(x), x),
  nextafter: (x) => math.nextafter(x, tf.add(x, 1)),
  multiplyNoNan: (x) => math.multiplyNoNan(x, x),
  dawsn: special.dawsn,
  expint: special.expint,
  fresnelCos: special.fresnelCos,
  fresnelSin: special.fresnelSin,
  spence: special.spence,
  besselJ0: special.besselJ0,
  besselY1: special.besselY1,
  besselK1e: special.besselK1e,
  fft2d: (x) => tf.abs(signal.fft2d(complex(x))),
  ifft: (x) => math.real(signal.ifft(complex(x))),
  rfft: (x) => tf.abs(signal.rfft(x)),
  irfft: (x) => signal.irfft(signal.rfft(x)),
  stft: (x) => tf.abs(signal.stft(x, 4, 2, 4)),
};

it.each(Object.entries(functions))('%s', async (name, f) => {
  class Exported extends tf.Module {
    f = tf.function(f, { inputSignature: [tf.TensorSpec([null, 8], 'float32')] });
  }
  const path = join(folder, name);
  await tf.savedModel.save(new Exported(), path);
  const { f: loaded } = await tf.savedModel.load(path);
  const back = loaded as (x: tf.Tensor) => tf.Tensor;
  for (const rows of [1, 4]) {
    const x = tf.reshape(tf.linspace(0.1, 0.9, rows * 8), [rows, 8]);
    const want = f(x);
    // The eager functions are the reference in double precision.
    const error = tf.reduceMax(tf.div(tf.abs(tf.sub(back(x), want)), tf.add(tf.abs(want), 1)));
    expect(error.item(), `${name} of ${rows} rows`).toBeLessThan(1e-6);
  }
});

it('a function that TensorFlow has no op for is refused by its name', async () => {
  class Exported extends tf.Module {
    f = tf.function((x: tf.Tensor) => math.erfcinv(x), { inputSignature: [tf.TensorSpec([2], 'float32')] });
  }
  await expect(tf.savedModel.save(new Exported(), join(folder, 'refused'))).rejects.toThrow(/'erfcinv'/);
});
