// tf.Variable: a tensor that can be assigned to.
// Owns: conversion of what is assigned, and updates by rows. Leaves the storage to src/runtime/variable.ts.

import { type Class, callable } from '../../base/callable.ts';
import { asDType, type DType, isFloating } from '../../base/dtype.ts';
import { ShapeError, StateError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { type Shape, showShape, sizeOf } from '../../base/shape.ts';
import { flattenTree, mapTree } from '../../base/tree.ts';
import type { ScatterMode } from '../../primitives/functions.ts';
import * as p from '../../primitives/functions.ts';
import { withTrace } from '../../runtime/execute.ts';
import { formatRepr } from '../../runtime/format.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { activeTrace } from '../../runtime/trace.ts';
import { PendingValue, VariableTensor } from '../../runtime/variable.ts';
import { broadcastTo } from './arrange.ts';
import { convertPair, convertToTensor, makeTensor, readsVariablesAs } from './convert.ts';
import { bindArguments } from './signature.ts';
import { TensorShape } from './tensor-spec.ts';

export interface VariableOptions
  extends Options<{
    trainable: boolean;
    name: string;
    dtype: DType;
    /** The shape of all values: null for any length; a tf.TensorShape(null) for any shape. */
    shape: Shape | TensorShape | null;
    constraint: ((value: Tensor) => Tensor) | null;
    /** Whether the first value must have a known shape: here it always has. */
    validateShape: boolean;
    /** How several replicas would keep it in step; kept, for there is one. */
    synchronization: number;
    aggregation: number;
    /** Whether tf.function may make it: here always. */
    experimentalEnableVariableLifting: boolean;
  }> {}

type InitialValue = TensorLike | (() => TensorLike);
type Arguments<V = InitialValue> =
  | [initialValue: V, options?: VariableOptions]
  | [options: VariableOptions & { readonly initialValue: V }];
const NAMES = [
  'initialValue',
  'trainable',
  'name',
  'dtype',
  'shape',
  'constraint',
  'synchronization',
  'aggregation',
  'validateShape',
  'experimentalEnableVariableLifting',
] as const;

/** The first value and the options, from either form of call. */
function argumentsOf(args: Arguments<InitialValue | PendingValue>): {
  readonly initialValue: InitialValue | PendingValue;
  readonly options: VariableOptions;
} {
  const [, options] = args;
  if (args.length > 2 || (options !== undefined && !isRecord(options)))
    throw new ValueError(
      `Variable: found ${show(options)} behind the first value; wanted options, such as { dtype: 'float32', name: 'w' }.`,
    );
  const [initialValue, trainable, name, dtype, shape, constraint, synchronization, aggregation] = bindArguments(
    'Variable',
    NAMES,
    options === undefined ? args.slice(0, 1) : args,
  );
  return {
    initialValue: initialValue as InitialValue | PendingValue,
    options: { trainable, name, dtype, shape, constraint, synchronization, aggregation } as VariableOptions,
  };
}

/** The declared shape where values may have several: null for any; undefined where it is that of the first value. */
function openShape({ shape }: VariableOptions): Shape | null | undefined {
  if (!(shape instanceof TensorShape)) return shape?.includes(null) ? shape : undefined;
  return shape.isFullyDefined() ? undefined : shape.dims;
}

/** What a variable starts from: plain numbers become float32, for a variable of whole numbers cannot be trained. */
function initialTensor(value: InitialValue, options: VariableOptions): Tensor {
  const given = typeof value === 'function' ? value() : value;
  const dtype = options.dtype === undefined ? undefined : asDType(options.dtype);
  const open = openShape(options);
  const fixed = options.shape instanceof TensorShape ? options.shape.dims : options.shape;
  const shape = open === undefined ? (fixed ?? undefined) : undefined;
  const tensor = makeTensor(given, { dtype, shape }, 'Variable: initialValue');
  if (open && !new TensorShape(open).isCompatibleWith(tensor.dims))
    throw new ShapeError(
      `Variable: shape: found an initial value of shape ${showShape(tensor.dims)}, wanted ${showShape(open)}, as the option says.`,
    );
  return tensor.weak && dtype === undefined && !(given instanceof Tensor)
    ? (p.convert(tensor, 'float32') as Tensor)
    : tensor;
}

/**
 * A first value with values in place of tensors of the trace being made: a variable is made once, before the function runs, so what
 * it starts from is computed there. As in TensorFlow it is lifted out of the function.
 */
function lifted<V extends TensorLike>(value: V): V {
  const trace = activeTrace();
  const isTraced = (leaf: unknown): leaf is Tensor =>
    leaf instanceof Tensor && !(leaf instanceof VariableTensor) && leaf.graphValue !== null;
  if (!trace || !flattenTree(value).some(isTraced)) return value;
  return mapTree(value, (leaf) => {
    if (!isTraced(leaf)) return leaf;
    const known = trace.lifted(leaf);
    if (known) return known;
    throw new StateError(
      `Variable: initialValue: a tensor of shape ${showShape(leaf.dims)} that depends on an argument of tf.function, or is made in a loop or branch of it: it has no value yet when the variable is made. Make it of shapes and numbers, tf.zeros(x.shape), or make the variable outside and assign to it here.`,
    );
  }) as V;
}

function madeOutside(initialValue: InitialValue, options: VariableOptions): Tensor {
  const known = typeof initialValue === 'function' ? initialValue : lifted(initialValue);
  return withTrace(null, () => initialTensor(known, options));
}

export class Variable_ extends VariableTensor {
  constructor(...args: Arguments<InitialValue | PendingValue>) {
    const { initialValue, options } = argumentsOf(args);
    // A variable made while a function is traced is made once, outside of it.
    super(initialValue instanceof PendingValue ? initialValue : madeOutside(initialValue, options), {
      trainable: options.trainable,
      name: options.name,
      open: openShape(options),
    });
    this.constraint = options.constraint ?? null;
    activeTrace()?.variableMade(this);
  }

  /** As TensorFlow prints its variables; those of Keras's layers, which have a path, as Keras prints them. */
  override toString(): string {
    const { elements } = this.value();
    if (this.path !== this.name || !elements) return super.toString();
    const value = formatRepr(elements, this.dtype, this.dims);
    return `<tf.Variable '${this.name}:0' shape=${this.declaredShape} dtype=${this.dtype}, numpy=${value.includes('\n') ? '\n' : ''}${value}>`;
  }

  #converted(value: TensorLike, operation: string): Tensor {
    if (value instanceof Tensor && value.dtype === this.dtype) return value;
    if (value instanceof Tensor && readsVariablesAs() === value.dtype && isFloating(this.dtype))
      return p.convert(value, this.dtype) as Tensor;
    return value instanceof Tensor
      ? convertPair(this.value(), value, `${operation} to variable ${this.path}`)[1]
      : convertToTensor(value, this.dtype, `${operation} to variable ${this.path}`);
  }

  /** Sets the value. The dtype stays; the shape too, but for what the option `shape` left open. */
  assign(value: TensorLike): this {
    const tensor = this.#converted(value, 'assign');
    return this.set(
      p.broadcast(
        tensor instanceof VariableTensor ? tensor.value() : tensor,
        tensor.dims,
        tensor.dims.map((_, i) => i),
      ) as Tensor,
    );
  }
  assignAdd(value: TensorLike): this {
    return this.set(p.add(this, broadcastTo(this.#converted(value, 'assignAdd'), this.dims)) as Tensor);
  }
  assignSub(value: TensorLike): this {
    return this.set(p.sub(this, broadcastTo(this.#converted(value, 'assignSub'), this.dims)) as Tensor);
  }

  #scatter(mode: ScatterMode, indices: TensorLike, updates: TensorLike): this {
    let rows = convertToTensor(indices, undefined, `scatter of variable ${this.path}: indices`);
    if (rows.weak) rows = p.convert(rows, 'int32') as Tensor;
    const wanted = [...rows.dims, ...this.dims.slice(1)];
    const values = this.#converted(updates, 'scatter');
    const fitted = sizeOf(values.dims) === sizeOf(wanted) ? values : broadcastTo(values, wanted);
    return this.set(p.scatterRows(this, rows, fitted, mode) as Tensor);
  }
  /** Rows that `indices` name are replaced. */
  scatterUpdate(indices: TensorLike, updates: TensorLike): this {
    return this.#scatter('update', indices, updates);
  }
  scatterAdd(indices: TensorLike, updates: TensorLike): this {
    return this.#scatter('add', indices, updates);
  }
  scatterSub(indices: TensorLike, updates: TensorLike): this {
    return this.#scatter('add', indices, p.neg(this.#converted(updates, 'scatterSub')) as Tensor);
  }
  scatterMul(indices: TensorLike, updates: TensorLike): this {
    return this.#scatter('mul', indices, updates);
  }
  scatterMin(indices: TensorLike, updates: TensorLike): this {
    return this.#scatter('min', indices, updates);
  }
  scatterMax(indices: TensorLike, updates: TensorLike): this {
    return this.#scatter('max', indices, updates);
  }
}

export interface Variable extends Variable_ {}
export const Variable: Class<Arguments, Variable> = callable(Variable_, 'Variable');
