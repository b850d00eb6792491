// Keras models with scikit-learn's manners: fit, predict, score, with the targets encoded on the way in and out.
// Owns: the three estimators. Leaves training to the model.
import { type Class, callable } from '../../base/callable.ts';
import { ShapeError, StateError, show, ValueError } from '../../base/errors.ts';
import { guardMethods } from '../../base/misuse.ts';
import { showShape } from '../../base/shape.ts';
import { gather, reshape } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { oneHot } from '../../ops/core/create.ts';
import { cast, divide, multiply, square, subtract } from '../../ops/math/elementwise.ts';
import { argmax, reduceMean, reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { cloneModel } from '../models/clone.ts';
import type { Model } from '../models/functional.ts';
import { ModelBase } from '../models/model.ts';
import type { FitOptions } from '../training/types.ts';

type History = Readonly<{ epoch: readonly number[]; history: Readonly<Record<string, readonly number[]>> }>;
/** What a function that makes a model gets: the data as the model learns it, and `modelKwargs`. */
export type ModelData = { X: Tensor; y: Tensor } & Readonly<Record<string, unknown>>;
/** A compiled model, or a function that makes one for the data. */
export type ModelSource = Model | ((data: ModelData) => Model);
interface EstimatorParams {
  /** Whether a further fit goes on with the weights of the one before. */
  warmStart: boolean;
  /** Options for the function that makes the model. */
  modelKwargs: Readonly<Record<string, unknown>> | null;
  /** Options for `model.fit`; those given to `fit` itself count before them. */
  fitKwargs: FitOptions | null;
}
export interface EstimatorOptions extends Options<EstimatorParams> {}
export type EstimatorArgs =
  | [model: ModelSource, options?: EstimatorOptions]
  | [options: EstimatorOptions & { readonly model: ModelSource }];

const isSource = (value: unknown): value is ModelSource => value instanceof ModelBase || typeof value === 'function';

class Estimator {
  model: ModelSource;
  warmStart: boolean;
  modelKwargs: Readonly<Record<string, unknown>> | null;
  fitKwargs: FitOptions | null;
  /** The fitted model; null before `fit`. */
  model_: Model | null = null;
  history_: History | null = null;
  /** Columns of X when fitted. */
  nFeaturesIn_: number | null = null;
  #flatTargets = true;

  constructor(...args: EstimatorArgs) {
    const [first, second] = args as [unknown, EstimatorOptions | undefined];
    const options = (isSource(first) ? { ...second, model: first } : (first ?? {})) as Partial<EstimatorParams> & {
      model?: unknown;
    };
    if (!isSource(options.model))
      throw new ValueError(
        `${new.target.name}: model: found ${show(options.model)}, wanted a compiled model or a function ({ X, y }) => model.`,
      );
    this.model = options.model;
    this.warmStart = options.warmStart ?? false;
    this.modelKwargs = options.modelKwargs ?? null;
    this.fitKwargs = options.fitKwargs ?? null;
  }
  /** Epochs that the last fit ran. */
  get epoch_(): number {
    return this.history_?.epoch.length ?? 0;
  }
  getParams(): Readonly<Record<string, unknown>> {
    const { model, warmStart, modelKwargs, fitKwargs } = this;
    return { model, warmStart, modelKwargs, fitKwargs };
  }
  setParams(params: Options<EstimatorParams & { model: ModelSource }>): this {
    for (const [key, value] of Object.entries(params)) {
      if (!(key in this.getParams()))
        throw new ValueError(
          `${this.constructor.name}: setParams: found '${key}', wanted one of ${Object.keys(this.getParams()).join(', ')}.`,
        );
      Reflect.set(this, key, value);
    }
    return this;
  }

  /** Trains a model on X (samples, features) and y (samples,) or (samples, outputs). */
  async fit(X: TensorLike, y: TensorLike, options: FitOptions = {}): Promise<this> {
    const where = `${this.constructor.name}: fit`;
    const x = this.#checked(X, where);
    const targets = convertToTensor(y, undefined, `${where}: y`);
    if (targets.dims[0] !== x.dims[0])
      throw new ShapeError(
        `${where}: X has ${x.dims[0]} rows ${showShape(x.shape)}, y ${targets.dims[0] ?? 'none'} ${showShape(targets.shape)}; wanted a target for each row.`,
      );
    this.nFeaturesIn_ = x.dims[1]!;
    this.#flatTargets = targets.rank === 1;
    const encoded = this.encode(this.#flatTargets ? reshape(targets, [-1, 1]) : targets);
    const model = this.#modelFor(x, encoded);
    if (!model.compiled)
      throw new StateError(`${where}: the model is not compiled; call model.compile({ optimizer, loss }) before.`);
    this.history_ = (await model.fit(x, encoded, { ...this.fitKwargs, ...options })) as History;
    this.model_ = model;
    return this;
  }
  async predict(X: TensorLike): Promise<Tensor> {
    const decoded = this.decode(await this.raw(X, 'predict'));
    return this.#flatTargets && decoded.rank === 2 && decoded.dims[1] === 1 ? reshape(decoded, [-1]) : decoded;
  }
  /** What the model itself predicts. */
  protected async raw(X: TensorLike, method: string): Promise<Tensor> {
    const where = `${this.constructor.name}: ${method}`;
    if (!this.model_) throw new StateError(`${where}: it is not fitted yet; call await estimator.fit(X, y) first.`);
    const x = this.#checked(X, where);
    if (x.dims[1] !== this.nFeaturesIn_)
      throw new ShapeError(
        `${where}: X has ${x.dims[1]} features, but ${this.constructor.name} was fitted with ${this.nFeaturesIn_}.`,
      );
    return (await this.model_.predict(x, { verbose: 0 })) as Tensor;
  }
  /** Targets (samples, outputs) as the model learns them. */
  protected encode(y: Tensor): Tensor {
    return y;
  }
  protected decode(y: Tensor): Tensor {
    return y;
  }
  #checked(X: TensorLike, where: string): Tensor {
    const x = convertToTensor(X, undefined, `${where}: X`);
    if (x.rank !== 2) throw new ShapeError(`${where}: X has shape ${showShape(x.shape)}, wanted (samples, features).`);
    return x;
  }
  #modelFor(X: Tensor, y: Tensor): Model {
    if (this.warmStart && this.model_) return this.model_;
    if (!(this.model instanceof ModelBase)) {
      const make = this.model as Exclude<ModelSource, Model>;
      return make({ X, y, ...this.modelKwargs });
    }
    return this.warmStart ? (this.model as Model) : (cloneModel(this.model as Model) as Model);
  }
}

