// Configs of TensorFlow.js as those of Keras.
// Owns: what differs between the two. Leaves Keras 2 to keras2-config.ts.

import { isRecord } from '../../base/record.ts';
import { fromKeras2 } from '../keras2-config.ts';
import type { Json } from '../schema.ts';

/** TensorFlow.js writes null for settings that were not given; here they are left out, which means the default. */
export function withoutNulls(json: Json): Json {
  if (Array.isArray(json)) return json.map(withoutNulls);
  if (!isRecord(json)) return json;
  const kept = Object.entries(json).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutNulls(value as Json)]));
}
/** The config of a model.json as this Keras writes it. */
export const fromTfjs = (json: Json): Json => fromKeras2(withoutNulls(json));
