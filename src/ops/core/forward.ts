// Derivatives along a direction, carried forward: Jacobian-vector products.
// Owns: the way by two backward walks. The backward walk is linear in its cotangents; its own gradient by them, weighted with the
// direction, is the product wanted.
import { ShapeError, StateError, ValueError } from '../../base/errors.ts';
import { sameShape, showShape } from '../../base/shape.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import { Tape, zeroGradient } from '../../runtime/tape.ts';
import { Tensor } from '../../runtime/tensor.ts';

const isTensor = (value: unknown): boolean => value instanceof Tensor;

/** What `primals` contribute to each target along `tangents`; null where nothing connects. */
export function pushForward(
  tape: Tape,
  targets: readonly Tensor[],
  primals: readonly Tensor[],
  tangents: readonly Tensor[],
): (Tensor | null)[] {
  return targets.map((given) => {
    const target = resolve(given);
    const probe = new Tape();
    const cotangent = p.zerosLike(target) as Tensor;
    probe.watchAll([cotangent]);
    const back = probe.record(() => tape.gradients([target], primals, [cotangent]));
    const pairs = back.flatMap((gradient, i) => (gradient ? [[gradient, resolve(tangents[i]!)] as const] : []));
    if (pairs.length === 0) return null;
    const [found] = probe.gradients(
      pairs.map(([gradient]) => gradient),
      [cotangent],
      pairs.map(([, tangent]) => tangent),
    );
    return found ?? null;
  });
}

/** Tangents checked against what they belong to. */
export function matchingTangents(primals: readonly Tensor[], tangents: readonly Tensor[], name: string): void {
  if (primals.length !== tangents.length)
    throw new ValueError(
      `${name}: found ${tangents.length} tangents for ${primals.length} primals; wanted one for each.`,
    );
  primals.forEach((primal, i) => {
    if (!sameShape(primal.dims, tangents[i]!.dims))
      throw new ShapeError(
        `${name}: tangent ${i} has shape ${showShape(tangents[i]!.dims)}, wanted its primal's, ${showShape(primal.dims)}.`,
      );
  });
}

/** What tf.autodiff.ForwardAccumulator is: records, and gives derivatives along the tangents. */
export class ForwardAccumulator_ {
  readonly #tape = new Tape({ persistent: true, watchAccessedVariables: false });
  readonly #primals: Tensor[];
  readonly #tangents: Tensor[];
  #recorded = false;

  constructor(primals: unknown, tangents: unknown) {
    this.#primals = flattenTree(primals, isTensor) as Tensor[];
    this.#tangents = flattenTree(tangents, isTensor) as Tensor[];
    matchingTangents(this.#primals, this.#tangents, 'ForwardAccumulator');
    this.#tape.watchAll(this.#primals);
  }
  /** Runs `f`, recording; Python's `with`. */
  record<T>(f: () => T): T {
    this.#recorded = true;
    return this.#tape.record(f);
  }
  /** The derivative of each tensor of the structure along the tangents; null (or zeros) where nothing connects. */
  jvp(primals: unknown, options: { readonly unconnectedGradients?: 'none' | 'zero' } = {}): unknown {
    if (!this.#recorded)
      throw new StateError('ForwardAccumulator.jvp: nothing was recorded; compute inside accumulator.record(() => …).');
    const targets = flattenTree(primals, isTensor) as Tensor[];
    const found = pushForward(this.#tape, targets, this.#primals, this.#tangents);
    const results = found.map((tangent, i) =>
      options.unconnectedGradients === 'zero' ? (tangent ?? zeroGradient(targets[i]!)) : tangent,
    );
    return packTree(primals, results, isTensor);
  }
}
