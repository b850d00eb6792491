// tf.whileLoop, tf.scan, tf.foldl, tf.foldr, tf.mapFn, tf.vectorizedMap.
// Owns: structures and TensorFlow's calling conventions. Eagerly these are loops in JavaScript; in tf.function one compiled loop,
// traced once (src/runtime/control.ts).

import { asDType, type DType } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { guarded, requireFunction } from '../../base/misuse.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { specOf, traceBody } from '../../runtime/body.ts';
import { cond as compiledCond, scan as compiledScan, whileLoop as compiledWhile } from '../../runtime/control.ts';
import { resolve } from '../../runtime/execute.ts';
import { isLeaf } from '../../runtime/structure.ts';
import { activeTapes } from '../../runtime/tape.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { activeTrace } from '../../runtime/trace.ts';
import { asInteger, makeTensor } from '../core/convert.ts';
import { bindArguments } from '../core/signature.ts';
import { stackTensors } from '../core/stack.ts';
import { TensorArray_ } from '../core/tensor-array.ts';
import { TensorSpec, TypeSpec } from '../core/tensor-spec.ts';
import type { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { isRaggedMap, mapRagged } from './map-ragged.ts';
import { matching, pack, tensorsOf } from './structure.ts';

const row = (x: Value, i: number): Tensor =>
  p.reshape(
    p.slice(
      x,
      x.dims.map((_, axis) => (axis === 0 ? i : 0)),
      x.dims.map((n, axis) => (axis === 0 ? i + 1 : n)),
    ),
    x.dims.slice(1),
  ) as Tensor;

// ── while ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface WhileOptions {
  readonly maximumIterations?: number | Tensor | null | undefined;
  readonly shapeInvariants?: unknown;
  readonly parallelIterations?: number | undefined;
  readonly backProp?: boolean | undefined;
  readonly swapMemory?: boolean | undefined;
}

function runWhile<T extends readonly unknown[]>(
  cond: (...vars: T) => Tensor | boolean,
  body: (...vars: T) => Readonly<T> | readonly T[number][],
  loopVars: T,
  options?: WhileOptions,
): T;
function runWhile<T extends readonly unknown[]>(
  cond: (...vars: T) => Tensor | boolean,
  body: (...vars: T) => Readonly<T> | readonly T[number][],
  loopVars: T,
  shapeInvariants: unknown,
  parallelIterations?: number,
  backProp?: boolean,
  swapMemory?: boolean,
  maximumIterations?: number | Tensor | null,
): T;
function runWhile(...args: unknown[]): readonly unknown[] {
  const [cond, body, loopVars, , , , , maximumIterations] = loopArguments('whileLoop', WHILE, args) as [
    (...vars: readonly unknown[]) => Tensor | boolean,
    (...vars: readonly unknown[]) => unknown,
    unknown,
    ...unknown[],
  ];
  if (typeof cond !== 'function' || typeof body !== 'function')
    throw new ValueError('whileLoop: wanted two functions, cond and body, and the loop variables.');
  const structure: readonly unknown[] = Array.isArray(loopVars) ? loopVars : [loopVars];
  const most = bound(maximumIterations);
  return activeTrace()
    ? tracedLoop(cond, body, structure, most)
    : eagerLoop(cond, body, structure, most instanceof Tensor ? asInteger(most, MAXIMUM) : most);
}
const WHILE = [
  'cond',
  'body',
  'loopVars',
  'shapeInvariants',
  'parallelIterations',
  'backProp',
  'swapMemory',
  'maximumIterations',
] as const;
/**
 * Applies `body` to the loop variables as long as `cond` holds. A list of variables comes as arguments one by one. In tf.function
 * shapes must stay, whatever shapeInvariants say; a tf.TensorArray of a given size may be a variable.
 */
export const whileLoop = guarded('whileLoop', WHILE, runWhile);
const MAXIMUM = 'whileLoop: maximumIterations';

