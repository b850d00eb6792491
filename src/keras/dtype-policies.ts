// tf.keras.dtypePolicies.
import { guarded } from '../base/misuse.ts';
import { type DTypePolicy, getPolicy, policyConfig } from './dtype-policy.ts';
import type { Json } from './schema.ts';

export {
  DTypePolicy,
  DTypePolicy as FloatDTypePolicy,
  DTypePolicyMap,
  Int4DTypePolicy,
  QuantizedDTypePolicy,
  QuantizedFloat8DTypePolicy,
} from './dtype-policy.ts';
/** The policy of a name, a dtype or a config, or as it is. */
export const get = (identifier: unknown): DTypePolicy => getPolicy(identifier, 'dtypePolicies.get');
/** The policy as plain data. */
export const serialize = guarded(
  'dtypePolicies.serialize',
  ['policy'],
  (policy: DTypePolicy): Json => policyConfig(policy),
);
export const deserialize = (config: Json): DTypePolicy => getPolicy(config, 'dtypePolicies.deserialize');
