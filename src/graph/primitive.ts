// What a primitive is: one object that holds everything the engine knows of it.
// Owns: the types of definitions, by kind. Passes and backends read the kind and the rules, never the name.
// Leaves the definitions themselves to src/primitives.

import type { Data, DType } from '../base/dtype.ts';
import type { Dims } from '../base/shape.ts';
import type { Combine, Expr } from '../compiler/loop-ir.ts';
import type { Position } from '../compiler/position.ts';
import type { Graph } from './graph.ts';
import type { HostMeaning } from './host-meaning.ts';
import type { Spec, Value } from './value.ts';

/** Parameters of an application: plain data and graphs, so that equal applications can be recognised. */
export type Params = { readonly [name: string]: ParamValue };
export type ParamValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | Graph
  | HostFunction
  | readonly ParamValue[]
  | Params;

/** A function in JavaScript carried as a parameter; identity decides equality. */
export interface HostFunction {
  readonly hostFunction: string;
  readonly infer: (inputs: readonly Spec[]) => Spec[];
  readonly evaluate: (inputs: readonly ArrayValue[], outputs: readonly ArrayValue[]) => void;
  readonly vjp?: (context: VjpContext<Params>) => (Value | null)[];
  /** What it computes, where that can be said; files are written by it. */
  readonly meaning?: () => HostMeaning | null;
}

/** Elements with their dimensions: what reference evaluation reads and writes. */
export interface ArrayValue extends Spec {
  readonly data: Data;
}

export interface VjpContext<P> {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly params: P;
  /** One for each output; null where nothing came. */
  readonly cotangents: readonly (Value | null)[];
  /** Whether the gradient of each input is asked for. */
  readonly needs: readonly boolean[];
}

/** What a lowering rule uses to read its operands. */
export interface LowerContext {
  /** The element of operand number `operand` at `at`; `otherwise` where `guard` is false (nothing is read there). */
  load(operand: number, at: Position | readonly Expr[], guard?: Expr, otherwise?: Expr): Expr;
  readonly inputs: readonly Spec[];
  readonly outputs: readonly Spec[];
}

export interface Sample {
  readonly inputs: readonly {
    readonly dims: Dims;
    readonly dtype: DType;
    readonly low?: number;
    readonly high?: number;
    readonly values?: readonly number[];
  }[];
  readonly params?: Params;
}

interface Common<P extends Params> {
  readonly name: string;
  /** Shapes and dtypes of the outputs; throws when the inputs do not fit. */
  infer(inputs: readonly Spec[], params: P): Spec[];
  /** The reference: computes `outputs` (already allocated) from `inputs`, in plain JavaScript. */
  evaluate(inputs: readonly ArrayValue[], params: P, outputs: readonly ArrayValue[]): void;
  /** Gradients by inputs, in terms of other primitives; null for a primitive through which none flows. */
  readonly vjp: ((context: VjpContext<P>) => (Value | null)[]) | null;
  /** Inputs for the generic tests. */
  samples(): readonly Sample[];
}

/** Each output element is an expression of operands' elements: arithmetic, movement, gathering. One output. */
export interface MapPrimitive<P extends Params = Params> extends Common<P> {
  readonly kind: 'map';
  lower(context: LowerContext, params: P, at: Position): Expr;
  /** Whether `lower` can do these operands; else the reference evaluates. Complex and string operands never reach it. */
  lowers(inputs: readonly Spec[], params: P): boolean;
  /** Whether every operand has the shape of the result and is read only at the position that is written. */
  readonly pointwise: boolean;
  /** Rough cost of one element in additions: decides whether a value is computed twice or stored. 0 for pure movement. */
  readonly cost: number;
  /**
   * Of what only puts its operand's elements elsewhere, axis by axis: the result's axis that each of the operand's is; null for one
   * that is one long, where the result may be longer. null where axes are joined or taken apart.
   */
  axesInResult?(inputs: readonly Spec[], params: P): readonly (number | null)[] | null;
  /** Where elements are their own position along an axis of the result: that axis. */
  countsAlong?(params: P): number;
  /**
   * Whether the result rises or falls, nowhere both, with each operand while the others stay: of operands in ranges it then lies
   * between its values at their ends. With `turnsAt` on both sides of that number.
   */
  monotone?(inputs: readonly Spec[], params: P): boolean;
  readonly turnsAt?: number | undefined;
  /** Operands that make the result zero where they are zero, whatever finite numbers the others are. */
  readonly absorbing?: readonly number[] | undefined;
  /**
   * Of results that are put together: where each operand begins in the result. They are stored part by part, so that no
   * element has to be asked of which part it is.
   */
  parts?(inputs: readonly Spec[], params: P): readonly Dims[];
}

/** Each output element combines an expression over extra loops: reductions, windows. One output. */
export interface ReducePrimitive<P extends Params = Params> extends Common<P> {
  readonly kind: 'reduce';
  readonly combine: Combine;
  initial(dtype: DType): number | bigint;
  loops(inputs: readonly Spec[], params: P): readonly number[];
  value(context: LowerContext, params: P, at: Position, inner: readonly Expr[]): Expr;
}

/** A sum of products for which backends have tuned kernels; the rules of a reduction describe it to those that have not. */
export interface ContractPrimitive<P extends Params = Params> extends Omit<ReducePrimitive<P>, 'kind'> {
  readonly kind: 'contract' | 'convolution';
  /**
   * The sum can be made in equal pieces of its outermost axis, `extent` long: with `params` each has a result of its own, in a
   * leading axis. A step of the compiler's.
   */
  readonly pieces?: { extent(inputs: readonly Spec[]): number; params(params: P, pieces: number): P };
}

/** Starts from a copy of operand 0 and combines updates into it, one after the other. */
export interface ScatterPrimitive<P extends Params = Params> extends Common<P> {
  readonly kind: 'scatter';
  /** null: the update replaces. */
  combineOf(params: P): Combine | null;
}

/** Bits from a counter: the Philox generator. */
export interface RandomPrimitive<P extends Params = Params> extends Common<P> {
  readonly kind: 'random';
}

/** Whole arrays at once: sorting, cumulative sums, decompositions. Evaluated by the reference unless a backend knows better. */
export interface OpaquePrimitive<P extends Params = Params> extends Common<P> {
  readonly kind: 'opaque';
}

/** Control flow over graphs in the parameters. */
export interface ControlPrimitive<P extends Params = Params> extends Common<P> {
  readonly kind: 'control';
  readonly control: 'scan' | 'whileLoop' | 'cond';
}

export type Primitive<P extends Params = Params> =
  | MapPrimitive<P>
  | ReducePrimitive<P>
  | ContractPrimitive<P>
  | ScatterPrimitive<P>
  | RandomPrimitive<P>
  | OpaquePrimitive<P>
  | ControlPrimitive<P>;
