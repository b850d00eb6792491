// Area metrics: the result after every update, the state at the end, the result after a reset; and metric functions.
import { argument, deserialize, fn, invoke, isTensor, property, result } from '../library.ts';
import { type Area, isRefusal } from '../runner.ts';
import type { Value } from '../values.ts';

interface Batch {
  readonly args: readonly Value[];
  readonly sample_weight?: Value;
}

/** The result of a metric without any update; null where the metric refuses. */
function freshResult(metric: unknown): Value {
  try {
    return result(fn(metric, 'result')());
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

export const area: Area = {
  run(c) {
    if (c.json.fn !== undefined) {
      return {
        value: result(invoke(`keras.metrics.${c.json.fn}`, c.field('args') as readonly Value[], c.field('kwargs'))),
      };
    }
    const metric = deserialize('metrics', String(c.json.class_name), c.field('config'));
    const results = (c.field('batches') as unknown as readonly Batch[]).map(({ args, sample_weight: weight }) => {
      fn(metric, 'update_state')(
        ...args.map(argument),
        ...(weight === undefined ? [] : [{ sampleWeight: argument(weight) }]),
      );
      return result(fn(metric, 'result')());
    });
    const variables = property(metric, 'variables') as readonly unknown[];
    const state = variables.map((variable) => {
      if (!isTensor(variable)) throw new TypeError('a metric variable is no tensor');
      return result(variable);
    });
    fn(metric, 'reset_state')();
    return { results, state, after_reset: freshResult(metric) };
  },
};
