// keras.config: the settings that everything in Keras reads.
// Owns: floatx, epsilon, image data format, limits of training, what may be switched on and off. Leaves dtype policies to dtype-policy.ts.
import { asDType, type DType, isFloating } from '../base/dtype.ts';
import { show, ValueError } from '../base/errors.ts';

let floatxNow: DType = 'float32';
let epsilonNow = 1e-7;
let formatNow: 'channels_last' | 'channels_first' = 'channels_last';
let interactive = true;

/** The dtype of numbers where none is said: 'float32'. */
export const floatx = (): DType => floatxNow;
export function setFloatx(dtype: DType): void {
  const found = asDType(dtype, 'setFloatx');
  if (!isFloating(found)) throw new ValueError(`setFloatx: found '${found}', wanted a floating dtype.`);
  floatxNow = found;
}
/** The small number that keeps divisions and logarithms finite: 1e-7. */
export const epsilon = (): number => epsilonNow;
export function setEpsilon(value: number): void {
  if (!(value > 0)) throw new ValueError(`setEpsilon: found ${show(value)}, wanted a positive number.`);
  epsilonNow = value;
}
export const imageDataFormat = (): 'channels_last' | 'channels_first' => formatNow;
export function setImageDataFormat(format: 'channels_last' | 'channels_first'): void {
  if (format !== 'channels_last' && format !== 'channels_first')
    throw new ValueError(`setImageDataFormat: found ${show(format)}, wanted 'channels_last' or 'channels_first'.`);
  formatNow = format;
}
export const isInteractiveLoggingEnabled = (): boolean => interactive;
export const enableInteractiveLogging = (): void => {
  interactive = true;
};
export const disableInteractiveLogging = (): void => {
  interactive = false;
};
export const backend = (): 'tensorflow' => 'tensorflow';
/** Throws for any other name than that of the one backend, whose numbers are TensorFlow's. */
export function setBackend(name: string): void {
  if (name !== 'tensorflow')
    throw new ValueError(
      `setBackend: found ${show(name)}, wanted 'tensorflow': there is one backend, with TensorFlow's numbers.`,
    );
}
/** False: NNX is a library of JAX. */
export const isNnxEnabled = (): boolean => false;

let flash = true;
/** Whether attention may use a kernel that keeps no scores: numbers are the same either way. */
export const isFlashAttentionEnabled = (): boolean => flash;
export const enableFlashAttention = (): void => {
  flash = true;
};
export const disableFlashAttention = (): void => {
  flash = false;
};

let unsafe = false;
/** Files are trusted from now on: what `loadModel(path, { safeMode: false })` allows for one. */
export const enableUnsafeDeserialization = (): void => {
  unsafe = true;
};
export const isUnsafeDeserializationEnabled = (): boolean => unsafe;

type Limit = number | null;
let epochsLimit: Limit = null;
let stepsLimit: Limit = null;
function limit(value: Limit, where: string): Limit {
  if (value !== null && !(Number.isInteger(value) && value >= 0))
    throw new ValueError(`${where}: found ${show(value)}, wanted a whole number, or null for no limit.`);
  return value;
}
/** The most epochs that any `fit` runs, for trying a program; null for no limit. */
export const maxEpochs = (): Limit => epochsLimit;
export const setMaxEpochs = (maxEpochs: Limit): void => {
  epochsLimit = limit(maxEpochs, 'setMaxEpochs');
};
/** The most steps that any epoch of `fit`, any `evaluate` and `predict` runs; null for no limit. */
export const maxStepsPerEpoch = (): Limit => stepsLimit;
export const setMaxStepsPerEpoch = (maxStepsPerEpoch: Limit): void => {
  stepsLimit = limit(maxStepsPerEpoch, 'setMaxStepsPerEpoch');
};
