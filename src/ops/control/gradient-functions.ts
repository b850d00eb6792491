// tf.recomputeGrad, tf.gradPassThrough: functions with other gradients.
// Owns: recomputation in the backward pass, and gradients that ignore what a function does.
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { withOwnGradient } from '../../runtime/body.ts';
import { resolve } from '../../runtime/execute.ts';
import { activeTapes, Tape, withoutRecording } from '../../runtime/tape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { type VariableTensor, withVariableHooks } from '../../runtime/variable.ts';
import { pack, tensorsOf } from './structure.ts';

/** Runs a function and notes the values from which it starts: of variables that no gradient is taken of, as counters and seeds. */
function noting<R>(f: () => R): { readonly result: R; readonly state: ReadonlyMap<VariableTensor, Tensor> } {
  const state = new Map<VariableTensor, Tensor>();
  let reading = false;
  const read = (variable: VariableTensor): null => {
    if (reading || variable.trainable || state.has(variable)) return null;
    reading = true;
    try {
      state.set(variable, resolve(variable));
    } finally {
      reading = false;
    }
    return null;
  };
  return { result: withVariableHooks({ read, assign: () => false }, f), state };
}
/** Runs it again from there: it draws the same random numbers, and what it assigns is not assigned twice. */
function repeating<R>(state: ReadonlyMap<VariableTensor, Tensor>, f: () => R): R {
  const values = new Map(state);
  return withVariableHooks(
    {
      read: (variable) => values.get(variable) ?? null,
      assign: (variable, value) => {
        values.set(variable, value);
        return true;
      },
    },
    f,
  );
}

/** The function, whose intermediate values are not kept for the gradient but computed again. */
export function recomputeGrad<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const tapes = activeTapes();
    if (tapes.length === 0) return f(...args);
    const tensors = tensorsOf(args as unknown, 'recomputeGrad');
    const run = (inputs: readonly Tensor[]): R => f(...(pack(args, inputs) as A));
    // A tape of its own only notes which variables are read.
    const probe = new Tape();
    const { result: structure, state } = noting(() => withoutRecording(() => probe.record(() => run(tensors))));
    const outputs = tensorsOf(structure, 'recomputeGrad');
    const variables = probe.watchedVariables();
    probe.reset();
    const application = {
      inputs: [...tensors, ...variables.map((variable) => resolve(variable))],
      outputs,
      vjp: (cotangents: readonly (Value | null)[]): (Value | null)[] => {
        const tape = new Tape();
        const watched = tensors.map((tensor) => p.stopGradient(tensor) as Tensor);
        const differentiable = watched.filter((tensor) => tensor.dtype.includes('float'));
        tape.watchAll(differentiable);
        const again = tape.record(() => repeating(state, () => tensorsOf(run(watched), 'recomputeGrad')));
        return tape.gradients(
          again,
          [...watched, ...variables],
          again.map((output, i) => (cotangents[i] ?? p.zerosLike(output)) as Tensor),
        );
      },
    };
    for (const tape of tapes) tape.recordApplication(application);
    return pack(structure, outputs) as R;
  };
}

/** The function with the gradient of the identity. */
export function gradPassThrough<A extends readonly Tensor[]>(f: (...args: A) => Tensor): (...args: A) => Tensor {
  return (...args) => {
    const inputs = args.map((arg) => resolve(arg));
    const value = withoutRecording(() => f(...args));
    const vjp = ([g]: readonly (Value | null)[]) => inputs.map(() => g ?? null);
    const [output] = withOwnGradient(inputs, [value], vjp) as [Tensor];
    for (const tape of activeTapes()) tape.recordApplication({ inputs, outputs: [output], vjp });
    return output;
  };
}
