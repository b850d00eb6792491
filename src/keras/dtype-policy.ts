// Dtype policies: in which dtype a layer computes and in which it keeps its weights.
// Owns: DTypePolicy, its names (`mixed_float16`) and its config. Leaves the casting to layers.
import { type Class, callable } from '../base/callable.ts';
import { asDType, type DType } from '../base/dtype.ts';
import { didYouMean, show, ValueError } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import { inspect, shortForm } from '../base/short-form.ts';
import { floatx } from './config.ts';
import type { Config, Json } from './schema.ts';
import { placeOf, registerModule } from './serialization.ts';

/** What a mode of quantization is called in policies: `int8`, `int4/128` (groups of 128), `float8`. */
export type QuantizationMode = 'int8' | 'int4' | 'float8';
const MODES: readonly QuantizationMode[] = ['int8', 'int4', 'float8'];
/** Modes of Keras that calibrate a model on texts; they are not here. */
const CALIBRATED = ['gptq', 'awq'];

class DTypePolicyBase {
  readonly name: string;
  readonly computeDtype: DType;
  readonly variableDtype: DType;
  /** How the weights are kept, where they are quantized. */
  get quantizationMode(): QuantizationMode | null {
    return null;
  }

  constructor(
    name: string | { name: string } = floatx(),
    source: string = typeof name === 'string' ? name : name.name,
  ) {
    this.name = typeof name === 'string' ? name : name.name;
    if (source.startsWith('mixed_')) {
      if (source !== 'mixed_float16' && source !== 'mixed_bfloat16')
        throw new ValueError(
          `DTypePolicy: unknown policy '${source}'; wanted a dtype, or one of mixed_float16, mixed_bfloat16.${didYouMean(source, ['mixed_float16', 'mixed_bfloat16'])}`,
        );
      this.computeDtype = source.slice(6) as DType;
      this.variableDtype = 'float32';
    } else this.computeDtype = this.variableDtype = asDType(source, 'dtype policy');
  }

  toString(): string {
    return shortForm(this, { name: this.name });
  }
  [inspect](): string {
    return this.toString();
  }

  getConfig(): Config {
    return { name: this.name };
  }
  static fromConfig(config: Config): DTypePolicy {
    return new DTypePolicy(String(config.name));
  }
}
export interface DTypePolicy extends DTypePolicyBase {}
export const DTypePolicy: Class<[name?: string | { name: string }, source?: string], DTypePolicy> & {
  fromConfig(config: Config): DTypePolicy;
} = callable(DTypePolicyBase, 'DTypePolicy') as Class<
  [name?: string | { name: string }, source?: string],
  DTypePolicy
> & { fromConfig(config: Config): DTypePolicy };

type QuantizedArgs = [mode: string, sourceName?: string | null];
const sourceOf = (config: Config): QuantizedArgs => [
  String(config.mode),
  (config.source_name ?? null) as string | null,
];

/** Weights kept as small whole numbers: `int8_from_float32` computes in float32 from weights of 8 bits. */
class QuantizedDTypePolicyBase extends DTypePolicyBase {
  readonly sourceName: string;
  readonly #mode: QuantizationMode;

