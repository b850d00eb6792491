// A run that survives its end: shuffled batches, dropout, batch normalization, a schedule. Its weights at the end go to the
// file named by the arguments: `backup.ts RESULT FOLDER CHECKPOINT [saveFreq]`. Says on standard output what it is doing,
// a line each time: how far it is (in steps), and in which phase.
import { writeFileSync, writeSync } from 'node:fs';
import * as tf from 'cornu';

const [result, folder, checkpoint, saveFreq] = process.argv.slice(2) as [string, string, string, string | undefined];
const EPOCHS = 12;
const { layers, models, callbacks, optimizers } = tf.keras;
tf.keras.utils.setRandomSeed(7);
const x = tf.random.uniform([1024, 32]);
const y = x.sum(1, { keepdims: true });
const model = models.Sequential([
  layers.Dense(128, { activation: 'relu', inputShape: [32] }),
  layers.Dropout(0.2),
  layers.BatchNormalization(),
  layers.Dense(64, { activation: 'relu' }),
  layers.Dense(1),
]);
const learningRate = optimizers.schedules.ExponentialDecay(0.01, 100, 0.9);
model.compile({ optimizer: optimizers.Adam({ learningRate }), loss: 'mse' });

let [done, epochBegin] = [0, 0];
const tell = (phase: string): void => void writeSync(1, `${done} ${phase}\n`);
/** Says when `callback` writes, and when it has written. */
class Told extends callbacks.Callback {
  readonly phase: string;
  constructor(phase: string) {
    super();
    this.phase = phase;
  }
  override onEpochBegin(epoch: number): void {
    epochBegin = epoch * 64;
    tell(this.phase);
  }
  override onTrainBatchEnd(batch: number): void {
    done = epochBegin + batch + 1;
    tell(this.phase);
  }
  override onEpochEnd(): void {
    tell(this.phase);
  }
}
const every = saveFreq ? Number(saveFreq) : 'epoch';
tell('restore');
await model.fit(x, y, {
  epochs: EPOCHS,
  batchSize: 16,
  verbose: 0,
  callbacks: [
    new Told('backup'),
    callbacks.BackupAndRestore(folder, { saveFreq: every }),
    new Told('checkpoint'),
    callbacks.ModelCheckpoint(checkpoint, { saveFreq: every }),
    new Told('step'),
  ],
});
tell('end');
writeFileSync(result, JSON.stringify(model.getWeights().map((weight) => weight.flatten().arraySync())));
