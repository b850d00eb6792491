// The types of ops that take ragged tensors too; what they do with them is rules.ts.
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import type { RaggedTensor } from './ragged-tensor.ts';

/** The same arguments with another first one. */
type WithFirst<F, First> = F extends (...args: infer A) => unknown
  ? A extends readonly [unknown, ...infer T]
    ? [first: First, ...rest: T]
    : never
  : never;
type Takes<F, First, R> = ((...args: WithFirst<F, First>) => R) & F;
/** Tensor for tensor: each becomes a ragged one. */
type Made<F> = F extends (...args: never[]) => readonly Tensor[] ? RaggedTensor[] : RaggedTensor;

// The functions are of any type here: a constraint would become the type that the arguments of `signature` are inferred from.
/** An op that makes a ragged tensor of a ragged one. */
export const acceptsRagged = <F>(f: F): Takes<F, RaggedTensor, Made<F>> => f as never;
type Any = TensorLike | RaggedTensor;
type List =
  | readonly RaggedTensor[]
  | readonly [RaggedTensor, ...(readonly Any[])]
  | readonly [TensorLike, RaggedTensor, ...(readonly Any[])];
/** An op that makes a ragged tensor of a list in which one is ragged. */
export const acceptsRaggedList = <F>(f: F): Takes<F, List, RaggedTensor> => f as never;
/** An op that may leave no ragged axis. */
export const reducesRagged = <F>(f: F): Takes<F, RaggedTensor, RaggedTensor | Tensor> => f as never;
/** An op that makes a tensor of a ragged one. */
export const countsRagged = <F>(f: F): Takes<F, RaggedTensor, Tensor> => f as never;