/** The largest number of steps: a number, or a tensor where it is known only when the program runs. */
function bound(given: unknown): number | Tensor {
  if (given === undefined || given === null) return Number.POSITIVE_INFINITY;
  if (given instanceof Tensor) {
    const value = resolve(given);
    if (value.elements === null) return p.reshape(p.convert(value, 'int32'), []) as Tensor;
    return asInteger(given, MAXIMUM);
  }
  if (typeof given !== 'number' || Number.isNaN(given))
    throw new ValueError(`${MAXIMUM}: found ${show(given)}, wanted a whole number or a scalar tensor.`);
  return given;
}
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function eagerLoop(
  cond: (...vars: readonly unknown[]) => Tensor | boolean,
  body: (...vars: readonly unknown[]) => unknown,
  structure: readonly unknown[],
  most: number,
): readonly unknown[] {
  // Tensor arrays stay what they are: here they may grow.
  const leavesOf = (value: readonly unknown[]): unknown[] => {
    const leaves = flattenTree(value, isLeaf);
    if (leaves.some((leaf) => leaf instanceof TensorArray_))
      return leaves.map((leaf) => (leaf instanceof TensorArray_ ? leaf : tensorsOf([leaf], 'whileLoop')[0]!));
    return value === structure ? tensorsOf(value, 'whileLoop') : matching(value, structure, 'whileLoop');
  };
  let vars = pack(structure, leavesOf(structure)) as readonly unknown[];
  for (let i = 0; i < most; i++) {
    const value = cond(...vars);
    if (typeof value === 'boolean' ? !value : Number(resolve(value).elements![0]) === 0) break;
    vars = pack(structure, leavesOf(asList(body(...vars)))) as readonly unknown[];
  }
  return vars;
}

function tracedLoop(
  cond: (...vars: readonly unknown[]) => Tensor | boolean,
  body: (...vars: readonly unknown[]) => unknown,
  given: readonly unknown[],
  most: number | Tensor,
): readonly unknown[] {
  const structure = withShapedArrays(given, body);
  const leaves = tensorsOf(structure, 'whileLoop');
  const spread = (values: readonly Tensor[]): readonly unknown[] => pack(structure, values) as readonly unknown[];
  const result = (value: unknown): Tensor[] => matching(asList(value), structure, 'whileLoop');
  const holds = (value: Tensor | boolean): Tensor => {
    if (typeof value === 'boolean') return p.full(value ? 1 : 0, { dims: [], dtype: 'bool' }) as Tensor;
    const tensor = resolve(value);
    return p.reshape(tensor.dtype === 'bool' ? tensor : p.convert(tensor, 'bool'), []) as Tensor;
  };
  if (typeof most === 'number' && Number.isFinite(most) && activeTapes().length > 0) {
    const hasArrays = flattenTree(structure, isLeaf).some((leaf) => leaf instanceof TensorArray_);
    // A bounded loop has a gradient: so many steps, of which those after the end change nothing.
    const step = (carry: Tensor[]) => {
      const [going, ...values] = carry;
      const on = p.binary('and', going!, holds(cond(...spread(values)))) as Tensor;
      // Steps after the end would read and write beyond the ends of arrays.
      if (hasArrays)
        return {
          carry: [
            on,
            ...compiledCond(
              on,
              () => result(body(...spread(values))),
              () => values,
            ),
          ],
          results: [],
        };
      const next = result(body(...spread(values)));
      const kept = next.map((value, k) => p.select(p.broadcastTo(on, value.dims), value, values[k]!) as Tensor);
      return { carry: [on, ...kept], results: [] };
    };
    const start = p.full(1, { dims: [], dtype: 'bool' }) as Tensor;
    return spread(compiledScan(step, [start, ...leaves], [], most).carry.slice(1));
  }
  if (most === Number.POSITIVE_INFINITY) {
    return spread(
      compiledWhile(
        (values) => holds(cond(...spread(values))),
        (values) => result(body(...spread(values))),
        leaves,
      ),
    );
  }
  const counter = p.full(0, { dims: [], dtype: 'int32' }) as Tensor;
  const outputs = compiledWhile(
    ([count, ...values]) =>
      p.binary(
        'and',
        p.compare('less', count!, most instanceof Tensor ? most : p.full(most, count!)),
        holds(cond(...spread(values))),
      ) as Tensor,
    ([count, ...values]) => [p.offset(count!, 1) as Tensor, ...result(body(...spread(values)))],
    [counter, ...leaves],
  );
  return spread(outputs.slice(1));
}

/** The loop variables, where tensor arrays of elements without a shape have the shape of what the body writes. */
function withShapedArrays(
  structure: readonly unknown[],
  body: (...vars: readonly unknown[]) => unknown,
): readonly unknown[] {
  const leaves = flattenTree(structure, isLeaf);
  if (!leaves.some((leaf) => leaf instanceof TensorArray_ && leaf.rows() === null)) return structure;
  const given = leaves.map((leaf) => (leaf instanceof TensorArray_ ? leaf : tensorsOf([leaf], 'whileLoop')[0]!));
  const tensors = given.filter((leaf) => leaf instanceof Tensor);
  let shapes: readonly (Tensor | null)[] = [];
  // The body is tried once on the side: what it writes says the shapes.
  traceBody(tensors.map(specOf), (values) => {
    let next = 0;
    const vars = pack(
      structure,
      given.map((leaf) => (leaf instanceof TensorArray_ ? leaf : values[next++])),
    ) as readonly unknown[];
    const results = flattenTree(asList(body(...vars)), isLeaf);
    shapes = results.map((leaf) => (leaf instanceof TensorArray_ ? leaf.rows() : null));
    return [];
  });
  return pack(
    structure,
    given.map((leaf, i) => {
      const found = shapes[i];
      return leaf instanceof TensorArray_ && leaf.rows() === null && found
        ? leaf.withRows(leaf.rowsOfShape(found.dims.slice(1)))
        : leaf;
    }),
  ) as readonly unknown[];
}

