// tf.cond, tf.case, tf.switchCase: one of several functions by a value.
// Owns: eager choices, which just call, and compiled ones for values known only when a program runs.

import { show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import * as p from '../../primitives/functions.ts';
import { cond as compiledCond } from '../../runtime/control.ts';
import { resolve } from '../../runtime/execute.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { bindArguments } from '../core/signature.ts';
import { pack, tensorsOf } from './structure.ts';

type Branch<T> = () => T;
type Condition = boolean | Tensor;

/** true or false where it is known now, else the tensor. */
function known(pred: Condition, name: string): boolean | Tensor {
  if (typeof pred === 'boolean') return pred;
  if (!(pred instanceof Tensor))
    throw new ValueError(`${name}: the condition is ${show(pred)}; wanted a boolean or a scalar bool tensor.`);
  const value = resolve(pred);
  if (value.dims.reduce((a, b) => a * b, 1) !== 1)
    throw new ValueError(`${name}: the condition is ${show(pred)}; wanted a scalar.`);
  if (value.elements) return Number(value.elements[0]) !== 0;
  return p.reshape(value.dtype === 'bool' ? value : p.convert(value, 'bool'), []) as Tensor;
}

function choose<T>(pred: Condition, trueFn: Branch<T>, falseFn: Branch<T>, name: string): T {
  const choice = known(pred, name);
  if (typeof choice === 'boolean') return choice ? trueFn() : falseFn();
  let structure: unknown;
  const branch = (f: Branch<T>) => (): Tensor[] => {
    structure = f();
    return tensorsOf(structure, name);
  };
  const outputs = compiledCond(choice, branch(trueFn), branch(falseFn));
  return pack(structure, outputs) as T;
}

/** What `trueFn` gives where the condition holds, else what `falseFn` gives. In tf.function both must give the same shapes. */
export function cond<T>(pred: Condition, trueFn: Branch<T>, falseFn: Branch<T>): T;
export function cond<T>(pred: Condition, branches: { readonly trueFn: Branch<T>; readonly falseFn: Branch<T> }): T;
export function cond<T>(...args: unknown[]): T {
  const [pred, trueFn, falseFn] = bindArguments('cond', ['pred', 'trueFn', 'falseFn'], args) as [
    Condition,
    Branch<T>?,
    Branch<T>?,
  ];
  if (typeof trueFn !== 'function' || typeof falseFn !== 'function')
    throw new ValueError('cond: wanted two functions, trueFn and falseFn.');
  return choose(pred, trueFn, falseFn, 'cond');
}

export interface CaseOptions<T> {
  readonly default?: Branch<T> | undefined;
  readonly exclusive?: boolean | undefined;
}
/** What the function of the first condition that holds gives, else the default's. */
const caseOf = guarded(
  'case',
  ['predFnPairs', 'options'],
  <T>(predFnPairs: readonly (readonly [Condition, Branch<T>])[], options: CaseOptions<T> = {}): T => {
    const [first, ...rest] = predFnPairs;
    if (!first) {
      if (!options.default) throw new ValueError('case: no condition holds, and there is no default.');
      return options.default();
    }
    if (options.exclusive) {
      const holding = predFnPairs.filter(([pred]) => known(pred, 'case') === true).length;
      if (holding > 1) throw new ValueError(`case: ${holding} conditions hold, and they are to exclude each other.`);
    }
    if (rest.length === 0 && !options.default)
      return known(first[0], 'case') === false ? caseOf(rest, options) : first[1]();
    return choose(first[0], first[1], () => caseOf(rest, { default: options.default }), 'case');
  },
);

export { caseOf as case };

/** What the function of number `branchIndex` gives; the default's, or the last one's, for numbers out of range. */
export const switchCase = guarded(
  'switchCase',
  ['branchIndex', 'branchFns', 'options'],
  <T>(
    branchIndex: number | Tensor,
    branchFns: readonly Branch<T>[] | Readonly<Record<number, Branch<T>>>,
    options: { readonly default?: Branch<T> | undefined } = {},
  ): T => {
    const entries: [number, Branch<T>][] = Array.isArray(branchFns)
      ? branchFns.map((f, i) => [i, f])
      : Object.entries(branchFns as Record<string, Branch<T>>).map(([key, f]) => [Number(key), f]);
    const last = options.default ?? entries.at(-1)?.[1];
    if (!last) throw new ValueError('switchCase: found no functions, wanted at least one.');
    const index = typeof branchIndex === 'number' ? branchIndex : resolve(branchIndex);
    if (typeof index === 'number' || index.elements) {
      const at = typeof index === 'number' ? index : Number(index.elements![0]);
      return (entries.find(([key]) => key === at)?.[1] ?? last)();
    }
    const pick = (i: number): T => {
      const entry = entries[i];
      if (!entry) return last();
      if (i === entries.length - 1 && !options.default) return entry[1]();
      return choose(
        p.compare('equal', index, p.full(entry[0], index)) as Tensor,
        entry[1],
        () => pick(i + 1),
        'switchCase',
      );
    };
    return pick(0);
  },
);
