// How a layer is to be quantized: the quantizers of its weights and of its inputs, or the groups of weights.
import { type Class, callable } from '../../base/callable.ts';
import { StateError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { asMode, type QuantizationMode } from '../dtype-policy.ts';
import type { Config } from '../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import { AbsMaxQuantizer, type Quantizer } from './quantizer.ts';

export interface QuantizationOptions
  extends Options<{ weightQuantizer: Quantizer | null; activationQuantizer: Quantizer | 'default' | null }> {}
const restored = (config: unknown): Quantizer | null =>
  isRecord(config) ? (deserializeKerasObject(config as Config) as Quantizer) : null;

/** A subclass says its `mode`. */
export class QuantizationConfig_ {
  readonly weightQuantizer: Quantizer | null;
  readonly activationQuantizer: Quantizer | null;
  constructor({ weightQuantizer = null, activationQuantizer = null }: QuantizationOptions = {}) {
    this.weightQuantizer = weightQuantizer;
    this.activationQuantizer = activationQuantizer === 'default' ? new AbsMaxQuantizer() : activationQuantizer;
  }
  get mode(): QuantizationMode {
    throw new StateError(
      `${this.constructor.name} says no mode; make an Int8QuantizationConfig, Int4QuantizationConfig or Float8QuantizationConfig.`,
    );
  }
  getConfig(): Config {
    return {
      weight_quantizer: serializeKerasObject(this.weightQuantizer),
      activation_quantizer: serializeKerasObject(this.activationQuantizer),
    };
  }
  static fromConfig(config: Config): QuantizationConfig_ {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return Reflect.construct(this, [fromConfig(config)]) as QuantizationConfig_;
  }
}
const fromConfig = (config: Config) => ({
  weightQuantizer: restored(config.weight_quantizer),
  activationQuantizer: restored(config.activation_quantizer),
});
function asksFor(quantizer: Quantizer | null, where: string): void {
  if (quantizer && quantizer.outputDtype !== 'int8')
    throw new ValueError(
      `${where}: weightQuantizer gives ${quantizer.outputDtype}; wanted one with outputDtype 'int8'.`,
    );
}
export interface QuantizationConfig extends QuantizationConfig_ {}
export const QuantizationConfig: Class<[options?: QuantizationOptions], QuantizationConfig> = callable(
  QuantizationConfig_,
  'QuantizationConfig',
);

class Int8_ extends QuantizationConfig_ {
  constructor({ activationQuantizer = 'default', ...rest }: QuantizationOptions = {}) {
    super({ ...rest, activationQuantizer });
    asksFor(this.weightQuantizer, 'Int8QuantizationConfig');
  }
  override get mode(): QuantizationMode {
    return 'int8';
  }
}
export interface Int8QuantizationConfig extends Int8_ {}
/** Weights of 8 bits, a scale for each output; inputs are quantized as they come, unless activationQuantizer is null. */
export const Int8QuantizationConfig: Class<[options?: QuantizationOptions], Int8QuantizationConfig> = callable(
  Int8_,
  'Int8QuantizationConfig',
);

export interface Int4Options extends QuantizationOptions, Options<{ blockSize: number | null }> {}
class Int4_ extends QuantizationConfig_ {
  /** How many inputs share a scale and a zero point; null or -1: all, with a scale for each output. */
  readonly blockSize: number | null;
  constructor({ activationQuantizer = 'default', blockSize = 128, ...rest }: Int4Options = {}) {
    super({ ...rest, activationQuantizer: activationQuantizer === 'default' ? null : activationQuantizer });
    this.blockSize = blockSize;
    const where = 'Int4QuantizationConfig';
    if (blockSize !== null && blockSize !== -1 && !(Number.isInteger(blockSize) && blockSize > 0))
      throw new ValueError(`${where}: blockSize is ${show(blockSize)}; wanted a whole number ≥ 1, -1 or null.`);
    const { weightQuantizer } = this;
    if (blockSize !== null && blockSize > 0 && (weightQuantizer || this.activationQuantizer))
      throw new ValueError(
        `${where}: groups (blockSize ${blockSize}) have no quantizers of your own; give blockSize: null, or leave the quantizers out.`,
      );
    asksFor(weightQuantizer, where);
    const range = weightQuantizer && 'valueRange' in weightQuantizer ? (weightQuantizer.valueRange as number[]) : null;
    if (range && (range[0] !== -8 || range[1] !== 7))
      throw new ValueError(`${where}: weightQuantizer has valueRange [${range.join(', ')}]; wanted [-8, 7].`);
  }
  override get mode(): QuantizationMode {
    return 'int4';
  }
  override getConfig(): Config {
    return { ...super.getConfig(), block_size: this.blockSize };
  }
  static override fromConfig(config: Config): QuantizationConfig_ {
    return new Int4_({ ...fromConfig(config), blockSize: (config.block_size ?? null) as number | null });
  }
}
export interface Int4QuantizationConfig extends Int4_ {}
/** Weights of 4 bits, two in a byte, in groups of `blockSize` inputs. */
export const Int4QuantizationConfig: Class<[options?: Int4Options], Int4QuantizationConfig> = callable(
  Int4_,
  'Int4QuantizationConfig',
);

class Float8_ extends QuantizationConfig_ {
  override get mode(): QuantizationMode {
    return 'float8';
  }
  override getConfig(): Config {
    return {};
  }
}
export interface Float8QuantizationConfig extends Float8_ {}
/** Products of 8-bit floats while training. */
export const Float8QuantizationConfig: Class<[], Float8QuantizationConfig> = callable(
  Float8_,
  'Float8QuantizationConfig',
);

/** The configuration of a mode, or the one given, which must be of that mode. */
export function resolveConfig(mode: unknown, config: unknown, where: string): QuantizationConfig {
  const name = typeof config === 'string' ? config : mode;
  const given = typeof config === 'string' ? null : (config ?? null);
  if (given !== null && !(given instanceof QuantizationConfig_))
    throw new ValueError(
      `${where}: config is ${show(given)}; wanted a QuantizationConfig, such as tf.keras.quantizers.Int8QuantizationConfig().`,
    );
  if (given) {
    if (name !== null && name !== undefined && name !== given.mode)
      throw new ValueError(`${where}: mode is ${show(name)}, but config is of mode '${given.mode}'; give one of them.`);
    return given;
  }
  if (typeof name !== 'string')
    throw new ValueError(
      `${where}: found neither a mode nor a config; wanted a mode ('int8', 'int4', 'float8') or { config }.`,
    );
  const known = asMode(name, `${where}: mode`);
  return known === 'int8'
    ? new Int8QuantizationConfig()
    : known === 'int4'
      ? new Int4QuantizationConfig()
      : new Float8QuantizationConfig();
}