// ── scans and maps ──────────────────────────────────────────────────────────────────────────────────────────────

function lengthOf(elements: readonly Tensor[], name: string): number {
  const [first] = elements;
  if (!first) throw new ValueError(`${name}: elems holds no tensors.`);
  for (const element of elements)
    if (element.dims.length === 0 || element.dims[0] !== first.dims[0])
      throw new ValueError(
        `${name}: elems are ${elements.map(show).join(', ')}; wanted tensors of one length along axis 0.`,
      );
  return first.dims[0]!;
}

/** Folds along axis 0: the last value, or all of them stacked. */
function fold(
  name: string,
  fn: (accumulated: unknown, element: unknown) => unknown,
  elems: unknown,
  initializer: unknown,
  reverse: boolean,
  all: boolean,
): unknown {
  requireFunction(`${name}: fn`, fn);
  const elements = tensorsOf(elems, name);
  const n = lengthOf(elements, name);
  const given = initializer !== undefined && initializer !== null;
  if (!given && n === 0) throw new ValueError(`${name}: elems are empty and there is no initializer.`);
  const structure = given ? initializer : elems;
  const first = reverse ? n - 1 : 0;
  let carry = given ? tensorsOf(initializer, name) : elements.map((x) => row(x, first));
  const step = (accumulated: readonly Tensor[], parts: readonly Tensor[]): Tensor[] =>
    matching(fn(pack(structure, accumulated), pack(elems, parts)), structure, name);
  const skipped = given ? 0 : 1;
  if (!activeTrace()) {
    const kept: Tensor[][] = given ? [] : [carry];
    for (let k = skipped; k < n; k++) {
      const at = reverse ? n - 1 - k : k;
      carry = step(
        carry,
        elements.map((x) => row(x, at)),
      );
      kept.push(carry);
    }
    if (!all) return pack(structure, carry);
    if (reverse) kept.reverse();
    if (kept.length === 0)
      return pack(
        structure,
        carry.map((x) => p.full(0, { dims: [0, ...x.dims], dtype: x.dtype })),
      );
    return pack(
      structure,
      carry.map((_, i) =>
        stackTensors(
          kept.map((values) => values[i]!),
          0,
        ),
      ),
    );
  }
  const rest = elements.map(
    (x) =>
      p.slice(
        x,
        x.dims.map((_, axis) => (axis === 0 && !reverse ? skipped : 0)),
        x.dims.map((m, axis) => (axis === 0 && reverse ? m - skipped : m)),
      ) as Tensor,
  );
  const begun = carry;
  const { carry: last, results } = compiledScan(
    (values, parts) => {
      const next = step(values, parts);
      return { carry: next, results: all ? next : [] };
    },
    carry,
    rest,
    n - skipped,
    { reverse },
  );
  if (!all) return pack(structure, last);
  if (given) return pack(structure, results);
  const joined = results.map((result, i) => {
    const own = p.reshape(begun[i]!, [1, ...begun[i]!.dims]);
    return p.concatenate(reverse ? [result, own] : [own, result], 0);
  });
  return pack(structure, joined);
}

type Folding<E, A> = (accumulated: A, element: E) => A;
export interface ScanOptions<A> {
  readonly initializer?: A | undefined;
  readonly reverse?: boolean | undefined;
  readonly parallelIterations?: number | undefined;
  readonly backProp?: boolean | undefined;
  readonly swapMemory?: boolean | undefined;
  readonly inferShape?: boolean | undefined;
}
const FOLD = ['fn', 'elems', 'initializer', 'parallelIterations', 'backProp', 'swapMemory'] as const;
const SCAN = [...FOLD, 'inferShape', 'reverse'] as const;

