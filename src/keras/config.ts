// keras.config: the settings that everything in Keras reads.
// Owns: floatx, epsilon, image data format, the default dtype policy. Leaves policies themselves to dtype-policy.ts.
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
