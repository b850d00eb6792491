// Area losses: classes with weights and reductions, and functions; values and gradients with respect to the prediction.
import { argument, deserialize, differentiate, fn, options, result } from '../library.ts';
import type { Area } from '../runner.ts';

type Loss = (yTrue: unknown, yPred: unknown, options?: object) => unknown;

export const area: Area = {
  run(c) {
    const [yTrue, yPred] = [argument(c.field('y_true')!), argument(c.field('y_pred')!)];
    let call: () => unknown;
    if (c.json.class_name !== undefined) {
      const loss = deserialize('losses', String(c.json.class_name), c.field('config')) as Loss;
      const weight = c.field('sample_weight');
      call = () => (weight === undefined ? loss(yTrue, yPred) : loss(yTrue, yPred, { sampleWeight: argument(weight) }));
    } else {
      const loss = fn(`keras.losses.${c.json.fn}`);
      const kwargs = options(c.field('kwargs'));
      call = () => (Object.keys(kwargs).length === 0 ? loss(yTrue, yPred) : loss(yTrue, yPred, kwargs));
    }
    const { value, gradients } = differentiate(call, [yPred]);
    return { value: result(value), grad: result(gradients[0]) };
  },
};
