// What goes into and comes out of models of ImageNet: pixels as they were when the weights were trained, names of classes.
// Owns: the three ways of preparing pictures, the list of classes fetched from Keras's address.
// Source: https://keras.io/api/applications/

import { isFloating } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { reverse } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { add, cast, divide, subtract } from '../../ops/math/elementwise.ts';
import { platform } from '../../platform/platform.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { floatx, imageDataFormat } from '../config.ts';
import type { Options, TensorLike } from '../types.ts';
import { addresses, fetchModelFile } from './application.ts';

type Mode = 'caffe' | 'tf' | 'torch';
type Format = 'channels_last' | 'channels_first';
export interface PreprocessOptions extends Options<{ dataFormat: Format | null; mode: Mode }> {}

/**
 * Pictures with numbers from 0 to 255 as the weights want them: `tf` from −1 to 1; `torch` from 0 to 1, then less the mean
 * and over the deviation of each channel; `caffe` in the order blue, green, red, less the mean of each channel.
 */
export function preprocessInput(x: TensorLike, options: PreprocessOptions = {}): Tensor {
  const { mode = 'caffe' } = options;
  const dataFormat = options.dataFormat ?? imageDataFormat();
  if (mode !== 'caffe' && mode !== 'tf' && mode !== 'torch')
    throw new ValueError(`preprocessInput: mode: found ${show(mode)}, wanted 'caffe', 'tf' or 'torch'.`);
  if (dataFormat !== 'channels_last' && dataFormat !== 'channels_first')
    throw new ValueError(
      `preprocessInput: dataFormat: found ${show(dataFormat)}, wanted 'channels_last' or 'channels_first'.`,
    );
  const given = convertToTensor(x, undefined, 'preprocessInput: x');
  const pictures = isFloating(given.dtype) ? given : cast(given, floatx());
  if (mode === 'tf') return subtract(divide(pictures, 127.5), 1);
  const { rank } = pictures;
  if (rank !== 3 && rank !== 4)
    throw new ValueError(
      `preprocessInput: x: found shape ${showShape(pictures.shape)}, wanted one picture or a batch of them.`,
    );
  const axis = dataFormat === 'channels_last' ? rank - 1 : rank - 3;
  const perChannel = (values: readonly number[]): Tensor =>
    convertToTensor(axis === rank - 1 ? values : values.map((value) => [[value]]), pictures.dtype);
  if (mode === 'torch')
    return divide(add(divide(pictures, 255), perChannel([-0.485, -0.456, -0.406])), perChannel([0.229, 0.224, 0.225]));
  return add(reverse(pictures, [axis]), perChannel([-103.939, -116.779, -123.68]));
}

/** `preprocessInput` of an application whose weights want one way. */
export const preprocessor =
  (mode: Mode) =>
  (x: TensorLike, options: Options<{ dataFormat: Format | null }> = {}): Tensor =>
    preprocessInput(x, { ...options, mode });
/** Of an application that prepares pictures itself: they pass as they are. */
export const passPictures = (x: TensorLike, _options: Options<{ dataFormat: Format | null }> = {}): Tensor =>
  convertToTensor(x, undefined, 'preprocessInput: x');

/** Keras's list of the classes. Tests put a digest of their own in its place. */
export const classFile = { file: 'imagenet_class_index.json', hash: 'c2c37ea517e94d9795004a39431a14cb' };
export type Prediction = [id: string, name: string, score: number];
let classIndex: Promise<Record<string, [string, string]>> | null = null;
async function readClassIndex(): Promise<Record<string, [string, string]>> {
  const path = await fetchModelFile({
    ...classFile,
    url: `${addresses.host}/download.tensorflow.org/data/imagenet_class_index.json`,
  });
  return JSON.parse(new TextDecoder().decode(await platform().readFile(path))) as Record<string, [string, string]>;
}

/** For each row of probabilities the classes with the highest, best first: `[id, name, score]`. */
export async function decodePredictions(
  predictions: Tensor,
  options: Options<{ top: number }> = {},
): Promise<Prediction[][]> {
  const { top = 5 } = options;
  if (predictions.rank !== 2 || predictions.dims[1] !== 1000)
    throw new ValueError(
      `decodePredictions: found shape ${showShape(predictions.shape)}, wanted a batch of predictions for the 1000 classes of ImageNet: (samples, 1000).`,
    );
  classIndex ??= readClassIndex().catch((error: unknown) => {
    classIndex = null;
    throw error;
  });
  const names = await classIndex;
  const scores = predictions.arraySync() as number[][];
  return scores.map((row) =>
    row
      .map((score, i): [number, number] => [score, i])
      .sort(([a, i], [b, j]) => b - a || j - i)
      .slice(0, top)
      .map(([score, i]): Prediction => [...names[String(i)]!, score]),
  );
}
