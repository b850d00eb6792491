// Variables: tensors whose value changes.
// Owns: assignment, and where the value lives (in JavaScript, or in the engine's memory while programs use it).
// Leaves the reading under a trace to trace.ts, through a hook.
import type { Data, DType } from '../base/dtype.ts';
import { ShapeError, StateError } from '../base/errors.ts';
import { type Dims, type Shape, sameShape, showShape } from '../base/shape.ts';
import { formatArray } from './format.ts';
import { eagerTensor, Tensor } from './tensor.ts';

/** The engine's copy of a variable's value. */
export interface Residence {
  /** A typed array of its own with the value now. */
  read(): Data;
  /** Sets the engine's copy. */
  write(elements: Data): void;
  /** Gives the memory back; the value is then what was last read or assigned. */
  release(): void;
}

/** How variables behave while a function is traced; installed by trace.ts. */
export interface TraceHooks {
  read(variable: VariableTensor): Tensor | null;
  assign(variable: VariableTensor, value: Tensor): boolean;
}

let hooks: TraceHooks | null = null;
export const setTraceHooks = (installed: TraceHooks): void => {
  hooks = installed;
};

/** While `f` runs, variables are read from and assigned to `inner` where it answers, otherwise as before. */
export function withVariableHooks<T>(inner: TraceHooks, f: () => T): T {
  const outer = hooks;
  hooks = {
    read: (variable) => inner.read(variable) ?? outer?.read(variable) ?? null,
    assign: (variable, value) => inner.assign(variable, value) || (outer?.assign(variable, value) ?? false),
  };
  try {
    return f();
  } finally {
    hooks = outer;
  }
}

let nextVariable = 0;

export interface VariableOptions {
  readonly trainable?: boolean | undefined;
  readonly name?: string | undefined;
  /** The shapes that values may have where not all of it is fixed: null for any length, null instead of it for any shape. */
  readonly open?: Shape | null | undefined;
}

/** A first value that is computed when it is first read, if it ever is: weights that a file replaces cost nothing. */
export class PendingValue {
  readonly dtype: DType;
  readonly dims: Dims;
  readonly make: () => Tensor;
  constructor(dtype: DType, dims: Dims, make: () => Tensor) {
    this.dtype = dtype;
    this.dims = dims;
    this.make = make;
  }
}

/** The class behind `tf.Variable`; src/ops makes it callable and converts initial values. */
export class VariableTensor extends Tensor {
  trainable: boolean;
  /** Whether layers that compute in another floating dtype read it in that one. */
  autocast = true;
  /** Where it stands in its model: `dense/kernel`. */
  path: string;
  readonly id: number;
  /** The engine's copy, while programs use it; always current. */
  residence: Residence | null = null;
  readonly #name: string;
  #current: Tensor | null;
  #pending: (() => Tensor) | null = null;
  /** The shapes that values may have, of variables whose shape may change; undefined for all others. */
  readonly #open: Shape | null | undefined;
  /** The shape of the eager value. */
  #dims: Dims;
  #constraint: ((value: Tensor) => Tensor) | null = null;

  constructor(initial: Tensor | PendingValue, options: VariableOptions = {}) {
    super(initial.dtype, initial.dims, null);
    this.id = nextVariable++;
    this.#open = options.open;
    this.#dims = initial.dims;
    if (initial instanceof PendingValue) {
      this.#current = null;
      this.#pending = initial.make;
    } else this.#current = eagerTensor(initial.elements ?? missing(), initial.dims, initial.dtype);
    this.trainable = options.trainable ?? true;
    this.#name = options.name ?? 'Variable';
    this.path = this.#name;
  }

  override get name(): string {
    return this.#name;
  }

  /** Whether values of other shapes may be assigned. */
  get changesShape(): boolean {
    return this.#open !== undefined;
  }
  /** As it was declared: null where the length may change. */
  override get shape(): Shape {
    return this.#open ?? this.dims;
  }
  /** The same as text. */
  get declaredShape(): string {
    return this.#open === null ? '<unknown>' : showShape(this.shape);
  }
  /** The shape of the value now. */
  override get dims(): Dims {
    return this.#open === undefined ? this.#dims : (hooks?.read(this)?.dims ?? this.#dims);
  }
  /** The shape of the eager value, also inside a trace. */
  get eagerDims(): Dims {
    return this.#dims;
  }

  get constraint(): ((value: Tensor) => Tensor) | null {
    return this.#constraint;
  }

  set constraint(constraint: ((value: Tensor) => Tensor) | null) {
    this.#constraint = constraint;
  }

  /** The value now, as a tensor that later assignments do not change; inside a trace, the value at this point of the program. */
  value(): Tensor {
    return hooks?.read(this) ?? this.snapshot();
  }

  /** The eager value. The same tensor until the next assignment. */
  snapshot(): Tensor {
    if (this.#current) return this.#current;
    const elements = this.#pending ? (this.#pending().elements ?? missing()) : this.residence!.read();
    this.#pending = null;
    this.#current = eagerTensor(elements, this.#dims, this.dtype);
    return this.#current;
  }

  /** Internal: a program has changed the engine's copy, so the copy here is stale. */
  changedInEngine(): void {
    this.#current = null;
  }

  protected override read(method: string): Data {
    const value = this.value();
    if (!value.elements)
      throw new StateError(
        `${method} was called on variable ${this.path} inside tf.function: while a function is traced it has no value yet. Return it and read it outside.`,
      );
    return value.elements;
  }

  /** Internal: sets the value to a tensor of the same dtype, and of the same shape where that may not change. */
  set(value: Tensor): this {
    const fits =
      this.#open === undefined
        ? sameShape(value.dims, this.#dims)
        : this.#open === null ||
          (value.dims.length === this.#open.length &&
            this.#open.every((n, axis) => n === null || n === value.dims[axis]));
    if (!fits) {
      throw new ShapeError(
        `variable ${this.path}: cannot assign a value of shape ${showShape(value.dims)} to a variable of shape ${showShape(this.shape)}; the shapes must be equal${this.#open ? ' but for lengths of None' : ''}.`,
      );
    }
    if (hooks?.assign(this, value)) return this;
    const elements = value.elements ?? missing();
    this.#pending = null;
    if (sameShape(value.dims, this.#dims)) this.residence?.write(elements);
    else {
      // Its place in the engine is as large as the value that was.
      this.residence?.release();
      this.residence = null;
      this.#dims = value.dims;
    }
    this.#current = eagerTensor(elements, this.#dims, this.dtype);
    return this;
  }

  override toString(): string {
    const { elements } = this.value();
    const value = elements ? formatArray(elements, this.dtype, this.dims) : null;
    return `<Variable path=${this.path}, shape=${showShape(this.shape)}, dtype=${this.dtype}${value === null ? '' : `, value=${value}`}>`;
  }

  /** Frees the engine's copy early; the value stays. */
  [Symbol.dispose ?? Symbol.for('Symbol.dispose')](): void {
    this.snapshot();
    this.residence?.release();
    this.residence = null;
  }
}

function missing(): never {
  throw new StateError(
    'a variable needs a value that is known now: it cannot be made of, or set to, a traced or symbolic tensor outside its function. Make variables outside tf.function, once.',
  );
}
