// What all applications share: their options and checks, the input, the classifier, the weights.
// Owns: the road from options to a model. Leaves the layers between input and features to the families' files, downloads to
// ../../datasets, files of weights to the model.
// Source: https://keras.io/api/applications/
import { refuseUnknown, show, ValueError } from '../../base/errors.ts';
import { type Shape, showShape } from '../../base/shape.ts';
import { fetchCached } from '../../datasets/downloads/fetch-cached.ts';
import { platform } from '../../platform/platform.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { type Like as Activation, get as getActivation } from '../activations/index.ts';
import { imageDataFormat } from '../config.ts';
import { Input } from '../layers/core/input-layer.ts';
import * as layers from '../layers/index.ts';
import { type Model as FunctionalModel, Model } from '../models/functional.ts';
import { KerasTensor } from '../symbolic/keras-tensor.ts';
import type { Options } from '../types.ts';

export interface ApplicationOptions
  extends Options<{
    /** Whether the classifier of the original stands on top. */
    includeTop: boolean;
    /** 'imagenet', the path of a file, or null for random numbers. */
    weights: 'imagenet' | (string & {}) | null;
    inputTensor: Tensor | null;
    inputShape: Shape | null;
    /** What follows the features where there is no top: null leaves them as they are. */
    pooling: 'avg' | 'max' | null;
    classes: number;
    classifierActivation: Activation | null;
    name: string | null;
  }> {}

/** With weights of its own to fetch or read a model comes as a promise; without, at once. */
export interface Application<O extends ApplicationOptions = ApplicationOptions> {
  (options: O & { weights: null }): FunctionalModel;
  (options?: O): Promise<FunctionalModel>;
}

/** A file of weights at Keras's address, kept in `~/.keras/models`. */
export interface WeightsFile {
  readonly url: string;
  readonly file: string;
  /** MD5 or SHA-256; some have none in Keras. */
  readonly hash?: string | undefined;
}

/** Where Keras's files lie. Tests put a server of their own in its place. */
export const addresses = { host: 'https://storage.googleapis.com' };
/** The address of a folder below Keras's applications. */
export const keptAt = (folder: string): string => `${addresses.host}/tensorflow/keras-applications/${folder}`;

/** A file under its own name below a folder. */
export const fileIn = (folder: string, file: string, hash?: string): WeightsFile => ({
  url: `${keptAt(folder)}/${file}`,
  file,
  hash,
});

export const fetchModelFile = ({ url, file, hash }: WeightsFile): Promise<string> =>
  fetchCached(url, { fileName: file, subfolder: 'models', hash });

/** What a family says of one of its members. */
export interface Plan {
  readonly name: string | ((size: number | null) => string);
  readonly defaultSize: number;
  readonly minSize: number;
  /** Features from pictures. */
  features(x: Tensor, inputShape: Shape): Tensor;
  /** Classes from features; by default the mean of each channel and one dense layer. */
  top?(x: Tensor, classes: number, activation: Activation | null): Tensor;
  /** Whether pooling without a top has Keras's names `avg_pool` and `max_pool`. */
  readonly namesPooling?: boolean;
  /** What follows the pooling where there is no top. */
  afterPooling?(x: Tensor): Tensor;
  /** Keras's file for 'imagenet'; it may refuse. */
  pretrained(includeTop: boolean, inputShape: Shape): WeightsFile;
  /** MobileNetV3 takes any size where no shape is given. */
  readonly anySize?: boolean;
  /** NASNetMobile keeps its size where no shape is given, also without a top. */
  readonly keepsSize?: boolean;
}

const known = [
  'includeTop',
  'weights',
  'inputTensor',
  'inputShape',
  'pooling',
  'classes',
  'classifierActivation',
  'name',
];

