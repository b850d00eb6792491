// tf.test: what tests and notebooks ask about the build, and gradients held against differences.
// Owns: these answers. Leaves assertions to the test runner.
import { ValueError } from '../base/errors.ts';
import { guarded } from '../base/misuse.ts';
import { sizeOf } from '../base/shape.ts';
import * as p from '../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import { convertToTensor } from './core/convert.ts';
import { GradientTape } from './core/gradients.ts';

/** Whether programs run on a GPU: they run on the processor. */
export const isGpuAvailable = (): boolean => false;
/** The name of the first GPU; '' says that there is none. */
export const gpuDeviceName = (): string => '';
export const isBuiltWithCuda = (): boolean => false;
export const isBuiltWithRocm = (): boolean => false;
export const isBuiltWithGpuSupport = (): boolean => false;
/** Programs are compiled whole, but not by XLA. */
export const isBuiltWithXla = (): boolean => false;

/**
 * Jacobians of `f` at the tensors `x`, one for each: by its gradient, and by central differences with steps `delta`; each of shape
 * (elements of the result, elements of the tensor).
 */
export const computeGradient = guarded(
  'computeGradient',
  ['f', 'x', 'delta'],
  (
    f: (...x: Tensor[]) => Tensor,
    x: readonly TensorLike[],
    delta: number = 1 / 1024,
  ): [theoretical: Tensor[], numerical: Tensor[]] => {
    const at = x.map((one, i) => convertToTensor(one, undefined, `computeGradient: x[${i}]`));
    for (const [i, { dtype }] of at.entries())
      if (dtype !== 'float32' && dtype !== 'float64')
        throw new ValueError(`computeGradient: x[${i}] has dtype ${dtype}; wanted float32 or float64.`);
    const tape = new GradientTape({ persistent: true });
    const y = tape.record(() => {
      tape.watch(at);
      return f(...at);
    });
    const outputs = sizeOf(y.dims);
    const flat = (jacobian: Tensor | null, one: Tensor): Tensor => {
      const dims = [outputs, one.size];
      return (jacobian ? p.reshape(jacobian, dims) : p.full(0, { dims, dtype: one.dtype })) as Tensor;
    };
    const theoretical = at.map((one) => flat(tape.jacobian(y, one), one));
    const numerical = at.map((one, k) => {
      const columns = new Float64Array(outputs * one.size);
      const moved = (place: number, by: number): Tensor => {
        const data = (one.elements as Float64Array).slice();
        data[place]! += by;
        return f(...at.map((other, i) => (i === k ? eagerTensor(data, one.dims, one.dtype) : other)));
      };
      for (let place = 0; place < one.size; place++) {
        const [ahead, behind] = [moved(place, delta).dataSync(), moved(place, -delta).dataSync()];
        for (let i = 0; i < outputs; i++)
          columns[i * one.size + place] = (Number(ahead[i]) - Number(behind[i])) / (2 * delta);
      }
      return p.convert(eagerTensor(columns, [outputs, one.size], 'float64'), one.dtype) as Tensor;
    });
    return [theoretical, numerical];
  },
);
