// One model, one process: prints the seconds to load it, to its first and to its second prediction, and how far that is from what Keras
// predicted. Arguments: MODEL INPUT.npy OUTPUT.npy.
import * as tf from '../../src/index.ts';

const [path, input, output] = process.argv.slice(2) as [string, string, string];
const [x, y] = [await tf.io.loadNpy(input), await tf.io.loadNpy(output)];
const seconds = async <T>(f: () => Promise<T>): Promise<[number, T]> => {
  const start = performance.now();
  const result = await f();
  return [(performance.now() - start) / 1000, result];
};
const [load, model] = await seconds(() => tf.keras.models.loadModel(path));
const predict = async (): Promise<tf.Tensor> => {
  const made = (await model.predict(x, { verbose: 0 })) as tf.Tensor;
  made.dataSync();
  return made;
};
const [first, found] = await seconds(predict);
const [second] = await seconds(predict);
const difference = tf.reduceMax(tf.abs(found.sub(y))).item();
console.log(JSON.stringify({ load, first, second, difference }));
