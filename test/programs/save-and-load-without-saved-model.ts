// Test copy of the program save-and-load, without its SavedModel path: whole models and weights alone, and back.
import * as tf from 'cornu';

const { layers, models } = tf.keras;
const x = tf.random.normal([64, 4]);
const y = x.matmul(tf.tensor([[1], [-2], [3], [0.5]]));

const build = () => models.Sequential([layers.Dense(8, { activation: 'relu', inputShape: [4] }), layers.Dense(1)]);
const model = build();
model.compile({ optimizer: 'adam', loss: 'mse' });
await model.fit(x, y, { epochs: 5, verbose: 0 });
const expected = await model.predict(x, { verbose: 0 });

for (const path of ['regression.keras', 'regression.h5']) {
  await model.save(path);
  const loaded = await models.loadModel(path);
  const difference = (await loaded.predict(x, { verbose: 0 })).sub(expected).abs().max().item();
  console.log(path, 'largest difference', difference);
  await loaded.fit(x, y, { epochs: 1, verbose: 0 }); // the optimizer's state came along
}

// Weights alone: in Keras 3's layout and, by a plain `.h5` name, in the older one.
for (const path of ['regression.weights.h5', 'model_weights.h5']) {
  await model.saveWeights(path);
  const fresh = build();
  await fresh.loadWeights(path);
  fresh.compile({ optimizer: 'sgd', loss: 'mse' });
  console.log(path, 'largest difference', (await fresh.predict(x, { verbose: 0 })).sub(expected).abs().max().item());
}

const config = model.toJSON();
console.log('from JSON', models.modelFromJSON(config).countParams());