/** An application by its name; `extra` names the options that it has beside those of all. */
export function application<O extends ApplicationOptions>(
  title: string,
  plan: (options: O, weights: ApplicationOptions['weights']) => Plan,
  extra: readonly string[] = [],
): Application<O> {
  const make = (given: O = {} as O): FunctionalModel | Promise<FunctionalModel> => {
    refuseUnknown(title, given, [...known, ...extra]);
    const { includeTop = true, weights = 'imagenet', inputTensor, pooling = null, classes = 1000 } = given;
    if (weights !== null && typeof weights !== 'string')
      throw new ValueError(
        `${title}: weights: found ${show(weights)}, wanted null, 'imagenet', or the path of a file.`,
      );
    if (weights === 'imagenet' && includeTop && classes !== 1000)
      throw new ValueError(
        `${title}: classes: found ${show(classes)}; the weights 'imagenet' have a top of 1000 classes. Give weights: null, or includeTop: false and a top of your own.`,
      );
    if (pooling !== null && pooling !== 'avg' && pooling !== 'max')
      throw new ValueError(`${title}: pooling: found ${show(pooling)}, wanted 'avg', 'max' or null.`);
    const activation = given.classifierActivation === undefined ? 'softmax' : given.classifierActivation;
    if (includeTop && weights !== null && activation !== null)
      if (
        getActivation(activation) !== getActivation('softmax') &&
        getActivation(activation) !== getActivation('linear')
      )
        throw new ValueError(
          `${title}: classifierActivation: found ${show(activation)}; with weights given wanted 'softmax' or null.`,
        );
    const family = plan(given, weights);
    const shape = inputShapeFor(title, given.inputShape ?? null, inputTensor ?? null, family, includeTop, weights);
    const input = inputTensor ?? Input({ shape });
    if (!(input instanceof KerasTensor))
      throw new ValueError(
        `${title}: inputTensor: found ${show(inputTensor)}, wanted a symbolic tensor such as Input({ shape }).`,
      );
    const size = sizeOfPicture(shape)[0];
    const features = family.features(input, shape);
    const outputs = includeTop
      ? (family.top ?? defaultTop)(features, classes, activation)
      : bare(features, pooling, family);
    const name = given.name ?? (typeof family.name === 'function' ? family.name(size ?? null) : family.name);
    const model = Model({ inputs: sourceOf(input), outputs, name }) as FunctionalModel;
    if (weights === null) return model;
    return (async () => {
      const path = weights === 'imagenet' ? await fetchModelFile(family.pretrained(includeTop, shape)) : weights;
      if (weights !== 'imagenet' && !(await platform().exists(path)))
        throw new ValueError(
          `${title}: weights: '${path}' is not there; wanted null (random numbers), 'imagenet', or the path of a file.`,
        );
      await model.loadWeights(path);
      return model;
    })();
  };
  return Object.defineProperty(make, 'name', { value: title }) as Application<O>;
}

const defaultTop = (x: Tensor, classes: number, activation: Activation | null): Tensor =>
  classifier(layers.GlobalAveragePooling2D({ name: 'avg_pool' })(x), classes, activation);
export const classifier = (x: Tensor, classes: number, activation: Activation | null): Tensor =>
  layers.Dense(classes, { activation, name: 'predictions' })(x);

function bare(features: Tensor, pooling: 'avg' | 'max' | null, family: Plan): Tensor {
  const named = (name: string) => (family.namesPooling ? { name } : {});
  let x = features;
  if (pooling === 'avg') x = layers.GlobalAveragePooling2D(named('avg_pool'))(x);
  if (pooling === 'max') x = layers.GlobalMaxPooling2D(named('max_pool'))(x);
  return family.afterPooling?.(x) ?? x;
}

/** The axis of channels, as Keras writes it for four axes. */
export const channelAxis = (): number => (imageDataFormat() === 'channels_first' ? 1 : 3);
export const channelsOf = (x: Tensor): number => x.shape.at(channelAxis()) as number;
/** Height and width in the shape of one picture, or in the shape of a batch. */
export const sizeOfPicture = (shape: Shape): readonly (number | null)[] =>
  shape.length === 4
    ? shape.slice(...(imageDataFormat() === 'channels_first' ? [2, 4] : [1, 3]))
    : shape.slice(...(imageDataFormat() === 'channels_first' ? [1, 3] : [0, 2]));

