// The gradient tape: records what depends on what it watches, and walks back.
// Owns: recording and its pauses, and gradients asked for by users. Leaves the walk to src/autodiff.

import { type Application, backward } from '../autodiff/backward.ts';
import { isDifferentiable } from '../base/dtype.ts';
import { refuseUnknown, StateError, ValueError } from '../base/errors.ts';
import { requireFunction } from '../base/misuse.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import type { Value } from '../graph/value.ts';
import { add as addValues, onesLike, zerosLike } from '../primitives/functions.ts';
import { currentObservers, type Observer, resolve, withObservers } from './execute.ts';
import type { Tensor } from './tensor.ts';
import { VariableTensor } from './variable.ts';

export interface TapeOptions {
  readonly persistent?: boolean | undefined;
  readonly watchAccessedVariables?: boolean | undefined;
}

/** Records applications for one or more calls of `gradient`. */
export class Tape implements Observer {
  readonly #persistent: boolean;
  readonly #watchVariables: boolean;
  readonly #applications: Application[] = [];
  /** What depends on something watched. */
  readonly #active = new Set<Value>();
  /** The values as which each variable was read. */
  readonly #reads = new Map<VariableTensor, Set<Tensor>>();
  #used = false;
  #recorded = false;

  constructor(persistent: boolean | TapeOptions = {}, watchAccessedVariables?: boolean) {
    const options = typeof persistent === 'object' ? persistent : { persistent, watchAccessedVariables };
    refuseUnknown('GradientTape', options, ['persistent', 'watchAccessedVariables']);
    this.#persistent = options.persistent ?? false;
    this.#watchVariables = options.watchAccessedVariables ?? true;
  }

  /** Runs `f`, recording. What `f` returns is returned. */
  record<T>(f: () => T): T {
    requireFunction('GradientTape.record', f);
    this.#recorded = true;
    const result = withObservers([...currentObservers(), this], f);
    if (result instanceof Promise) {
      // What it says later nobody waits for: it would end the program.
      result.catch(() => {});
      throw new StateError(
        'GradientTape.record: the function is asynchronous, and what runs after its first await is not recorded. Do the awaiting before record, and record only the computation.',
      );
    }
    return result;
  }

  /** Runs `f` without recording on this tape. */
  stopRecording<T>(f: () => T): T {
    requireFunction('GradientTape.stopRecording', f);
    return withObservers(
      currentObservers().filter((observer) => observer !== this),
      f,
    );
  }

  watchAll(values: Iterable<Tensor>): void {
    for (const value of values) {
      if (!isDifferentiable(value.dtype)) {
        throw new ValueError(
          `GradientTape.watch: found a tensor of dtype ${value.dtype}; gradients flow only through floating dtypes. Make it with { dtype: 'float32' }: whole numbers without a dtype are int32.`,
        );
      }
      if (value instanceof VariableTensor) this.note(value, value.value());
      else this.#active.add(value);
    }
  }

  /** Whether gradients can flow to a tensor. */
  follows(tensor: Value): boolean {
    return this.#active.has(tensor);
  }

  watchedVariables(): VariableTensor[] {
    return [...this.#reads.keys()];
  }

  reset(): void {
    this.#applications.length = 0;
    this.#active.clear();
    this.#reads.clear();
    this.#used = false;
  }

  applied(primitive: Primitive, inputs: readonly Tensor[], outputs: readonly Tensor[], params: Params): void {
    const { vjp } = primitive;
    if (!vjp) return;
    let active = false;
    for (const input of inputs) if (this.follows(input)) active = true;
    if (!active) return;
    this.recordApplication({
      inputs,
      outputs,
      vjp: (cotangents, needs) => vjp({ inputs, outputs, params: params, cotangents, needs }),
    });
  }

  /** Enters something with a gradient of its own (tf.customGradient). */
  recordApplication(application: Application): void {
    if (!application.inputs.some((input) => this.follows(input))) return;
    for (const output of application.outputs) if (isDifferentiable(output.dtype)) this.#active.add(output);
    this.#applications.push(application);
  }

  readVariable(variable: VariableTensor, value: Tensor): void {
    if (this.#watchVariables && variable.trainable && isDifferentiable(variable.dtype)) this.note(variable, value);
  }

  protected note(variable: VariableTensor, value: Tensor): void {
    let reads = this.#reads.get(variable);
    if (!reads) this.#reads.set(variable, (reads = new Set()));
    reads.add(value);
    this.#active.add(value);
  }

  /** Runs `f`, which asks for gradients, without using the tape up. */
  protected repeatable<T>(f: () => T): T {
    const used = this.#used;
    const kept = this.#applications.slice();
    this.#used = false;
    try {
      return f();
    } finally {
      this.#used = used;
      this.#applications.splice(0, this.#applications.length, ...kept);
    }
  }

  /** Gradients of the sum of `targets` (each weighted by its cotangent) by each source; null where nothing connects. What is `stopped` counts as constant. */
  gradients(
    targets: readonly Tensor[],
    sources: readonly Tensor[],
    cotangents: readonly (Tensor | null)[] = [],
    stopped: ReadonlySet<Value> = new Set(),
  ): (Tensor | null)[] {
    if (this.#used && !this.#persistent) {
      throw new StateError(
        'GradientTape.gradient: this tape was used already. A tape gives gradients once; make it with { persistent: true } to ask more than once.',
      );
    }
    if (!this.#recorded)
      throw new StateError(
        'GradientTape.gradient: nothing was recorded on this tape; run the computation within it: const loss = tape.record(() => …).',
      );
    this.#used = true;
    const values = sources.map((source) =>
      source instanceof VariableTensor ? [...(this.#reads.get(source) ?? [])] : [source],
    );
    const seeds = targets.map((target, i): [Value, Value] => {
      const value = resolve(target);
      return [value, cotangents[i] ?? onesLike(value)];
    });
    for (const [target] of seeds) {
      if (!isDifferentiable(target.dtype))
        throw new ValueError(
          `GradientTape.gradient: the target has dtype ${target.dtype}; wanted a floating dtype. Cast it with tf.cast before reducing it to a loss.`,
        );
    }
    const applications =
      stopped.size === 0
        ? this.#applications
        : this.#applications.filter(({ outputs }) => !outputs.some((output) => stopped.has(output)));
    const found = backward(applications, seeds, values.flat());
    const results = values.map((list) => {
      const parts = list.map((value) => found.get(value)).filter((part) => part !== undefined);
      return parts.length === 0 ? null : (parts.reduce((sum, part) => addValues(sum, part)) as Tensor);
    });
    if (!this.#persistent) this.#applications.length = 0;
    return results;
  }
}

/** A zero gradient, where the user wants zeros for what does not connect. */
export const zeroGradient = (source: Tensor): Tensor => zerosLike(source) as Tensor;

/** Runs `f` without any tape recording. */
export const withoutRecording = <T>(f: () => T): T => withObservers([], f);

/** The tapes that record now. */
export const activeTapes = (): Tape[] =>
  currentObservers().filter((observer): observer is Tape => observer instanceof Tape);
