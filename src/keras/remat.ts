// keras.remat and keras.RematScope: intermediate values that are computed again for the gradient instead of being kept.
// Owns: the scope, and which calls of which layers it asks for. The gradient itself is tf.recomputeGrad.
import { type Class, callable } from '../base/callable.ts';
import { show, ValueError } from '../base/errors.ts';
import { requireFunction } from '../base/misuse.ts';
import { sizeOf } from '../base/shape.ts';
import { flattenTree, mapTree, packTree } from '../base/tree.ts';
import { recomputeGrad } from '../ops/control/gradient-functions.ts';
import { bindArguments } from '../ops/core/signature.ts';
import { Tensor } from '../runtime/tensor.ts';
import type { Options } from '../runtime/tensor-methods.ts';
import { isTensor, KerasTensor, kerasTensorsIn } from './symbolic/keras-tensor.ts';

const MODES = ['full', 'activations', 'larger_than', 'list_of_layers', null] as const;
export type RematModeName = (typeof MODES)[number];
/** What a layer remembers of the scope in which it was made. */
export interface RematMode {
  readonly mode: RematModeName;
  readonly outputSizeThreshold: number;
  readonly layerNames: readonly string[];
}
interface RematOptions
  extends Options<{ mode: RematModeName; outputSizeThreshold: number; layerNames: readonly string[] | null }> {}

const scopes: RematMode[] = [];
/** The innermost scope that is open; null outside of all, and inside of one whose mode is null. */
export const currentRemat = (): RematMode | null => {
  const mode = scopes.at(-1);
  return mode && mode.mode !== null ? mode : null;
};

class RematScope_ implements RematMode {
  readonly mode: RematModeName;
  readonly outputSizeThreshold: number;
  readonly layerNames: readonly string[];

  constructor(
    ...args: [mode?: RematModeName | RematOptions, outputSizeThreshold?: number, layerNames?: readonly string[]]
  ) {
    const names = ['mode', 'outputSizeThreshold', 'layerNames'];
    const [mode = 'full', threshold, layers] = bindArguments('RematScope', names, args, true);
    if (!MODES.includes(mode as RematModeName))
      throw new ValueError(
        `RematScope: mode: found ${show(mode)}, wanted 'full', 'activations', 'larger_than', 'list_of_layers' or null.`,
      );
    const size = threshold ?? 1024;
    if (typeof size !== 'number' || !(size >= 0))
      throw new ValueError(`RematScope: outputSizeThreshold: found ${show(size)}, wanted a number of elements.`);
    if (layers !== undefined && layers !== null && !Array.isArray(layers))
      throw new ValueError(`RematScope: layerNames: found ${show(layers)}, wanted a list of names.`);
    this.mode = mode as RematModeName;
    this.outputSizeThreshold = size;
    this.layerNames = (layers ?? []) as readonly string[];
  }
  /** Runs `f`; the layers that it makes recompute what this scope says. Scopes may stand inside one another. */
  run<T>(f: () => T): T {
    requireFunction('RematScope.run: f', f);
    scopes.push(this);
    try {
      return f();
    } finally {
      scopes.pop();
    }
  }
}
export interface RematScope extends RematScope_ {}
/** `new RematScope({ mode: 'full' }).run(() => { … })` stands for Python's `with RematScope(mode="full"):`. */
export const RematScope: Class<ConstructorParameters<typeof RematScope_>, RematScope> = callable(
  RematScope_,
  'RematScope',
);

/** The function, or layer, whose intermediate values are not kept for the gradient but computed again. */
export function remat<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  requireFunction('remat: f', f);
  return recomputeGrad(f);
}

/** What is asked of a layer's call: as much as is needed to say whether it is recomputed. */
interface Recomputable {
  readonly name: string;
  computeOutputSpec(...args: never[]): unknown;
}

/** Elements of the outputs, dimensions that are not known counted as 1. */
function outputSize(operation: Recomputable, args: readonly unknown[]): number {
  const symbolic = args.map((arg) =>
    mapTree(arg, (leaf) => (leaf instanceof Tensor ? new KerasTensor(leaf.shape, leaf.dtype) : leaf), isTensor),
  );
  return kerasTensorsIn(operation.computeOutputSpec(...(symbolic as never[])))
    .map(({ shape }) => sizeOf(shape.map((n) => n ?? 1)))
    .reduce((sum, size) => sum + size, 0);
}

/** `run(args)`, recomputed for the gradient where the mode in which the operation was made asks for it. */
export function withRemat<R>(
  mode: RematMode | null,
  operation: Recomputable,
  args: readonly unknown[],
  run: (args: readonly unknown[]) => R,
): R {
  if (!mode) return run(args);
  if (mode.mode === 'activations') return withRecomputedActivation(operation, () => run(args));
  const asked =
    mode.mode === 'full' ||
    (mode.mode === 'list_of_layers' && mode.layerNames.includes(operation.name)) ||
    (mode.mode === 'larger_than' && outputSize(operation, args) > mode.outputSizeThreshold);
  if (!asked) return run(args);
  const leaves = flattenTree(args, isTensor);
  return recomputeGrad((...tensors: Tensor[]) => {
    let at = 0;
    return run(
      packTree(
        args,
        leaves.map((leaf) => (isTensor(leaf) ? tensors[at++] : leaf)),
        isTensor,
      ) as unknown[],
    );
  })(...leaves.filter(isTensor));
}

/** The layer's `activation`, where it has one, recomputed while `f` runs. */
function withRecomputedActivation<R>(layer: object, f: () => R): R {
  const activation: unknown = Reflect.get(layer, 'activation');
  if (typeof activation !== 'function') return f();
  Reflect.set(layer, 'activation', recomputeGrad(activation as (x: Tensor) => Tensor));
  try {
    return f();
  } finally {
    Reflect.set(layer, 'activation', activation);
  }
}
