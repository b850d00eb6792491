// What configs of Keras 2 mean differently than those of Keras 3, said in words that this library knows.
// Owns: those changes, one by one. Older names of options are in the layers' own schemas.
import { isRecord } from '../base/record.ts';
import { recordMigration } from './migrations.ts';
import type { Config, Json } from './schema.ts';

/** Activations of the same name with other formulas. */
const activations: Readonly<Record<string, string>> = { hard_sigmoid: 'keras2_hard_sigmoid' };

/** The config of a model or layer that this version of Keras wrote. */
export const fromVersion = (version: unknown, config: Json): Json =>
  String(version).startsWith('2.') ? fromKeras2(config) : config;

/** The config of a model or layer, as Keras 2 meant it. */
export function fromKeras2(json: Json): Json {
  if (Array.isArray(json)) return json.map(fromKeras2);
  if (!isRecord(json)) return json;
  // Which generator a random layer of Keras 2 draws from.
  const { rng_type: generator, ...rest } = json;
  if (generator !== undefined) recordMigration('dropped-option', 'rng_type');
  const config = Object.fromEntries(
    Object.entries(rest).map(([key, value]): [string, Json] => {
      const older = /(^|_)activation$/.test(key) && typeof value === 'string' ? activations[value] : undefined;
      if (older) recordMigration('formula-of-keras-2', `${key}: ${String(value)}`);
      return [key, older ?? fromKeras2(value as Json)];
    }),
  );
  if (config.class_name === 'Discretization') config.config = { ...(config.config as Config), integer_dtype: 'int64' };
  return config;
}
