// tf.keras.activations: the functions, and the way from names to them.
// Owns: the table of names. The functions stand in the files beside it.

import { didYouMean, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Json } from '../schema.ts';
import {
  type DeserializeOptions,
  deserializeKerasObject,
  getRegisteredObject,
  kerasObject,
  registerFunctions,
  serializeKerasObject,
} from '../serialization.ts';
import * as rectifiers from './rectifiers.ts';
import * as smooth from './smooth.ts';
import * as axial from './softmax.ts';

export {
  celu,
  elu,
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardSilu as hardSwish,
  hardTanh,
  leakyRelu,
  relu,
  relu6,
  selu,
  softShrink,
  sparsePlus,
  sparseSigmoid,
  threshold,
} from './rectifiers.ts';
export * from './smooth.ts';
export { silu as swish } from './smooth.ts';
export * from './softmax.ts';

const table = {
  relu: rectifiers.relu,
  leaky_relu: rectifiers.leakyRelu,
  relu6: rectifiers.relu6,
  softmax: axial.softmax,
  celu: rectifiers.celu,
  elu: rectifiers.elu,
  selu: rectifiers.selu,
  softplus: smooth.softplus,
  softsign: smooth.softsign,
  squareplus: smooth.squareplus,
  soft_shrink: rectifiers.softShrink,
  sparse_plus: rectifiers.sparsePlus,
  silu: smooth.silu,
  gelu: smooth.gelu,
  glu: smooth.glu,
  tanh: smooth.tanh,
  tanh_shrink: smooth.tanhShrink,
  threshold: rectifiers.threshold,
  sigmoid: smooth.sigmoid,
  sparse_sigmoid: rectifiers.sparseSigmoid,
  exponential: smooth.exponential,
  hard_sigmoid: rectifiers.hardSigmoid,
  hard_silu: rectifiers.hardSilu,
  hard_tanh: rectifiers.hardTanh,
  hard_shrink: rectifiers.hardShrink,
  linear: smooth.linear,
  mish: smooth.mish,
  log_softmax: axial.logSoftmax,
  log_sigmoid: smooth.logSigmoid,
  sparsemax: axial.sparsemax,
  swish: smooth.silu,
  hard_swish: rectifiers.hardSilu,
} as const;
registerFunctions('keras.activations', table);
/** Functions of Keras 2 that Keras 3 has others of the same name for: files of Keras 2 mean these. */
const older = { keras2_hard_sigmoid: rectifiers.keras2HardSigmoid } as const;
registerFunctions('cornu.activations', older);

const byName: ReadonlyMap<string, unknown> = new Map(Object.entries({ ...older, ...table }));

/** The names that options take. */
export type Name = Exclude<keyof typeof table, 'threshold'>;
export type Activation = (x: Tensor) => Tensor;
/** What `activation` options take: a name, a function, null for none. */
export type Like = Name | Activation | null;

/** The activation of a name, a config or a function; null means `linear`. */
export function get(identifier: Like | Activation | string | Json | undefined): Activation {
  if (identifier === null || identifier === undefined) return smooth.linear;
  if (typeof identifier === 'function') return identifier;
  if (typeof identifier === 'string') {
    const found = getRegisteredObject(identifier) ?? byName.get(identifier);
    if (typeof found === 'function') return found as Activation;
    throw new ValueError(`unknown activation '${identifier}'.${didYouMean(identifier, Object.keys(table))}`);
  }
  const object = isRecord(identifier) ? deserialize(identifier as Json) : identifier;
  if (typeof object === 'function') return object as Activation;
  throw new ValueError(`activation: found ${show(identifier)}, wanted a name such as 'relu', a function, or null.`);
}

/** As files have it: the name of a built-in activation, else a config. */
export function serialize(activation: Activation): Json {
  const config = serializeKerasObject(activation);
  return isRecord(config) && config.class_name === 'function' ? (config.config as Json) : config;
}
export const deserialize = (config: Json, customObjects?: DeserializeOptions['customObjects']): Activation => {
  if (typeof config === 'string') return get(config);
  return deserializeKerasObject(config, { modules: ['keras.activations'], customObjects }) as Activation;
};

/** The kind of options that take an activation. */
export const kind = kerasObject<Like, Activation>('the name of an activation, a function, or null', get, serialize);
