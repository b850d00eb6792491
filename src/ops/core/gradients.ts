// GradientTape, valueAndGrad, customGradient: gradients as users ask for them.
// Owns: structures of sources and targets. Leaves recording to src/runtime/tape.ts.

import { type Class, callable } from '../../base/callable.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { guardMethods, requireFunction } from '../../base/misuse.ts';
import { showShape, sizeOf } from '../../base/shape.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { withOwnGradient } from '../../runtime/body.ts';
import { resolve } from '../../runtime/execute.ts';
import { activeTapes, Tape, withoutRecording, zeroGradient } from '../../runtime/tape.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from './convert.ts';
import { stackTensors } from './stack.ts';

/** One tensor, or tensors in lists and records. */
export type Structure = Tensor | StructureList | StructureRecord;
export interface StructureList extends ReadonlyArray<Structure> {}
export interface StructureRecord {
  readonly [name: string]: Structure;
}
/** For one source its gradient, for a list or a record the same structure; null where nothing connects. */
export type Gradients<S> = S extends Tensor ? Tensor | null : { -readonly [K in keyof S]: Gradients<S[K]> };

const isTensor = (value: unknown): boolean => value instanceof Tensor;
const leaves = (structure: unknown): Tensor[] =>
  flattenTree(structure, isTensor).map((leaf) => {
    if (leaf instanceof Tensor) return leaf;
    throw new ValueError(`GradientTape: found ${show(leaf)} where a tensor or a variable is wanted.`);
  });

/** What the gradients of the targets are multiplied by: values for each, of its dtype; none where all are ones. */
function cotangentsOf(
  given: Structure | TensorLike | undefined,
  target: Structure,
  targets: readonly Tensor[],
): Tensor[] {
  if (given === undefined || given === null) return [];
  const name = 'GradientTape.gradient: outputGradients';
  const [first] = targets;
  if (target instanceof Tensor) return [convertToTensor(given as TensorLike, first!.dtype, name)];
  if (!Array.isArray(target) || !Array.isArray(given) || given.length !== targets.length)
    return leaves(given as Structure);
  return given.map((value: TensorLike, i) => convertToTensor(value, targets[i]!.dtype, `${name}[${i}]`));
}

export interface GradientOptions
  extends Options<{ outputGradients: Structure | TensorLike; unconnectedGradients: 'none' | 'zero' }> {}

export class GradientTape_ extends Tape {
  /** Records what depends on these too, beside the trainable variables. */
  watch(tensors: Structure): void {
    this.watchAll(leaves(tensors));
  }

  /** Gradients of the target (the sum of targets) by the sources, in the sources' structure. */
  gradient<const S extends Structure>(target: Structure, sources: S, options: GradientOptions = {}): Gradients<S> {
    const list = leaves(sources);
    const { outputGradients, unconnectedGradients } = options ?? {};
    const targets = leaves(target);
    const found = this.gradients(targets, list, cotangentsOf(outputGradients, target, targets));
    const results =
      unconnectedGradients === 'zero' ? found.map((gradient, i) => gradient ?? zeroGradient(list[i]!)) : found;
    return packTree(sources, results, isTensor) as Gradients<S>;
  }

  /** Derivatives of every element of the target by every element of each source: target dims, then source dims. */
  jacobian<const S extends Structure>(target: Tensor, sources: S): Gradients<S> {
    const list = leaves(sources);
    const y = resolve(target);
    const size = y.dims.reduce((a, b) => a * b, 1);
    const rows = Array.from({ length: size }, (_, i) => {
      const seed = p.reshape(
        p.convert(p.compare('equal', p.iota([size], 0, 'int32'), p.full(i, { dims: [size], dtype: 'int32' })), y.dtype),
        y.dims,
      ) as Tensor;
      return this.repeatable(() => this.gradients([y], list, [seed]));
    });
    const results = list.map((source, k) => {
      const parts = rows.map((row) => row[k]);
      if (parts.every((part) => !part)) return null;
      const stacked = stackTensors(
        parts.map((part) => part ?? zeroGradient(source)),
        0,
      );
      return p.reshape(stacked, [...y.dims, ...source.dims]) as Tensor;
    });
    return packTree(sources, results, isTensor) as Gradients<S>;
  }

