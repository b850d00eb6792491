// Area regularizers_constraints: values, gradients of regularizers, and the configs that the objects give.
import { argument, deserialize, differentiate, fn, result } from '../library.ts';
import type { Area } from '../runner.ts';

export const area: Area = {
  run(c) {
    const x = argument(c.field('x')!);
    const object = deserialize(String(c.json.kind), String(c.json.class_name), c.field('config')) as (
      x: unknown,
    ) => unknown;
    if (c.json.kind === 'constraints') {
      const value = result(object(x));
      return { value, config: result(fn(object, 'get_config')()) };
    }
    const { value, gradients } = differentiate(() => object(x), [x]);
    return { value: result(value), grad: result(gradients[0]), config: result(fn(object, 'get_config')()) };
  },
};
