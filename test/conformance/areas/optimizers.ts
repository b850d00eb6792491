// Area optimizers: parameters after every step for given gradients, the rate before each, all variables at the end.
import { argument, construct, deserialize, fn, isTensor, plainConfig, property, result } from '../library.ts';
import type { Area } from '../runner.ts';
import { ArrayValue, type Fields, isFields, type Value } from '../values.ts';

/** Slots are compared by path; variables of strings, bool and bfloat16 are not stored in the cases. */
const stored = (value: Value) => value instanceof ArrayValue && /^(float|int|uint)/.test(value.dtype);

function makeOptimizer(className: string, config: Fields, inner: Fields | undefined): unknown {
  if (inner === undefined) return deserialize('optimizers', className, config);
  // A wrapper takes the optimizer in its config, as Keras serializes it.
  const serialized = {
    module: 'keras.optimizers',
    class_name: inner.class_name!,
    config: inner.config!,
    registered_name: null,
  };
  return deserialize('optimizers', className, { inner_optimizer: serialized, ...config });
}

export const area: Area = {
  run(c) {
    const config = (c.field('config') ?? {}) as Fields;
    const optimizer = makeOptimizer(String(c.json.class_name), config, c.field('inner') as Fields | undefined);
    const params = c.field('params') as Fields;
    const variables = new Map(
      Object.entries(params).map(([name, value]) => [name, construct('tf.Variable', argument(value), { name })]),
    );
    const values = (): Fields => Object.fromEntries([...variables].map(([name, variable]) => [name, result(variable)]));
    fn(optimizer, 'build')([...variables.values()]);
    const exclude = c.field('exclude');
    if (exclude !== undefined) fn(optimizer, 'exclude_from_weight_decay')({ varNames: plainConfig(exclude) });

    const steps: Fields[] = [];
    const rates: number[] = [];
    for (const gradients of c.field('grads') as readonly Fields[]) {
      const pairs = [...variables].map(([name, variable]) => {
        const gradient = gradients[name]!;
        if (!isFields(gradient)) return [argument(gradient), variable];
        const { shape } = params[name] as ArrayValue;
        return [
          construct('tf.IndexedSlices', argument(gradient.values!), argument(gradient.indices!), shape),
          variable,
        ];
      });
      const rate = result(property(optimizer, 'learning_rate'));
      rates.push(rate instanceof ArrayValue ? Number(rate.data[0]) : Number(rate));
      fn(optimizer, 'apply_gradients')(pairs);
      steps.push(values());
    }
    const own = property(optimizer, 'variables') as readonly { readonly path: string }[];
    if (!own.every(isTensor)) throw new TypeError('an optimizer variable is no tensor');
    const slots = own.map((variable) => [variable.path, result(variable)] as const);
    const out: { [key: string]: Value } = {
      params: steps,
      learning_rates: rates,
      variables: Object.fromEntries(slots.filter(([, value]) => stored(value))),
      variable_order: slots.map(([path]) => path),
    };
    if (c.json.scale_loss === true)
      out.scaled_loss = result(
        fn(optimizer, 'scale_loss')(argument(new ArrayValue('float32', [], Float32Array.of(2)))),
      );
    if (config.use_ema === true) {
      fn(optimizer, 'finalize_variable_values')([...variables.values()]);
      out.finalized = values();
    }
    return out;
  },
};