  /**
   * Derivatives of each sample's target by the same sample's source: (batch, target dims, source dims), each without its batch.
   * Samples must not depend on one another; null where the target does not depend on the source.
   */
  batchJacobian(target: Tensor, source: Tensor): Tensor | null {
    const y = resolve(target);
    const [batch] = y.dims;
    if (batch === undefined || source.dims[0] !== batch)
      throw new ShapeError(
        `batchJacobian: found a target of shape ${showShape(target.shape)} and a source of shape ${showShape(source.shape)}; wanted the same first dimension, the batch.`,
      );
    const own = y.dims.slice(1);
    const size = sizeOf(own);
    const places = p.iota([batch, size], 1, 'int32');
    const columns = Array.from({ length: size }, (_, i) => {
      const seed = p.reshape(p.convert(p.compare('equal', places, p.full(i, places)), y.dtype), y.dims) as Tensor;
      return this.repeatable(() => this.gradients([y], [source], [seed])[0]);
    });
    if (columns.every((column) => !column)) return null;
    const stacked = stackTensors(
      columns.map((column) => column ?? zeroGradient(source)),
      1,
    );
    return p.reshape(stacked, [batch, ...own, ...source.dims.slice(1)]) as Tensor;
  }
}

guardMethods(GradientTape_.prototype, 'GradientTape', ['batchJacobian']);

export interface GradientTape extends GradientTape_ {}
export const GradientTape: Class<
  | [options?: Options<{ persistent: boolean; watchAccessedVariables: boolean }>]
  | [persistent: boolean, watchAccessedVariables?: boolean],
  GradientTape
> = callable(GradientTape_, 'GradientTape');

/** The value of `f` and its gradients by `sources` (variables, or tensors that are watched for the call). */
export function valueAndGrad<V extends Structure, const S extends Structure>(
  f: () => V,
  sources: S,
): [value: V, gradients: Gradients<S>] {
  requireFunction('valueAndGrad', f);
  const tape = new GradientTape();
  tape.watch(sources);
  const value = tape.record(f);
  return [value, tape.gradient(value, sources)];
}

type CustomResult = readonly [
  value: Structure,
  gradient: (...cotangents: Tensor[]) => Tensor | null | readonly (Tensor | null)[],
];

/** A function with a gradient of its own: `f` returns its value and a function from cotangents to the arguments' gradients. */
export function customGradient<A extends readonly Tensor[]>(
  f: (...args: A) => CustomResult,
): (...args: A) => Structure {
  return (...args) => {
    const inputs = args.map((arg) => resolve(arg));
    const tapes = activeTapes();
    const [value, gradient] = withoutRecording(() => f(...(inputs as readonly Tensor[] as A)));
    // Results that are inputs unchanged would bypass the rule: they get a value of their own.
    const outputs = leaves(value).map((output) =>
      inputs.includes(output) ? (withoutRecording(() => p.stopGradient(output)) as Tensor) : output,
    );
    const application = {
      inputs,
      outputs,
      vjp: (cotangents: readonly (Value | null)[]) => {
        const given = gradient(...cotangents.map((cotangent, i) => (cotangent ?? p.zerosLike(outputs[i]!)) as Tensor));
        return (Array.isArray(given) ? given : [given]) as (Value | null)[];
      },
    };
    const results = withOwnGradient(inputs, outputs, (cotangents) => application.vjp(cotangents));
    for (const tape of tapes) tape.recordApplication({ ...application, outputs: results });
    return packTree(value, results, isTensor) as Structure;
  };
}
