// FeatureSpace: columns of a table, each by its kind, encoded into one vector or a record of them.
// Owns: kinds of features, crosses, the order of what is put together, config and files. The encoding itself is done by the
// preprocessing layers.
// Source: https://keras.io/api/utils/feature_space/

import { callable } from '../../base/callable.ts';
import { type DType, isInteger } from '../../base/dtype.ts';
import { didYouMean, StateError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { Dataset, DatasetBase } from '../../data/dataset.ts';
import { concat, expandDims, reshape, squeeze } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { signature } from '../../ops/core/signature.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { Identity } from '../layers/core/identity.ts';
import { Input } from '../layers/core/input-layer.ts';
import type { LayerBase, Result } from '../layers/layer.ts';
import { CategoryEncoding } from '../layers/preprocessing/category-encoding.ts';
import { Discretization } from '../layers/preprocessing/discretization.ts';
import { HashedCrossing } from '../layers/preprocessing/hashed-crossing.ts';
import { Hashing } from '../layers/preprocessing/hashing.ts';
import { IntegerLookup } from '../layers/preprocessing/integer-lookup.ts';
import { Normalization } from '../layers/preprocessing/normalization.ts';
import { Rescaling } from '../layers/preprocessing/rescaling.ts';
import { StringLookup } from '../layers/preprocessing/string-lookup.ts';
import { TextVectorization } from '../layers/preprocessing/text-vectorization.ts';
import { ModelBase } from '../models/model.ts';
import type { Config, Json } from '../schema.ts';
import { deserializeKerasObject, registerModule, serializeKerasObject } from '../serialization.ts';
import { autoName } from '../session.ts';
import type { Inputs, Options, Structure, TensorLike } from '../types.ts';

export type FeatureOutputMode = 'int' | 'one_hot' | 'float';
/** Kinds of features that go by a name. */
export type FeatureKind =
  | 'float'
  | 'float_rescaled'
  | 'float_normalized'
  | 'float_discretized'
  | 'integer_categorical'
  | 'string_categorical'
  | 'integer_hashed'
  | 'string_hashed';

/** How one column is encoded. */
export class Feature {
  readonly dtype: DType;
  readonly preprocessor: LayerBase;
  readonly outputMode: FeatureOutputMode;

  constructor(dtype: DType, preprocessor: LayerBase, outputMode: FeatureOutputMode) {
    if (!['int', 'one_hot', 'float'].includes(outputMode))
      throw new ValueError(`feature: outputMode: found ${show(outputMode)}, wanted 'int', 'one_hot' or 'float'.`);
    this.dtype = dtype;
    this.preprocessor = preprocessor;
    this.outputMode = outputMode;
  }
  getConfig(): Config {
    return {
      dtype: this.dtype,
      preprocessor: serializeKerasObject(this.preprocessor),
      output_mode: this.outputMode,
    };
  }
  static fromConfig({ dtype, preprocessor, output_mode: mode }: Config): Feature {
    return new Feature(
      dtype as DType,
      deserializeKerasObject(preprocessor ?? null) as LayerBase,
      mode as FeatureOutputMode,
    );
  }
}

/** Several columns as one: their combined values, hashed. */
export class Cross {
  readonly featureNames: readonly string[];
  readonly crossingDim: number;
  readonly outputMode: 'int' | 'one_hot';

  constructor(
    featureNames: readonly string[],
    { crossingDim, outputMode = 'one_hot' }: { crossingDim: number; outputMode?: 'int' | 'one_hot' },
  ) {
    if (!['int', 'one_hot'].includes(outputMode))
      throw new ValueError(`cross: outputMode: found ${show(outputMode)}, wanted 'int' or 'one_hot'.`);
    this.featureNames = [...featureNames];
    this.crossingDim = crossingDim;
    this.outputMode = outputMode;
  }
  get name(): string {
    return this.featureNames.join('_X_');
  }
  getConfig(): Config {
    return {
      feature_names: [...this.featureNames],
      crossing_dim: this.crossingDim,
      output_mode: this.outputMode,
    };
  }
  static fromConfig({ feature_names: names, crossing_dim: crossingDim, output_mode: mode }: Config): Cross {
    // A tuple, as Python writes it, or a list.
    const list =
      isRecord(names) && isRecord(names.config) ? names.config.value : isRecord(names) ? names.config : names;
    return new Cross(list as string[], { crossingDim: Number(crossingDim), outputMode: mode as 'int' | 'one_hot' });
  }
}
// Keras's features of kind `float` have a class of their own that changes nothing.
registerModule('keras.src.layers.preprocessing.feature_space', { Feature, Cross, TFDIdentity: Identity });

export interface FeatureSpaceOptions
  extends Options<{
    /** `concat`: one vector for all features; `dict`: a record of them. */
    outputMode: 'concat' | 'dict';
    /** Names of features that are crossed with each other. */
    crosses: readonly (readonly string[] | Cross)[] | null;
    crossingDim: number;
    hashingDim: number;
    numDiscretizationBins: number;
    name: string | null;
  }> {}
export type Features = { readonly [name: string]: FeatureKind | Feature };
/** A column each, or one value each for a single row. */
export type FeatureData = { readonly [name: string]: TensorLike };
type Mode = 'concat' | 'dict';
/** The options, of which the mode says what the space gives. */
type OptionsOf<M extends Mode> = Omit<FeatureSpaceOptions, 'outputMode'> & { readonly outputMode?: M | undefined };
type Args<M extends Mode = Mode> =
  | [features: Features, options?: OptionsOf<M>]
  | [options: OptionsOf<M> & { readonly features: Features }];
type Encoded<M extends Mode> = M extends 'dict' ? Record<string, Tensor> : Tensor;

/** A model, so that it is saved and loaded like one; it is adapted, not trained. */
class FeatureSpaceModel<O extends Structure = Structure> extends ModelBase<O> {
  readonly features: Readonly<Record<string, Feature>>;
  readonly crosses: readonly Cross[];
  readonly outputMode: 'concat' | 'dict';
  readonly crossingDim: number;
  readonly hashingDim: number;
  readonly numDiscretizationBins: number;
  readonly #inputs: Readonly<Record<string, Tensor>>;
  readonly #crossers: Readonly<Record<string, HashedCrossing>>;
  readonly #encoders = new Map<string, CategoryEncoding>();
  #encoded: O | null = null;
  #adapted = false;

  constructor(...args: Args) {
    const [first, second] = args;
    const options = (second ?? (isFeatures(first) ? {} : first)) as FeatureSpaceOptions & { features?: Features };
    const features = options.features ?? (first as Features);
    super({ name: options.name ?? undefined });
    const where = `FeatureSpace '${this.name}'`;
    if (!isRecord(features) || Object.keys(features).length === 0)
      throw new ValueError(`${where}: features: found ${show(features)}, wanted a record: { age: 'float', … }.`);
    this.crossingDim = options.crossingDim ?? 32;
    this.hashingDim = options.hashingDim ?? 32;
    this.numDiscretizationBins = options.numDiscretizationBins ?? 32;
    this.outputMode = options.outputMode ?? 'concat';
    if (this.outputMode !== 'concat' && this.outputMode !== 'dict')
      throw new ValueError(`${where}: outputMode: found ${show(this.outputMode)}, wanted 'concat' or 'dict'.`);
    this.features = Object.fromEntries(
      Object.entries(features).map(([name, feature]) => [name, this.#feature(name, feature)]),
    );
    this.crosses = (options.crosses ?? []).map((cross) => {
      if (cross instanceof Cross) return cross;
      for (const name of cross)
        if (!Object.hasOwn(this.features, name))
          throw new ValueError(
            `${where}: crosses: no feature '${name}'.${didYouMean(name, Object.keys(this.features))}`,
          );
      return new Cross(cross, { crossingDim: this.crossingDim });
    });
    this.#inputs = Object.fromEntries(
      Object.entries(this.features).map(([name, { dtype }]) => [name, Input({ shape: [1], dtype, name })]),
    );
    this.#crossers = Object.fromEntries(
      this.crosses.map((cross) => [cross.name, new HashedCrossing(cross.crossingDim, { name: cross.name })]),
    );
    for (const name of ['features', 'crosses']) Object.defineProperty(this, name, { enumerable: false });
  }
  #feature(name: string, given: FeatureKind | Feature): Feature {
    if (given instanceof Feature) return given;
    const { hashingDim, numDiscretizationBins: bins } = this;
    const made: Record<FeatureKind, () => Feature> = {
      float: () => FeatureSpaceModel.float({ name }),
      float_rescaled: () => FeatureSpaceModel.floatRescaled({ name }),
      float_normalized: () => FeatureSpaceModel.floatNormalized({ name }),
      float_discretized: () => FeatureSpaceModel.floatDiscretized(bins, { name }),
      integer_categorical: () => FeatureSpaceModel.integerCategorical({ name }),
      string_categorical: () => FeatureSpaceModel.stringCategorical({ name }),
      integer_hashed: () => FeatureSpaceModel.integerHashed(hashingDim, { name }),
      string_hashed: () => FeatureSpaceModel.stringHashed(hashingDim, { name }),
    };
    if (typeof given === 'string' && Object.hasOwn(made, given)) return made[given]();
    throw new ValueError(
      `FeatureSpace '${this.name}': feature '${name}': unknown kind ${show(given)}.${didYouMean(String(given), Object.keys(made))}`,
    );
  }

  // ── Kinds of features ───────────────────────────────────────────────────────────────────────────────────────────

  static readonly cross = signature(
    'FeatureSpace.cross',
    ['featureNames', 'crossingDim', 'outputMode'],
    (featureNames: readonly string[], crossingDim: number, outputMode: 'int' | 'one_hot' = 'one_hot'): Cross =>
      new Cross(featureNames, { crossingDim, outputMode }),
  );
  static readonly feature = signature(
    'FeatureSpace.feature',
    ['dtype', 'preprocessor', 'outputMode'],
    (dtype: DType, preprocessor: LayerBase, outputMode: FeatureOutputMode): Feature =>
      new Feature(dtype, preprocessor, outputMode),
  );
  /** As it is. */
  static readonly float = signature(
    'FeatureSpace.float',
    ['name'],
    (name?: string): Feature =>
      new Feature('float32', new Identity({ dtype: 'float32', name: preprocessorOf(name, 'float') }), 'float'),
  );
  /** x · scale + offset */
  static readonly floatRescaled = signature(
    'FeatureSpace.floatRescaled',
    ['scale', 'offset', 'name'],
    (scale?: number, offset?: number, name?: string): Feature =>
      new Feature(
        'float32',
        new Rescaling(scale ?? 1, { offset: offset ?? 0, name: preprocessorOf(name, 'float_rescaled') }),
        'float',
      ),
  );
  /** Mean 0, variance 1, once adapted. */
  static readonly floatNormalized = signature(
    'FeatureSpace.floatNormalized',
    ['name'],
    (name?: string): Feature =>
      new Feature('float32', new Normalization({ axis: -1, name: preprocessorOf(name, 'float_normalized') }), 'float'),
  );
  /** The bin that it falls into. */
  static readonly floatDiscretized = signature(
    'FeatureSpace.floatDiscretized',
    ['numBins', 'binBoundaries', 'outputMode', 'name'],
    (
      numBins?: number | null,
      binBoundaries?: readonly number[] | null,
      outputMode: FeatureOutputMode = 'one_hot',
      name?: string,
    ): Feature => {
      const own = preprocessorOf(name, 'float_discretized');
      const options = { numBins: numBins ?? null, binBoundaries: binBoundaries ?? null, name: own };
      return new Feature('float32', new Discretization(options), outputMode);
    },
  );
  static readonly integerCategorical = signature(
    'FeatureSpace.integerCategorical',
    ['maxTokens', 'numOovIndices', 'outputMode', 'name'],
    (
      maxTokens?: number | null,
      numOovIndices?: number,
      outputMode: FeatureOutputMode = 'one_hot',
      name?: string,
    ): Feature => {
      const own = preprocessorOf(name, 'integer_categorical');
      const preprocessor = new IntegerLookup({
        name: own,
        maxTokens: maxTokens ?? null,
        numOovIndices: numOovIndices ?? 1,
      });
      return new Feature('int32', preprocessor, outputMode);
    },
  );
  static readonly stringCategorical = signature(
    'FeatureSpace.stringCategorical',
    ['maxTokens', 'numOovIndices', 'outputMode', 'name'],
    (
      maxTokens?: number | null,
      numOovIndices?: number,
      outputMode: FeatureOutputMode = 'one_hot',
      name?: string,
    ): Feature => {
      const own = preprocessorOf(name, 'string_categorical');
      const preprocessor = new StringLookup({
        name: own,
        maxTokens: maxTokens ?? null,
        numOovIndices: numOovIndices ?? 1,
      });
      return new Feature('string', preprocessor, outputMode);
    },
  );
  static readonly integerHashed = signature(
    'FeatureSpace.integerHashed',
    ['numBins', 'outputMode', 'name'],
    (numBins: number, outputMode: FeatureOutputMode = 'one_hot', name?: string): Feature =>
      new Feature('int32', new Hashing(numBins, { name: preprocessorOf(name, 'integer_hashed') }), outputMode),
  );
  static readonly stringHashed = signature(
    'FeatureSpace.stringHashed',
    ['numBins', 'outputMode', 'name'],
    (numBins: number, outputMode: FeatureOutputMode = 'one_hot', name?: string): Feature =>
      new Feature('string', new Hashing(numBins, { name: preprocessorOf(name, 'string_hashed') }), outputMode),
  );

  // ── Learning from data ──────────────────────────────────────────────────────────────────────────────────────────

  get preprocessors(): Readonly<Record<string, LayerBase>> {
    return Object.fromEntries(Object.entries(this.features).map(([name, feature]) => [name, feature.preprocessor]));
  }
  #adaptable(): [string, Adaptable][] {
    return Object.entries(this.preprocessors).flatMap(([name, layer]) => {
      const given =
        (layer instanceof Normalization && layer.givenMean !== null) ||
        (layer instanceof TextVectorization && layer.vocabulary !== null);
      return 'adapt' in layer && !given ? [[name, layer as LayerBase & Adaptable] as [string, Adaptable]] : [];
    });
  }
  /** Lets the features' layers learn from a data set of records, or from a record of columns. */
  async adapt(data: DatasetBase | FeatureData): Promise<void> {
    const records = (
      data instanceof DatasetBase ? data : Dataset.fromTensorSlices(this.#columns(data) as never)
    ) as DatasetBase<Record<string, Tensor>>;
    for (const [name, layer] of this.#adaptable()) {
      let column = records.map((record) => {
        const value = (record as Record<string, Tensor>)[name];
        if (value === undefined)
          throw new ValueError(`FeatureSpace '${this.name}': adapt: the data has no feature '${name}'.`);
        return value;
      }) as DatasetBase<Tensor>;
      const [first] = await take(column);
      if (first === undefined) throw new ValueError(`FeatureSpace '${this.name}': adapt: the data set is empty.`);
      if (first.rank === 0) column = column.batch(32) as DatasetBase<Tensor>;
      if (first.rank < 2) column = column.map((x) => expandDims(x as Tensor, -1)) as DatasetBase<Tensor>;
      await layer.adapt(column);
    }
    this.#adapted = true;
    this.getEncodedFeatures();
  }
  #columns(data: FeatureData): Record<string, Tensor> {
    if (!isRecord(data))
      throw new ValueError(
        `FeatureSpace '${this.name}': adapt: found ${show(data)}, wanted a data set of records, or a record of columns.`,
      );
    return Object.fromEntries(
      Object.entries(data).map(([name, value]) => [name, this.#convert(name, value as TensorLike)]),
    );
  }
  #convert(name: string, value: TensorLike): Tensor {
    if (value instanceof Tensor) return value;
    const where = `FeatureSpace '${this.name}': ${name}`;
    return convertToTensor(value, this.features[name]?.dtype, where);
  }
  #requireAdapted(): void {
    if (!this.#adapted && this.#adaptable().length > 0)
      throw new StateError(
        `FeatureSpace '${this.name}' has learned nothing yet: await featureSpace.adapt(dataset) before it is used.`,
      );
    this.#adapted = true;
  }

  // ── Encoding ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Symbolic inputs, one for each feature, for a model that takes rows as they are. */
  getInputs(): Readonly<Record<string, Tensor>> {
    this.#requireAdapted();
    return this.#inputs;
  }
  /** What the inputs become, symbolic: for a model that begins with encoded rows. */
  getEncodedFeatures(): O {
    this.#requireAdapted();
    this.#encoded ??= this.#encode(this.#inputs) as O;
    this.built = true;
    return this.#encoded;
  }
  #encode(data: Readonly<Record<string, Tensor>>): Structure {
    const single = Object.fromEntries(
      Object.keys(data)
        .filter((name) => Object.hasOwn(this.features, name))
        .map((name) => [name, this.features[name]!.preprocessor(data[name]!) as Tensor]),
    );
    const crossed = Object.fromEntries(
      this.crosses.map((cross) => {
        const parts = cross.featureNames.map((name) => single[name]!);
        return [cross.name, this.#crossers[cross.name]!(parts) as Tensor];
      }),
    );
    const encoded: [string, Tensor][] = [
      ...Object.keys(single)
        .sort()
        .map((name): [string, Tensor] => [name, this.#oneHot(name, single[name]!, this.features[name]!.outputMode)]),
      ...[...this.crosses]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((cross): [string, Tensor] => [
          cross.name,
          this.#oneHot(cross.name, crossed[cross.name]!, cross.outputMode),
        ]),
    ];
    if (this.outputMode === 'dict') return Object.fromEntries(encoded);
    for (const [name, { dtype }] of encoded)
      if (isInteger(dtype) || dtype === 'string')
        throw new ValueError(
          `FeatureSpace '${this.name}': feature '${name}' is ${dtype}, which cannot be joined with the others; give it outputMode 'one_hot', or the space outputMode 'dict'.`,
        );
    return concat(
      encoded.map(([, x]) => (x.dtype === 'float32' ? x : cast(x, 'float32'))),
      -1,
    );
  }
  #oneHot(name: string, x: Tensor, mode: FeatureOutputMode): Tensor {
    if (mode !== 'one_hot') return x;
    let encoder = this.#encoders.get(name);
    if (!encoder) {
      if (!isInteger(x.dtype))
        throw new ValueError(
          `FeatureSpace '${this.name}': feature '${name}' has outputMode 'one_hot', but its layer gives ${x.dtype}; wanted integers, or outputMode 'float'.`,
        );
      const size = cardinality((this.features[name]?.preprocessor ?? this.#crossers[name])!);
      if (size === undefined)
        throw new ValueError(
          `FeatureSpace '${this.name}': feature '${name}': how many values it has is not known, so it cannot be one-hot encoded; give it outputMode 'int'.`,
        );
      if (size === null) return x;
      encoder = new CategoryEncoding({ numTokens: size, outputMode: 'multi_hot' });
      this.#encoders.set(name, encoder);
    }
    return encoder(x) as Tensor;
  }
  override invoke(data: Inputs): Result<this> {
    if (!isRecord(data))
      throw new ValueError(`FeatureSpace '${this.name}': found ${show(data)}, wanted a record of features.`);
    this.getEncodedFeatures();
    let row = false;
    const columns: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(data as FeatureData)) {
      const x = this.#convert(name, value);
      if (x.rank === 0) row = true;
      columns[name] = x.rank === 0 ? reshape(x, [1, 1]) : x.rank === 1 ? expandDims(x, -1) : x;
    }
    const encoded = this.#encode(columns);
    if (!row) return encoded as Result<this>;
    const alone = (x: Tensor): Tensor => (x.rank === 2 && x.dims[0] === 1 ? squeeze(x, 0) : x);
    const single =
      encoded instanceof Tensor
        ? alone(encoded)
        : Object.fromEntries(Object.entries(encoded as Record<string, Tensor>).map(([name, x]) => [name, alone(x)]));
    return single as Result<this>;
  }

  // ── Config and files ────────────────────────────────────────────────────────────────────────────────────────────

  override getConfig(): Config {
    return {
      features: serializeKerasObject(this.features),
      output_mode: this.outputMode,
      crosses: this.crosses.map((cross) => serializeKerasObject(cross)),
      crossing_dim: this.crossingDim,
      hashing_dim: this.hashingDim,
      num_discretization_bins: this.numDiscretizationBins,
    };
  }
  static override fromConfig(config: Config): unknown {
    const features = Object.fromEntries(
      Object.entries(config.features as Config).map(([name, feature]) => [name, deserializeKerasObject(feature)]),
    ) as Features;
    return new FeatureSpace(features, {
      outputMode: config.output_mode as 'concat' | 'dict',
      crosses: ((config.crosses ?? []) as Json[]).map((cross) => deserializeKerasObject(cross) as Cross),
      crossingDim: config.crossing_dim as number,
      hashingDim: config.hashing_dim as number,
      numDiscretizationBins: config.num_discretization_bins as number,
    });
  }
  override getBuildConfig(): Config {
    return Object.fromEntries(
      Object.entries(this.preprocessors).map(([name, layer]) => [name, layer.getBuildConfig() ?? {}]),
    );
  }
  override buildFromConfig(config: Config): void {
    for (const [name, own] of Object.entries(config)) {
      const layer = this.features[name]?.preprocessor;
      if (layer && !layer.built && isRecord(own)) layer.buildFromConfig(own as Config);
    }
    this.#adapted = true;
    this.built = true;
  }
  override savedChildren(): [name: string, child: unknown][] {
    return [
      ['crossers', this.#crossers],
      ['oneHotEncoders', Object.fromEntries(this.#encoders)],
      ['preprocessors', this.preprocessors],
    ];
  }
}
interface Adaptable {
  adapt(data: DatasetBase<Tensor>): Promise<void>;
}

const preprocessorOf = (name: string | null | undefined, kind: string): string =>
  `${name ?? autoName(kind)}_preprocessor`;
/** Whether a record is one of features, not of options. */
const isFeatures = (given: unknown): boolean => !isRecord(given) || !isRecord(given.features);
const take = async (column: DatasetBase<Tensor>): Promise<Tensor[]> => {
  const list: Tensor[] = [];
  for await (const element of column.take(1)) list.push(element as Tensor);
  return list;
};
/** How many values a layer gives; null where the layer has not been told, undefined where it cannot be known. */
function cardinality(layer: LayerBase): number | null | undefined {
  if (layer instanceof IntegerLookup || layer instanceof StringLookup) return layer.vocabularySize();
  if (layer instanceof CategoryEncoding) return layer.numTokens;
  if (layer instanceof Discretization || layer instanceof HashedCrossing || layer instanceof Hashing)
    return layer.numBins;
  return undefined;
}

export interface FeatureSpace<M extends 'concat' | 'dict' = 'concat' | 'dict'> extends FeatureSpaceModel<Encoded<M>> {}
interface FeatureSpaceMaker {
  new <const M extends Mode = 'concat'>(...args: Args<M>): FeatureSpace<M>;
  <const M extends Mode = 'concat'>(...args: Args<M>): FeatureSpace<M>;
  readonly prototype: FeatureSpace;
}
type FeatureSpaceClass = FeatureSpaceMaker &
  Pick<
    typeof FeatureSpaceModel,
    | 'cross'
    | 'feature'
    | 'float'
    | 'floatRescaled'
    | 'floatNormalized'
    | 'floatDiscretized'
    | 'integerCategorical'
    | 'stringCategorical'
    | 'integerHashed'
    | 'stringHashed'
  >;
/** @example tf.keras.utils.FeatureSpace({ age: 'float_normalized', city: 'string_categorical' }) */
export const FeatureSpace: FeatureSpaceClass = callable(
  FeatureSpaceModel,
  'FeatureSpace',
) as object as FeatureSpaceClass;
registerModule('keras.utils', { FeatureSpace });
