// Dtype policies: in which dtype a layer computes and in which it keeps its weights.
// Owns: DTypePolicy, its names (`mixed_float16`) and its config. Leaves the casting to layers.
import { asDType, type DType } from '../base/dtype.ts';
import { show, ValueError } from '../base/errors.ts';
import { floatx } from './config.ts';
import type { Config, Json } from './schema.ts';
import { isPlainObject } from './schema.ts';
import { placeOf, registerModule } from './serialization.ts';

export class DTypePolicy {
  readonly name: string;
  readonly computeDtype: DType;
  readonly variableDtype: DType;

  constructor(name: string | { name: string } = floatx()) {
    const given = typeof name === 'string' ? name : name.name;
    this.name = given;
    if (given.startsWith('mixed_')) {
      if (given !== 'mixed_float16' && given !== 'mixed_bfloat16')
        throw new ValueError(
          `DTypePolicy: unknown policy '${given}'. Known: mixed_float16, mixed_bfloat16, and the dtypes.`,
        );
      this.computeDtype = given.slice(6) as DType;
      this.variableDtype = 'float32';
    } else this.computeDtype = this.variableDtype = asDType(given, 'dtype policy');
  }

  getConfig(): Config {
    return { name: this.name };
  }
  static fromConfig(config: Config): DTypePolicy {
    return new DTypePolicy(String(config.name));
  }
}
registerModule('keras', { DTypePolicy });
registerModule('keras.dtype_policies', { DTypePolicy, Policy: DTypePolicy });
registerModule('keras.mixed_precision', { DTypePolicy, Policy: DTypePolicy });

export type DTypeLike = DType | DTypePolicy | 'mixed_float16' | 'mixed_bfloat16';

const policies = new Map<string, DTypePolicy>();
const named = (name: string): DTypePolicy => {
  let policy = policies.get(name);
  if (!policy) {
    policy = new DTypePolicy(name);
    policies.set(name, policy);
  }
  return policy;
};

let globalPolicy: DTypePolicy | null = null;
/** The policy of layers that are not given one. */
export const dtypePolicy = (): DTypePolicy => globalPolicy ?? named(floatx());
export function setDtypePolicy(policy: DTypeLike | null): void {
  globalPolicy = policy === null ? null : getPolicy(policy);
}

/** The policy that an option, or a config, means. */
export function getPolicy(value: unknown, where = 'dtype'): DTypePolicy {
  if (value === null || value === undefined) return dtypePolicy();
  if (value instanceof DTypePolicy) return value;
  if (typeof value === 'string') return named(value);
  if (isPlainObject(value)) {
    const config = value.config as { name?: unknown } | undefined;
    const name = config?.name ?? value.name;
    if (typeof name === 'string') return named(name);
  }
  throw new ValueError(`${where}: found ${show(value)}, wanted a dtype or a policy such as 'mixed_float16'.`);
}

/** The policy as Keras 3 writes it. */
export function policyConfig(policy: DTypePolicy): Json {
  const place = placeOf(DTypePolicy)!;
  return { module: place.module, class_name: place.name, config: policy.getConfig(), registered_name: null };
}
