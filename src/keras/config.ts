// Global settings of Keras: the floating dtype, the fuzz factor, the layout of images (`keras.config`).
// Owns: their values. dtype policies of layers stand in their own file.

import type { DType } from '../base/dtype.ts';
import { show, ValueError } from '../base/errors.ts';

export type FloatX = 'float16' | 'bfloat16' | 'float32' | 'float64';
export type DataFormat = 'channels_last' | 'channels_first';

let floatDType: FloatX = 'float32';
let fuzz = 1e-7;
let dataFormat: DataFormat = 'channels_last';

/** The dtype that numbers have where none is given. */
export const floatx = (): FloatX & DType => floatDType;
export function setFloatx(value: FloatX): void {
  if (!['float16', 'bfloat16', 'float32', 'float64'].includes(value))
    throw new ValueError(`setFloatx: found ${show(value)}, wanted 'float16', 'bfloat16', 'float32' or 'float64'.`);
  floatDType = value;
}

/** The small number that keeps divisions and logarithms finite. */
export const epsilon = (): number => fuzz;
export const setEpsilon = (value: number): void => {
  fuzz = value;
};

export const imageDataFormat = (): DataFormat => dataFormat;
export function setImageDataFormat(value: DataFormat): void {
  if (value !== 'channels_last' && value !== 'channels_first')
    throw new ValueError(`setImageDataFormat: found ${show(value)}, wanted 'channels_last' or 'channels_first'.`);
  dataFormat = value;
}