/** Running results of `fn(accumulated, element)` along axis 0, stacked. Without an initializer the first element is the first result. */
export function scan<E, A = E>(
  fn: Folding<E, A>,
  elems: E,
  initializer?: A | ScanOptions<A>,
  options?: ScanOptions<A>,
): A;
export function scan(...args: unknown[]): unknown {
  const [fn, elems, initializer, , , , , reverse] = loopArguments('scan', SCAN, args);
  return fold('scan', fn as never, elems, initializer, reverse === true, true);
}
/** The last result of `fn(accumulated, element)` from the first element to the last. */
export function foldl<E, A = E>(
  fn: Folding<E, A>,
  elems: E,
  initializer?: A | ScanOptions<A>,
  options?: ScanOptions<A>,
): A;
export function foldl(...args: unknown[]): unknown {
  const [fn, elems, initializer] = loopArguments('foldl', FOLD, args);
  return fold('foldl', fn as never, elems, initializer, false, false);
}
/** The last result from the last element to the first. */
export function foldr<E, A = E>(
  fn: Folding<E, A>,
  elems: E,
  initializer?: A | ScanOptions<A>,
  options?: ScanOptions<A>,
): A;
export function foldr(...args: unknown[]): unknown {
  const [fn, elems, initializer] = loopArguments('foldr', FOLD, args);
  return fold('foldr', fn as never, elems, initializer, true, false);
}

/** Arguments in which a record may be a structure of tensors: it is taken for options only if all its keys are. */
function loopArguments(name: string, names: readonly string[], args: readonly unknown[]): unknown[] {
  const last = args.at(-1);
  const options =
    args.length > 2 &&
    last !== null &&
    typeof last === 'object' &&
    !isLeaf(last) &&
    !Array.isArray(last) &&
    Object.keys(last).every((key) => names.includes(key) || key === 'name');
  return options ? bindArguments(name, names, args) : [...args];
}

export interface MapOptions {
  readonly fnOutputSignature?: unknown;
  readonly dtype?: unknown;
  readonly parallelIterations?: number | undefined;
  readonly backProp?: boolean | undefined;
  readonly swapMemory?: boolean | undefined;
  readonly inferShape?: boolean | undefined;
}
/** What `mapFn` gives for no elements, as TensorFlow: by the signature, or like the elements; of what it does not say, shape (0,). */
function emptyResults(elems: unknown, elements: readonly Tensor[], options: MapOptions): unknown {
  const given = options.fnOutputSignature ?? options.dtype;
  if (given === undefined || given === null)
    return pack(
      elems,
      elements.map(({ dtype }) => makeTensor([], { dtype, shape: [0] }, 'mapFn')),
    );
  const isSpec = (leaf: unknown): boolean => typeof leaf === 'string' || leaf instanceof TypeSpec;
  const leaves = flattenTree(given, isSpec).map((leaf) => {
    const [dtype, shape] =
      leaf instanceof TensorSpec ? [leaf.dtype, leaf.shape.map((n) => n ?? 0)] : [asDType(leaf as DType), []];
    return makeTensor([], { dtype, shape: [0, ...shape] }, 'mapFn');
  });
  return packTree(given, leaves, isSpec);
}

export interface MapFunction {
  /** Over the rows of a ragged tensor: `(row: tf.Tensor) => …`; ragged again unless `fnOutputSignature` says otherwise. */
  (fn: (row: never) => Tensor | RaggedTensor, elems: RaggedTensor, options?: MapOptions): Tensor | RaggedTensor;
  <E, R>(fn: (element: E) => R, elems: E, options?: MapOptions): R;
}
/** `fn` applied to each element along axis 0, the results stacked. Of no elements the result is as `fnOutputSignature` says. */
export const mapFn: MapFunction = guarded(
  'mapFn',
  ['fn', 'elems', 'options'],
  <E, R>(fn: (element: E) => R, elems: E, options: MapOptions = {}): R => {
    const said = options?.fnOutputSignature ?? options?.dtype;
    if (isRaggedMap(elems, said)) return mapRagged(fn as (element: unknown) => unknown, elems, said) as R;
    const elements = tensorsOf(elems, 'mapFn');
    const n = lengthOf(elements, 'mapFn');
    let structure: unknown;
    const apply = (parts: readonly Tensor[]): Tensor[] => {
      structure = fn(pack(elems, parts) as E);
      return tensorsOf(structure, 'mapFn');
    };
    if (activeTrace()) {
      const { results } = compiledScan((_carry, parts) => ({ carry: [], results: apply(parts) }), [], elements, n);
      return pack(structure, results) as R;
    }
    if (n === 0) return emptyResults(elems, elements, options) as R;
    const rows = Array.from({ length: n }, (_, i) => apply(elements.map((x) => row(x, i))));
    return pack(
      structure,
      rows[0]!.map((_, k) =>
        stackTensors(
          rows.map((values) => values[k]!),
          0,
        ),
      ),
    ) as R;
  },
) as MapFunction;
/** mapFn for functions without state, in any order. */
export const vectorizedMap = guarded('vectorizedMap', ['fn', 'elems'], <E, R>(fn: (element: E) => R, elems: E): R => {
  return mapFn(fn, elems);
});