/** The padding that lets a stride of 2 see the whole picture: `[[top, bottom], [left, right]]`. */
export function correctPad(x: Tensor, kernelSize: number): [[number, number], [number, number]] {
  const half = Math.floor(kernelSize / 2);
  const [height, width] = sizeOfPicture(x.shape);
  const adjust = (n: number | null | undefined): number => (typeof height === 'number' ? 1 - ((n ?? 0) % 2) : 1);
  return [
    [half - adjust(height), half],
    [half - adjust(width), half],
  ];
}

/** Channels that hardware likes: a multiple of the divisor, and not a tenth less than asked for. */
export function divisible(value: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}

function inputShapeFor(
  title: string,
  given: Shape | null,
  inputTensor: Tensor | null,
  { defaultSize, minSize, anySize, keepsSize }: Plan,
  includeTop: boolean,
  weights: string | null,
): Shape {
  const isFirst = imageDataFormat() === 'channels_first';
  const build = (rows: number | null, columns: number | null, channels: number): Shape =>
    isFirst ? [channels, rows, columns] : [rows, columns, channels];
  if (given !== null && given.length !== 3)
    throw new ValueError(
      `${title}: inputShape: found ${showShape(given)}, wanted three numbers such as [224, 224, 3].`,
    );
  if (given && inputTensor) {
    const own = inputTensor.shape.slice(1);
    if (showShape(own) !== showShape(given))
      throw new ValueError(
        `${title}: inputShape is ${showShape(given)}, but inputTensor has the shape ${showShape(inputTensor.shape)}; give one of them.`,
      );
  }
  if (anySize && inputTensor && !given) return inputTensor.shape.slice(1);
  const channels = (given?.[isFirst ? 0 : 2] ?? 3) as number;
  const fallback = build(defaultSize, defaultSize, weights === 'imagenet' ? 3 : channels);
  if (given && weights !== 'imagenet' && channels !== 1 && channels !== 3)
    console.warn(`${title}: pictures usually have 1 or 3 channels; inputShape ${showShape(given)} has ${channels}.`);
  if (weights === 'imagenet' && includeTop && !anySize) {
    if (given && showShape(given) !== showShape(fallback))
      throw new ValueError(
        `${title}: inputShape: found ${showShape(given)}; the weights 'imagenet' with their top want ${showShape(fallback)}. Give includeTop: false, or weights: null.`,
      );
    return fallback;
  }
  if (!given) return (includeTop && !anySize) || keepsSize ? fallback : build(null, null, 3);
  if (weights === 'imagenet' && channels !== 3)
    throw new ValueError(
      `${title}: inputShape: found ${showShape(given)}; the weights 'imagenet' want pictures of 3 channels.`,
    );
  for (const n of sizeOfPicture(given)) {
    if (n !== null && n < minSize)
      throw new ValueError(
        `${title}: inputShape: found ${showShape(given)}, wanted pictures of at least ${minSize}×${minSize}.`,
      );
    if (n === null && includeTop && !anySize)
      throw new ValueError(
        `${title}: inputShape: found ${showShape(given)}; with includeTop wanted all sizes in numbers.`,
      );
  }
  return given;
}

/** The inputs from which a symbolic tensor comes. */
function sourceOf(tensor: KerasTensor): KerasTensor | KerasTensor[] {
  const found = new Set<KerasTensor>();
  const visit = (one: KerasTensor): void => {
    const node = one.history?.operation.inboundNodes[one.history.nodeIndex];
    if (!node || node.isInput) found.add(one);
    else node.inputs.forEach(visit);
  };
  visit(tensor);
  return found.size === 1 ? [...found][0]! : [...found];
}
