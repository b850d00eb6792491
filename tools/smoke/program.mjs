// Run on every runtime against the installed package: ops, gradients, random numbers, training, a file and back.
import * as tf from 'cornu';

const check = (holds, what) => {
  if (!holds) throw new Error(`smoke test: ${what}`);
};

const sum = tf.add([1, 2], [3, 4]).numpy();
check(sum[0] === 4 && sum[1] === 6, `1 + 3, 2 + 4 gave ${sum}`);

const w = new tf.Variable(3, { dtype: 'float32' });
const tape = new tf.GradientTape();
const square = tape.record(() => tf.square(w));
check(tape.gradient(square, w).item() === 6, 'the gradient of w² at 3');

tf.keras.utils.setRandomSeed(1);
const x = tf.random.uniform([256, 2]);
const y = x.at(':', 0).greater(x.at(':', 1)).cast('float32');
const model = tf.keras.Sequential([
  tf.keras.layers.Dense(8, { activation: 'relu', inputShape: [2] }),
  tf.keras.layers.Dense(1, { activation: 'sigmoid' }),
]);
model.compile({
  optimizer: tf.keras.optimizers.Adam({ learningRate: 0.05 }),
  loss: 'binary_crossentropy',
  metrics: ['accuracy'],
});
const { history } = await model.fit(x, y, { epochs: 20, verbose: 0 });
check(history.accuracy.at(-1) > 0.9, `accuracy ${history.accuracy.at(-1)} after 20 epochs`);

const path = process.argv[2];
await model.save(path);
const loaded = await tf.keras.models.loadModel(path);
const before = await model.predict(x, { verbose: 0 });
const after = await loaded.predict(x, { verbose: 0 });
check(before.sub(after).abs().max().item() === 0, 'the loaded model predicts the same');
console.log(`loss ${history.loss.at(-1).toFixed(4)}`);
