// The arguments of fit, evaluate and predict, checked and made into sources of batches.
// Owns: defaults, 'did you mean', which combinations mean nothing.
import { refuseUnknown, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { DatasetBase } from '../../data/dataset.ts';
import type { Inputs, Structure } from '../types.ts';
import { Sequence } from '../utils/sequence.ts';
import { arraySource, arraysOf, splitValidation } from './arrays.ts';
import { type BatchSource, isSource, type QueueOptions, streamSource } from './batch-source.ts';
import { classWeights } from './class-weight.ts';
import { makeBatchShuffler, makeShuffler } from './shuffle.ts';
import type { FitOptions } from './types.ts';

const RUN = ['batchSize', 'verbose', 'steps', 'callbacks', 'signal'];
export const OPTIONS = {
  fit: [
    'batchSize',
    'epochs',
    'verbose',
    'callbacks',
    'validationSplit',
    'validationData',
    'shuffle',
    'classWeight',
    'sampleWeight',
    'initialEpoch',
    'stepsPerEpoch',
    'validationSteps',
    'validationBatchSize',
    'validationFreq',
    'maxQueueSize',
    'workers',
    'useMultiprocessing',
    'signal',
  ],
  evaluate: [...RUN, 'sampleWeight', 'returnDict', 'maxQueueSize', 'workers', 'useMultiprocessing'],
  predict: [...RUN, 'maxQueueSize', 'workers', 'useMultiprocessing'],
} as const;

export function checkOptions(method: keyof typeof OPTIONS, options: object): void {
  refuseUnknown(method, options, OPTIONS[method]);
  checkValues(method, options);
}
/** Values that are wrong wherever they are given. */
function checkValues(method: string, options: { verbose?: unknown; validationFreq?: unknown }): void {
  const { verbose, validationFreq } = options;
  if (verbose !== undefined && verbose !== 'auto' && verbose !== 0 && verbose !== 1 && verbose !== 2)
    throw new ValueError(`${method}: verbose: found ${show(verbose)}, wanted 'auto', 0, 1 or 2.`);
  if (validationFreq === undefined || validationFreq === null) return;
  const list = Array.isArray(validationFreq) ? (validationFreq as unknown[]) : [validationFreq];
  for (const item of list) wholeNumber(item, `${method}: validationFreq`, 1);
}
export function wholeNumber(value: unknown, what: string, min: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min) return value;
  throw new ValueError(`${what}: found ${show(value)}, wanted a whole number ≥ ${min}.`);
}
const positive = (value: number | null | undefined, fallback: number, what: string): number =>
  value === null || value === undefined ? fallback : wholeNumber(value, what, 1);

export interface FitPlan {
  readonly train: BatchSource;
  readonly validation: BatchSource | null;
  /** Integer targets to be checked against the number of classes. */
  readonly y: Structure | null;
}

export function planFit(x: unknown, y: Inputs | null | undefined, options: FitOptions, reuse: boolean): FitPlan {
  const batchSize = positive(options.batchSize, 32, 'fit: batchSize');
  const { validationSplit, validationData } = options;
  if (isSource(x)) {
    if (y !== null && y !== undefined)
      throw new ValueError('fit: y was given beside data that gives [x, y] batches itself; leave y out.');
    if (validationSplit)
      throw new ValueError('fit: validationSplit works with arrays only; split the data set, and give validationData.');
    if (options.sampleWeight)
      throw new ValueError('fit: sampleWeight works with arrays only; let the data set give [x, y, sampleWeight].');
    const { classWeight } = options;
    const source = streamSource(x, 'fit', options);
    return {
      train: classWeight ? weighted(source, classWeight) : source,
      validation: validationSource(validationData, options, batchSize, reuse),
      y: null,
    };
  }
  const arrays: { x: Structure; y: Structure | null; sampleWeight: Structure | null } = {
    x: arraysOf(x as Inputs, 'fit: x'),
    y: y === null || y === undefined ? null : arraysOf(y, 'fit: y'),
    sampleWeight: options.sampleWeight ? arraysOf(options.sampleWeight, 'fit: sampleWeight') : null,
  };
  if (options.classWeight) {
    if (arrays.sampleWeight)
      throw new ValueError('fit: classWeight and sampleWeight exclude each other; give one of them.');
  }
  let train: Record<string, Structure | null> = { ...arrays };
  let validation: BatchSource | null = null;
  if (validationSplit && !validationData) {
    const split = splitValidation(validationSplit, train);
    train = split.train;
    const size = positive(options.validationBatchSize, batchSize, 'fit: validationBatchSize');
    validation = arraySource(split.validation as never, { batchSize: size, shuffle: null, reuse });
  } else validation = validationSource(validationData, options, batchSize, reuse);
  if (options.classWeight) train.sampleWeight = classWeights(train.y ?? null, options.classWeight);
  const given: unknown = options.shuffle ?? true;
  if (typeof given !== 'boolean' && given !== 'batch')
    throw new ValueError(`fit: shuffle: found ${show(given)}, wanted true, false or 'batch'.`);
  const shuffle = given === 'batch' ? makeBatchShuffler(batchSize) : given ? makeShuffler() : null;
  return { train: arraySource(train as never, { batchSize, shuffle, reuse }), validation, y: arrays.y };
}

