// Test copy of the program three-ways, its fits alone: one network, three ways to write it, every optimizer by name.
import * as tf from 'cornu';

const { layers, models, Input, optimizers } = tf.keras;

const sequential = models.Sequential([
  layers.Dense(128, { activation: 'relu', inputShape: [784] }),
  layers.Dropout(0.2),
  layers.Dense(64, { activation: 'relu' }),
  layers.Dropout(0.2),
  layers.Dense(10, { activation: 'softmax' }),
]);
sequential.summary();

const inputs = Input({ shape: [784] });
let x = layers.Dense(128, { activation: 'relu' })(inputs);
x = layers.Dropout(0.2)(x);
x = layers.Dense(64, { activation: 'relu' })(x);
x = layers.Dropout(0.2)(x);
const outputs = layers.Dense(10, { activation: 'softmax' })(x);
const functional = models.Model({ inputs, outputs });
functional.summary();

class CustomModel extends models.Model {
  dense1 = layers.Dense(128, { activation: 'relu' });
  dropout1 = layers.Dropout(0.2);
  dense2 = layers.Dense(64, { activation: 'relu' });
  dropout2 = layers.Dropout(0.2);
  dense3 = layers.Dense(10, { activation: 'softmax' });
  override call(inputs: tf.Tensor, { training = false }: tf.keras.CallOptions = {}) {
    let x = this.dense1(inputs);
    x = this.dropout1(x, { training });
    x = this.dense2(x);
    x = this.dropout2(x, { training });
    return this.dense3(x);
  }
}
const subclassed = new CustomModel();

const xTrain = tf.random.uniform([1000, 784]);
const yTrain = tf.random.uniform([1000], { minval: 0, maxval: 10, dtype: 'int32' });
const xVal = tf.random.uniform([200, 784]);
const yVal = tf.random.uniform([200], { minval: 0, maxval: 10, dtype: 'int32' });
const customLoss = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.reduceMean(tf.square(tf.oneHot(yTrue, 10).sub(yPred)));

for (const model of [sequential, functional, subclassed]) {
  for (const optimizer of [
    optimizers.SGD({ learningRate: 0.01, momentum: 0.9 }), optimizers.Adam({ learningRate: 0.001 }),
    optimizers.RMSprop({ learningRate: 0.001 }), optimizers.Adagrad({ learningRate: 0.01 }), optimizers.Adadelta({ learningRate: 1.0 }),
  ]) {
    model.compile({ optimizer, loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    await model.fit(xTrain, yTrain, { epochs: 1, batchSize: 32, validationData: [xVal, yVal], verbose: 2 });
  }
  model.compile({ optimizer: 'adam', loss: customLoss });
  await model.fit(xTrain, yTrain, { epochs: 1, verbose: 2 });
}
