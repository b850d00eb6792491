// Area activations: tf.keras.activations, values and gradients for a stored cotangent.
import { argument, differentiate, fn, options, result } from '../library.ts';
import type { Area } from '../runner.ts';

export const area: Area = {
  run(c) {
    const x = argument(c.field('x')!);
    const activation = fn(`keras.activations.${c.json.fn}`);
    const kwargs = c.field('kwargs');
    const call = () => (kwargs === undefined ? activation(x) : activation(x, options(kwargs)));
    const { value, gradients } = differentiate(call, [x], argument(c.field('cotangent')!));
    return { value: result(value), grad: result(gradients[0]) };
  },
};
