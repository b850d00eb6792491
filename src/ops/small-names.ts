// Names of the tf namespace that are short words for others, or mean little here.
// Owns: enumerations of TensorFlow's, the logger, critical sections.

import { type Class, callable } from '../base/callable.ts';
import { ShapeError, show } from '../base/errors.ts';
import { showShape } from '../base/shape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import { identity } from './core/arrange.ts';
import { convertToTensor } from './core/convert.ts';
import { signature } from './core/signature.ts';
import { convolution } from './nn/convolution.ts';

export const AggregationMethod = { ADD_N: 0, DEFAULT: 0, EXPERIMENTAL_ACCUMULATE_N: 2, EXPERIMENTAL_TREE: 1 } as const;
export const VariableAggregation = { NONE: 0, SUM: 1, MEAN: 2, ONLY_FIRST_REPLICA: 3 } as const;
export const VariableSynchronization = { AUTO: 0, NONE: 1, ON_WRITE: 2, ON_READ: 3 } as const;

interface CriticalSectionOptions {
  readonly name?: string;
  /** Sections of one name are one in TensorFlow; here there is one thread of JavaScript. */
  readonly sharedName?: string;
}
class CriticalSection_ {
  readonly name: string;
  constructor(options: CriticalSectionOptions = {}) {
    this.name = options.name ?? 'critical_section';
  }
  /** Runs `f`; nothing else runs meanwhile, for there is one thread of JavaScript. */
  execute<T>(f: () => T): T {
    return f();
  }
}
export interface CriticalSection extends CriticalSection_ {}
export const CriticalSection: Class<[options?: CriticalSectionOptions], CriticalSection> = callable(
  CriticalSection_,
  'CriticalSection',
);

const levels = { DEBUG: 10, INFO: 20, WARN: 30, WARNING: 30, ERROR: 40, FATAL: 50, CRITICAL: 50, NOTSET: 0 } as const;
type Level = keyof typeof levels;
let least: number = levels.WARNING;
const at =
  (level: Level, write: (text: string) => void) =>
  (message: unknown, ...rest: readonly unknown[]): void => {
    if (levels[level] >= least) write(`${level}:tensorflow:${[message, ...rest].map(String).join(' ')}`);
  };
const logger = {
  setLevel: (level: Level | number): void => {
    least = typeof level === 'number' ? level : levels[level];
  },
  getEffectiveLevel: (): number => least,
  debug: at('DEBUG', (text) => console.debug(text)),
  info: at('INFO', (text) => console.info(text)),
  warning: at('WARNING', (text) => console.warn(text)),
  warn: at('WARNING', (text) => console.warn(text)),
  error: at('ERROR', (text) => console.error(text)),
  critical: at('CRITICAL', (text) => console.error(text)),
};
/** TensorFlow's logger; programs set its level. */
export const getLogger = (): typeof logger => logger;

export const guaranteeConst = (input: TensorLike): Tensor => identity(input);
export const checkPinned = (tensor: TensorLike): Tensor => identity(tensor);
/** Convolution over any number of axes, strides and dilations with those of batch and channels. */
export const conv = signature(
  'conv',
  ['input', 'filter', 'strides', 'padding', 'explicitPaddings', 'dataFormat', 'dilations', 'batchDims', 'groups'],
  (
    input: TensorLike,
    filter: TensorLike,
    strides: readonly number[],
    padding: 'SAME' | 'VALID' | 'EXPLICIT',
    explicitPaddings: readonly number[] = [],
    dataFormat: 'CHANNELS_LAST' | 'CHANNELS_FIRST' = 'CHANNELS_LAST',
    dilations: readonly number[] = [],
    batchDims: number = 1,
    groups: number = 1,
  ): Tensor => {
    const name = 'conv';
    const [x, kernel] = [convertToTensor(input, undefined, name), convertToTensor(filter, undefined, name)];
    const rank = x.dims.length;
    if (kernel.dims.length !== rank - batchDims + 1 || strides.length !== rank - batchDims + 1)
      throw new ShapeError(
        `${name}: input of shape ${showShape(x.dims)} with ${batchDims} axes of batch, filter of shape ${showShape(kernel.dims)}, strides ${show(strides)}; wanted a filter and strides of ${rank - batchDims + 1} entries.`,
      );
    const last = dataFormat === 'CHANNELS_LAST';
    const channels = x.dims[last ? rank - 1 : batchDims]!;
    if (kernel.dims.at(-2)! * groups !== channels)
      throw new ShapeError(
        `${name}: ${channels} channels in ${groups} groups; wanted a filter of ${channels / groups} input channels, found ${showShape(kernel.dims)}.`,
      );
    const spatial = <T>(list: readonly T[]): T[] => (last ? list.slice(1, -1) : list.slice(2));
    const letters = ['', 'W', 'HW', 'DHW'][strides.length - 2]!;
    const pairs = Array.from({ length: explicitPaddings.length / 2 }, (_, i) =>
      explicitPaddings.slice(2 * i, 2 * i + 2),
    );
    return convolution(
      x,
      kernel,
      spatial(strides),
      padding === 'EXPLICIT' ? (pairs as [number, number][]) : padding,
      last ? `N${letters}C` : `NC${letters}`,
      dilations.length > 0 ? spatial(dilations) : undefined,
    );
  },
);
