// Area schedules: learning rates at many steps, and the config.
import { deserialize, fn, result } from '../library.ts';
import type { Area } from '../runner.ts';
import { ArrayValue } from '../values.ts';

export const area: Area = {
  run(c) {
    const schedule = deserialize('optimizers.schedules', String(c.json.class_name), c.field('config')) as (
      step: number,
    ) => unknown;
    const rates = (c.json.steps as number[]).map((step) => {
      const rate = result(schedule(step));
      return rate instanceof ArrayValue ? Number(rate.data[0]) : Number(rate);
    });
    return {
      values: new ArrayValue('float32', [rates.length], Float32Array.from(rates)),
      config: result(fn(schedule, 'get_config')()),
    };
  },
};