/** The share of rows, weighted, that `hit` says. */
const weightedMean = (values: Tensor, weights: TensorLike | null): number => {
  if (weights === null) return reduceMean(values).item() as number;
  const w = cast(convertToTensor(weights, undefined, 'score: sampleWeight'), 'float32');
  return divide(reduceSum(multiply(values, w)), reduceSum(w)).item() as number;
};

class SKLearnClassifier_ extends Estimator {
  /** The classes seen in `fit`, sorted: numbers or texts. */
  classes_: readonly (number | string)[] = [];

  protected override encode(y: Tensor): Tensor {
    if (y.dims[1] !== 1)
      throw new ShapeError(
        `SKLearnClassifier: fit: y has shape ${showShape(y.shape)}; wanted one class for each row, a number or a text.`,
      );
    const labels = labelsOf(y);
    const classes = [...new Set(labels)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    if (classes.length < 2)
      throw new ValueError(`SKLearnClassifier: fit: found one class only, ${show(classes[0])}; wanted at least two.`);
    this.classes_ = classes;
    const place = new Map(classes.map((label, i) => [label, i]));
    return oneHot(
      labels.map((label) => place.get(label)!),
      classes.length,
    );
  }
  protected override decode(y: Tensor): Tensor {
    const { classes_ } = this;
    return reshape(gather(convertToTensor([...classes_] as number[] | string[]), argmax(y, -1)), [-1, 1]);
  }
  /** What the model gives for each class. */
  decisionFunction(X: TensorLike): Promise<Tensor> {
    return this.raw(X, 'decisionFunction');
  }
  /** The share of rows whose class is predicted. */
  async score(X: TensorLike, y: TensorLike, sampleWeight: TensorLike | null = null): Promise<number> {
    const wanted = labelsOf(convertToTensor(y, undefined, 'SKLearnClassifier: score: y'));
    const got = labelsOf(await this.predict(X));
    return weightedMean(
      convertToTensor(
        got.map((label, i) => (label === wanted[i] ? 1 : 0)),
        'float32',
      ),
      sampleWeight,
    );
  }
}
const labelsOf = (y: Tensor): (number | string)[] =>
  (reshape(y, [-1]).arraySync() as readonly (number | bigint | boolean | string)[]).map((label) =>
    typeof label === 'string' ? label : Number(label),
  );

class SKLearnRegressor_ extends Estimator {
  /** R², 1 − Σ(y − ŷ)² / Σ(y − ȳ)²; of several outputs the mean. */
  async score(X: TensorLike, y: TensorLike, sampleWeight: TensorLike | null = null): Promise<number> {
    const given = convertToTensor(y, undefined, 'SKLearnRegressor: score: y');
    const wanted = cast(given.rank === 1 ? reshape(given, [-1, 1]) : given, 'float64');
    const got = reshape(cast(await this.predict(X), 'float64'), wanted.dims);
    const weights = sampleWeight === null ? null : cast(convertToTensor(sampleWeight), 'float64');
    const w = weights ? reshape(weights, [-1, 1]) : convertToTensor([[1]], 'float64');
    const mean = divide(reduceSum(multiply(wanted, w), 0), weights ? reduceSum(w) : wanted.dims[0]!);
    const rest = reduceSum(multiply(square(subtract(wanted, got)), w), 0);
    const all = reduceSum(multiply(square(subtract(wanted, mean)), w), 0);
    return reduceMean(subtract(1, divide(rest, all))).item() as number;
  }
}

class SKLearnTransformer_ extends Estimator {
  /** What the model predicts. */
  transform(X: TensorLike): Promise<Tensor> {
    return this.raw(X, 'transform');
  }
  async fitTransform(X: TensorLike, y: TensorLike, options: FitOptions = {}): Promise<Tensor> {
    return (await this.fit(X, y, options)).transform(X);
  }
}
for (const own of [Estimator, SKLearnClassifier_, SKLearnRegressor_, SKLearnTransformer_])
  guardMethods(
    own.prototype,
    own.name.replace('_', ''),
    ['setParams', 'fit', 'predict', 'score', 'transform', 'fitTransform', 'decisionFunction'].filter((name) =>
      Object.hasOwn(own.prototype, name),
    ),
  );

export interface SKLearnClassifier extends SKLearnClassifier_ {}
/** A model that learns classes, numbers or texts, as one-hot rows and predicts them again. */
export const SKLearnClassifier: Class<EstimatorArgs, SKLearnClassifier> = callable(
  SKLearnClassifier_,
  'SKLearnClassifier',
);
export interface SKLearnRegressor extends SKLearnRegressor_ {}
/** A model that learns numbers, (samples,) or (samples, outputs). */
export const SKLearnRegressor: Class<EstimatorArgs, SKLearnRegressor> = callable(SKLearnRegressor_, 'SKLearnRegressor');
export interface SKLearnTransformer extends SKLearnTransformer_ {}
/** A model whose predictions are features for what comes next. */
export const SKLearnTransformer: Class<EstimatorArgs, SKLearnTransformer> = callable(
  SKLearnTransformer_,
  'SKLearnTransformer',
);
