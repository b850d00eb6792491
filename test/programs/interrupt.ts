// A run that is interrupted twice: once where it can end in order, once in the midst of something long. Says when it trains,
// and what is left after the first Ctrl-C.
import * as tf from 'cornu';

const { layers, models, callbacks } = tf.keras;
const x = tf.random.uniform([64, 4]);
const model = models.Sequential([layers.Dense(1, { inputShape: [4] })]);
model.compile({ optimizer: 'adam', loss: 'mse' });
const before = model.getWeights()[0]!.sum().item();
const fit = (slow: boolean) => {
  const tell = callbacks.LambdaCallback({
    onEpochEnd: (epoch) => {
      if (epoch !== 1) return;
      console.log('trains');
      if (slow) return new Promise((resolve) => setTimeout(resolve, 60_000));
    },
    onTrainEnd: () => console.log('ended in order'),
  });
  return model.fit(x, x.sum(1), { epochs: 1e9, verbose: 0, callbacks: [tell] });
};
try {
  await fit(false);
} catch (error) {
  const { name, message } = error as Error;
  const trained = model.getWeights()[0]!.sum().item() !== before;
  console.log(JSON.stringify({ name, message, trained, epochs: model.history!.epoch.length }));
}
await fit(true);