/** Batches with weights by their labels. */
const weighted = (source: BatchSource, classWeight: Readonly<Record<number, number>>): BatchSource => ({
  ...source,
  open() {
    const iterator = source.open();
    const add = (batch: Awaited<ReturnType<typeof iterator.next>>) =>
      batch ? ([batch[0], batch[1], classWeights(batch[1], classWeight)] as typeof batch) : null;
    return {
      ...iterator,
      next: () => {
        const batch = iterator.next();
        return batch instanceof Promise ? batch.then(add) : add(batch);
      },
    };
  },
});

function validationSource(
  given: FitOptions['validationData'],
  options: FitOptions,
  batchSize: number,
  reuse: boolean,
): BatchSource | null {
  if (given === null || given === undefined) return null;
  if (given instanceof DatasetBase || given instanceof Sequence || (isSource(given) && !Array.isArray(given)))
    return streamSource(given, 'fit: validationData', options);
  if (!Array.isArray(given) || given.length < 2 || given.length > 3)
    throw new ValueError(
      `fit: validationData: found ${show(given)}, wanted [x, y], [x, y, sampleWeight] or a data set.`,
    );
  const [x, y, sampleWeight] = given as readonly [Inputs, Inputs, Inputs | undefined];
  return evaluationSource(
    x,
    y,
    sampleWeight ?? null,
    positive(options.validationBatchSize, batchSize, 'fit: validationBatchSize'),
    reuse,
    'fit: validationData',
  );
}

export function evaluationSource(
  x: unknown,
  y: Inputs | null | undefined,
  sampleWeight: Inputs | null,
  batchSize: number,
  reuse: boolean,
  where: string,
  queue: QueueOptions = {},
): BatchSource {
  if (isSource(x)) return streamSource(x, where, queue);
  return arraySource(
    {
      x: arraysOf(x as Inputs, `${where}: x`),
      y: y === null || y === undefined ? null : arraysOf(y, `${where}: y`),
      sampleWeight: sampleWeight ? arraysOf(sampleWeight, `${where}: sampleWeight`) : null,
    },
    { batchSize, shuffle: null, reuse },
  );
}

/**
 * `{ x, y, epochs }` as the only argument taken apart, null for any other call. A record of inputs is one too: it has other keys,
 * or the model has inputs of these names.
 */
function namedArguments(
  method: keyof typeof OPTIONS,
  args: readonly unknown[],
  inputNames: readonly string[],
): { x: unknown; y: Inputs | null | undefined; options: object } | null {
  const [first] = args;
  if (args.length !== 1 || !isRecord(first) || !('x' in first)) return null;
  const keys = Object.keys(first);
  const known: readonly string[] = OPTIONS[method];
  const isParameter = (key: string): boolean =>
    key === 'x' || (key === 'y' && method !== 'predict') || known.includes(key);
  if (!keys.every(isParameter) || keys.every((key) => inputNames.includes(key))) return null;
  const { x, y, ...options } = first;
  return { x, y: y as Inputs | null | undefined, options };
}

/**
 * Splits `(x, y?, options?)` or `({ x, y, … })` into its parts: a source of batches takes no y, nor does a model that adds its
 * losses itself.
 */
export function argumentsOf<O extends object>(
  method: keyof typeof OPTIONS,
  args: readonly unknown[],
  inputNames: readonly string[],
): { x: unknown; y: Inputs | null | undefined; options: O } {
  const named = namedArguments(method, args, inputNames);
  if (named) return { ...named, options: named.options as O };
  const [x, second, third] = args;
  if (method === 'predict') {
    if (args.length > 2 || !(second === undefined || second === null || isRecord(second)))
      throw new ValueError(`predict: options: found ${show(second)}, wanted a record such as { verbose: 0 }.`);
    return { x, y: undefined, options: (second ?? {}) as O };
  }
  const known: readonly string[] = OPTIONS[method];
  const isOptions =
    third === undefined &&
    isRecord(second) &&
    (isSource(x) || Object.keys(second).every((name) => known.includes(name)));
  if (isOptions) return { x, y: undefined, options: second as O };
  if (third !== undefined && !isRecord(third))
    throw new ValueError(
      `${method}: options: found ${show(third)}, wanted a record such as { ${method === 'fit' ? 'epochs: 5' : 'verbose: 0'} }.`,
    );
  return { x, y: second as Inputs | null | undefined, options: (third ?? {}) as O };
}