  constructor(...[mode, sourceName]: QuantizedArgs) {
    const source = sourceName ?? dtypePolicy().name;
    super(`${mode}_from_${source}`, source);
    this.sourceName = source;
    this.#mode = asMode(mode.split('/')[0]!, 'QuantizedDTypePolicy: mode');
    if (this.#mode === 'int8' && this.computeDtype === 'float16')
      throw new ValueError(
        "QuantizedDTypePolicy: mode 'int8' does not go well with float16, whose range the products leave; wanted float32 or mixed_bfloat16.",
      );
  }
  override get quantizationMode(): QuantizationMode {
    return this.#mode;
  }
  override getConfig(): Config {
    return { mode: this.#mode, source_name: this.sourceName };
  }
  static override fromConfig(config: Config): DTypePolicy {
    return new QuantizedDTypePolicy(...sourceOf(config));
  }
}
export interface QuantizedDTypePolicy extends QuantizedDTypePolicyBase {}
export const QuantizedDTypePolicy: Class<QuantizedArgs, QuantizedDTypePolicy> & {
  fromConfig(config: Config): DTypePolicy;
} = callable(QuantizedDTypePolicyBase, 'QuantizedDTypePolicy') as Class<QuantizedArgs, QuantizedDTypePolicy> & {
  fromConfig(config: Config): DTypePolicy;
};
/** `int4/128_from_float32`: groups of 128 inputs share a scale; -1: all of an output's. */
class Int4DTypePolicyBase extends QuantizedDTypePolicyBase {
  readonly blockSize: number;
  constructor(...args: QuantizedArgs) {
    super(...args);
    const [mode, size] = args[0].split('/');
    this.blockSize = Number(size);
    if (mode !== 'int4' || !Number.isInteger(this.blockSize) || this.blockSize < -1 || this.blockSize === 0)
      throw new ValueError(
        `Int4DTypePolicy: mode is '${args[0]}'; wanted 'int4/' and the size of a block: a whole number ≥ 1, or -1.`,
      );
  }
  override getConfig(): Config {
    return { ...super.getConfig(), mode: `int4/${this.blockSize}` };
  }
  static override fromConfig(config: Config): DTypePolicy {
    return new Int4DTypePolicy(...sourceOf(config));
  }
}
export interface Int4DTypePolicy extends Int4DTypePolicyBase {}
export const Int4DTypePolicy: Class<QuantizedArgs, Int4DTypePolicy> & { fromConfig(config: Config): DTypePolicy } =
  callable(Int4DTypePolicyBase, 'Int4DTypePolicy') as Class<QuantizedArgs, Int4DTypePolicy> & {
    fromConfig(config: Config): DTypePolicy;
  };
/** Training with products of 8-bit floats; the scales follow the largest values of the last steps. */
class QuantizedFloat8DTypePolicyBase extends QuantizedDTypePolicyBase {
  readonly amaxHistoryLength: number;
  constructor(mode: string, sourceName?: string | null, amaxHistoryLength = 1024) {
    super(mode, sourceName);
    if (!Number.isInteger(amaxHistoryLength) || amaxHistoryLength < 1)
      throw new ValueError(
        `QuantizedFloat8DTypePolicy: amaxHistoryLength is ${show(amaxHistoryLength)}; wanted a whole number ≥ 1.`,
      );
    this.amaxHistoryLength = amaxHistoryLength;
  }
  override getConfig(): Config {
    return { ...super.getConfig(), amax_history_length: this.amaxHistoryLength };
  }
  static override fromConfig(config: Config): DTypePolicy {
    return new QuantizedFloat8DTypePolicy(...sourceOf(config), Number(config.amax_history_length ?? 1024));
  }
}
export interface QuantizedFloat8DTypePolicy extends QuantizedFloat8DTypePolicyBase {}
export const QuantizedFloat8DTypePolicy: Class<
  [...QuantizedArgs, amaxHistoryLength?: number],
  QuantizedFloat8DTypePolicy
> & { fromConfig(config: Config): DTypePolicy } = callable(
  QuantizedFloat8DTypePolicyBase,
  'QuantizedFloat8DTypePolicy',
) as Class<[...QuantizedArgs, amaxHistoryLength?: number], QuantizedFloat8DTypePolicy> & {
  fromConfig(config: Config): DTypePolicy;
};

type MapArgs = [defaultPolicy?: DTypeLike | null, policyMap?: Readonly<Record<string, DTypeLike>> | null];
/** Policies by the paths of layers: a path, or a pattern that matches paths as a whole, and the policy of the others. */
class DTypePolicyMapBase extends DTypePolicyBase implements Iterable<string> {
  readonly #given: DTypePolicy | null;
  readonly #policies = new Map<string, DTypePolicy>();

  constructor(...[defaultPolicy = null, policyMap = null]: MapArgs) {
    const given = defaultPolicy === null ? null : getPolicy(defaultPolicy, 'DTypePolicyMap: defaultPolicy');
    if (given instanceof DTypePolicyMapBase)
      throw new ValueError('DTypePolicyMap: defaultPolicy: found a DTypePolicyMap, wanted one policy.');
    const policy = given ?? dtypePolicy();
    super(`map_${policy.name}`, policy.name.split('_from_').at(-1)!);
    this.#given = given;
    for (const [path, value] of Object.entries(policyMap ?? {})) this.set(path, value);
  }
  /** The policy of layers that no entry is for. */
  get defaultPolicy(): DTypePolicy {
    return this.#given ?? dtypePolicy();
  }
  override get quantizationMode(): QuantizationMode | null {
    return this.defaultPolicy.quantizationMode;
  }
  get length(): number {
    return this.#policies.size;
  }
  has(path: string): boolean {
    return this.#policies.has(path);
  }
  /** The policy of the layer of that path. Throws where several patterns match it. */
  get(path: string): DTypePolicy {
    const exact = this.#policies.get(path);
    if (exact) return exact;
    const matching = [...this.#policies.keys()].filter((pattern) => new RegExp(`^(?:${pattern})$`).test(path));
    if (matching.length > 1)
      throw new ValueError(
        `DTypePolicyMap: the path '${path}' matches ${matching.length} entries, ${show(matching)}; wanted one at most.`,
      );
    return matching.length === 1 ? this.#policies.get(matching[0]!)! : this.defaultPolicy;
  }
  set(path: string, policy: DTypeLike): void {
    if (this.has(path))
      throw new ValueError(`DTypePolicyMap: found a second policy for '${path}', which has one: delete it first.`);
    this.#policies.set(path, getPolicy(policy, `DTypePolicyMap: '${path}'`));
  }
  delete(path: string): boolean {
    return this.#policies.delete(path);
  }
  [Symbol.iterator](): Iterator<string> {
    return this.#policies.keys();
  }
  override getConfig(): Config {
    const policies = [...this.#policies].map(([path, policy]) => [path, policyConfig(policy)] as const);
    return {
      default_policy: this.#given === null ? null : this.#given.name,
      policy_map: Object.fromEntries(policies),
    };
  }
  static override fromConfig(config: Config): DTypePolicy {
    return new DTypePolicyMap(
      config.default_policy as DTypeLike | null,
      (config.policy_map ?? null) as Readonly<Record<string, DTypeLike>> | null,
    );
  }
}
export interface DTypePolicyMap extends DTypePolicyMapBase {}
export const DTypePolicyMap: Class<MapArgs, DTypePolicyMap> & { fromConfig(config: Config): DTypePolicy } = callable(
  DTypePolicyMapBase,
  'DTypePolicyMap',
) as Class<MapArgs, DTypePolicyMap> & { fromConfig(config: Config): DTypePolicy };

/** The mode of that name. */
export function asMode(mode: string, where: string): QuantizationMode {
  const known = MODES.find((name) => name === mode);
  if (known) return known;
  const reason = CALIBRATED.includes(mode)
    ? ` '${mode}' calibrates language models on texts, layer by layer, which is not done here.`
    : '';
  throw new ValueError(
    `${where}: unknown '${mode}'; wanted one of ${MODES.map((name) => `'${name}'`).join(', ')}.${reason || didYouMean(mode, MODES)}`,
  );
}
const isQuantized = (name: string): boolean =>
  [...MODES, ...CALIBRATED].some((mode) => name.startsWith(mode)) && name.includes('_from_');
function quantizedPolicy(name: string): DTypePolicy {
  const [mode, source] = name.split('_from_') as [string, string];
  if (mode.startsWith('int4/')) return new Int4DTypePolicy(mode, source);
  return mode === 'float8' ? new QuantizedFloat8DTypePolicy(mode, source) : new QuantizedDTypePolicy(mode, source);
}

const classes = {
  DTypePolicy,
  FloatDTypePolicy: DTypePolicy,
  QuantizedDTypePolicy,
  Int4DTypePolicy,
  QuantizedFloat8DTypePolicy,
  DTypePolicyMap,
};
// The first place is the one that files name.
registerModule('keras', { DTypePolicy });
registerModule('keras.dtype_policies', { ...classes, Policy: DTypePolicy });
registerModule('keras.mixed_precision', { DTypePolicy, Policy: DTypePolicy });

export type DTypeLike = DType | DTypePolicy | 'mixed_float16' | 'mixed_bfloat16';

const policies = new Map<string, DTypePolicy>();
const named = (name: string): DTypePolicy => {
  let policy = policies.get(name);
  if (!policy) {
    policy = isQuantized(name) ? quantizedPolicy(name) : new DTypePolicy(name);
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
  if (isRecord(value)) {
    const config = (value.config ?? {}) as Config;
    const name = config.name ?? value.name;
    if (typeof name === 'string') return named(name);
    const type = Object.entries(classes).find(([className]) => className === value.class_name)?.[1];
    if (type && (typeof config.mode === 'string' || type === DTypePolicyMap)) return type.fromConfig(config);
  }
  throw new ValueError(`${where}: found ${show(value)}, wanted a dtype or a policy such as 'mixed_float16'.`);
}

/** The policy as Keras 3 writes it. */
export function policyConfig(policy: DTypePolicy): Json {
  const place = placeOf(policy.constructor)!;
  return { module: place.module, class_name: place.name, config: policy.getConfig(), registered_name: null };
}
