// A run that survives its end: shuffled batches, dropout, a schedule. Its weights at the end go to the file named by the
// arguments, as does what it was started with: `backup.ts RESULT FOLDER [saveFreq]`.
import { writeFileSync } from 'node:fs';
import * as tf from 'cornu';

const [result, folder, saveFreq] = process.argv.slice(2) as [string, string, string | undefined];
const { layers, models, callbacks, optimizers } = tf.keras;
tf.keras.utils.setRandomSeed(7);
const x = tf.random.uniform([256, 8]);
const y = x.sum(1, { keepdims: true });
const model = models.Sequential([
  layers.Dense(16, { activation: 'relu', inputShape: [8] }),
  layers.Dropout(0.2),
  layers.BatchNormalization(),
  layers.Dense(1),
]);
model.compile({ optimizer: optimizers.Adam({ learningRate: 0.01 }), loss: 'mse' });
const backup = callbacks.BackupAndRestore(folder, { saveFreq: saveFreq ? Number(saveFreq) : 'epoch' });
process.stdout.write('begins\n');
await model.fit(x, y, { epochs: 30, batchSize: 16, verbose: 0, callbacks: [backup] });
writeFileSync(result, JSON.stringify(model.getWeights().map((weight) => weight.flatten().arraySync())));
