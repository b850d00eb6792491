// tf.gradients and tf.hessians: derivatives inside tf.function, asked for without a tape.
// Owns: their arguments and structures. Leaves what was recorded to src/runtime/recorder.ts.
import { ShapeError, StateError, show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { showShape, sizeOf } from '../../base/shape.ts';
import { flattenTree } from '../../base/tree.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import { currentRecorder } from '../../runtime/recorder.ts';
import { type Tape, zeroGradient } from '../../runtime/tape.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { activeTrace } from '../../runtime/trace.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import type { Structure } from './gradients.ts';
import { bindArguments } from './signature.ts';
import { stackTensors } from './stack.ts';

export interface GraphGradientOptions
  extends Options<{
    /** A weight for each of `ys`, of its shape; ones where null. */
    gradYs: Tensor | readonly (Tensor | null)[];
    name: string;
    /** How TensorFlow schedules and sums; here all ways are one. */
    gateGradients: boolean;
    aggregationMethod: number | null;
    /** Tensors that count as constants. */
    stopGradients: Structure;
    unconnectedGradients: 'none' | 'zero';
  }> {}

const NAMES = [
  'ys',
  'xs',
  'gradYs',
  'name',
  'gateGradients',
  'aggregationMethod',
  'stopGradients',
  'unconnectedGradients',
] as const;
const isTensor = (value: unknown): boolean => value instanceof Tensor;

function tensorsOf(what: string, name: string, value: unknown): Tensor[] {
  return flattenTree(value, isTensor).map((leaf) => {
    if (leaf instanceof Tensor) return leaf;
    throw new ValueError(`${what}: ${name}: found ${show(leaf)}, wanted a tensor or a variable, or a list of them.`);
  });
}

function recorderFor(what: string): Tape {
  if (activeTrace()?.isBody)
    throw new StateError(
      `${what}: found within a branch or loop of the function, wanted outside of it: what came before is not to be seen from there. Use a tf.GradientTape inside.`,
    );
  const recorder = currentRecorder();
  if (recorder) return recorder;
  throw new StateError(
    `${what}: is not supported outside of tf.function, where operations are forgotten once they are done. Use tf.GradientTape, or call it inside a tf.function.`,
  );
}

function weightsOf(given: unknown, ys: readonly Tensor[]): (Tensor | null)[] {
  if (given === undefined) return [];
  const list = (isTensor(given) ? [given] : given) as readonly unknown[];
  if (!Array.isArray(list) || list.length !== ys.length)
    throw new ValueError(
      `gradients: gradYs: found ${show(given)}, wanted a tensor or null for each of the ${ys.length} ys.`,
    );
  return list.map((weight, i) => {
    if (weight === null || weight === undefined) return null;
    const [tensor] = tensorsOf('gradients', `gradYs[${i}]`, weight);
    const value = resolve(tensor!);
    if (showShape(value.dims) !== showShape(resolve(ys[i]!).dims))
      throw new ShapeError(
        `gradients: gradYs[${i}]: found shape ${showShape(value.shape)}, wanted ${showShape(ys[i]!.shape)}, that of ys[${i}].`,
      );
    return value;
  });
}

type GradientsArguments =
  | [ys: Structure, xs: Structure, options?: GraphGradientOptions]
  | [ys: Structure, xs: Structure, gradYs?: GraphGradientOptions['gradYs'] | null, options?: GraphGradientOptions];

/**
 * The derivatives Σ dy/dx of the sum of all `ys` by each of `xs`, inside of a tf.function: a list with a tensor of the shape of each x,
 * null where no y depends on it. `xs` may be anything that the function has computed with: arguments, variables, results in between.
 * Throws outside of functions, where tf.GradientTape serves. The function is traced once more, recorded, when it first asks.
 *
 * @example
 * const slope = tf.function((x: tf.Tensor) => tf.gradients(tf.square(x), x)[0]!);
 * slope(tf.constant(3, 'float32')); // 6
 * @source tf.gradients
 */
export const gradients: (...args: GradientsArguments) => (Tensor | null)[] = guarded(
  'gradients',
  ['ys', 'xs', 'options'],
  (...args: GradientsArguments): (Tensor | null)[] => {
    const [ys, xs, gradYs, , , , stopGradients, unconnected] = bindArguments('gradients', NAMES, args);
    const targets = tensorsOf('gradients', 'ys', ys);
    const sources = tensorsOf('gradients', 'xs', xs);
    if (unconnected !== undefined && unconnected !== 'none' && unconnected !== 'zero')
      throw new ValueError(`gradients: unconnectedGradients: found ${show(unconnected)}, wanted 'none' or 'zero'.`);
    const recorder = recorderFor('gradients');
    const stopped = tensorsOf('gradients', 'stopGradients', stopGradients ?? []).flatMap((tensor) =>
      tensor instanceof VariableTensor ? [] : [resolve(tensor)],
    );
    const found = recorder.gradients(targets, sources, weightsOf(gradYs, targets), new Set(stopped));
    return unconnected === 'zero' ? found.map((one, i) => one ?? zeroGradient(sources[i]!)) : found;
  },
);

type HessianOptions = Pick<GraphGradientOptions, 'name' | 'gateGradients' | 'aggregationMethod'>;

/**
 * The second derivatives d²(Σ ys)/dx² by each of `xs`, inside of a tf.function: for an x of shape s a tensor of shape (…s, …s).
 * Throws outside of functions, and where `ys` do not depend on an x.
 *
 * @example
 * const curvature = tf.function((x: tf.Tensor) => tf.hessians(tf.reduceSum(tf.pow(x, 3)), x)[0]!);
 * curvature(tf.constant([1, 2], 'float32')); // [[6, 0], [0, 12]]
 * @source tf.hessians
 */
export const hessians: (ys: Structure, xs: Structure, options?: HessianOptions) => Tensor[] = guarded(
  'hessians',
  ['ys', 'xs', 'options'],
  (...args: [ys: Structure, xs: Structure, options?: HessianOptions]): Tensor[] => {
    const [ys, xs] = bindArguments('hessians', ['ys', 'xs', 'gateGradients', 'aggregationMethod', 'name'], args);
    const targets = tensorsOf('hessians', 'ys', ys);
    const sources = tensorsOf('hessians', 'xs', xs);
    const recorder = recorderFor('hessians');
    return recorder.gradients(targets, sources).map((slope, k) => {
      const source = sources[k]!;
      if (!slope)
        throw new ValueError(
          `hessians: xs[${k}]: found a tensor that ys do not depend on, wanted one that they are computed from.`,
        );
      const size = sizeOf(slope.dims);
      const flat = p.reshape(slope, [size]) as Tensor;
      const places = p.iota([size], 0, 'int32');
      const rows = Array.from({ length: size }, (_, i) => {
        const seed = p.convert(p.compare('equal', places, p.full(i, places)), flat.dtype) as Tensor;
        return recorder.gradients([flat], [source], [seed])[0] ?? zeroGradient(source);
      });
      const dims = resolve(source).dims;
      return p.reshape(size === 0 ? zeroGradient(source) : stackTensors(rows, 0), [...dims, ...dims]) as Tensor;
    });
  },
);
