// What makes a function an op: it accepts symbolic tensors too, and then becomes a node of a functional model; and tensors made
// of several (ragged, sparse), where there is a rule for them.
// Owns: the wrapper, and the table of ops by name (for saved models that name them). Leaves the node to src/keras, the rules to
// src/ops/ragged and src/ops/sparse.
import { isInteger } from '../../base/dtype.ts';
import { misuse } from '../../base/misuse.ts';
import { isRecord } from '../../base/record.ts';
import { Tensor } from '../../runtime/tensor.ts';

type Op = (...args: never[]) => unknown;

/** What Keras installs: makes a node that will call `op` with these arguments. */
export type SymbolicHandler = (name: string, op: (...args: unknown[]) => unknown, args: readonly unknown[]) => unknown;
let handler: SymbolicHandler | null = null;
export const setSymbolicHandler = (installed: SymbolicHandler): void => {
  handler = installed;
};

/** Whether a tensor is symbolic: neither elements nor a place in a graph. Variables are neither symbolic nor plain. */
let symbolicClass: (abstract new (...args: never[]) => Tensor) | null = null;
export const setSymbolicClass = (type: abstract new (...args: never[]) => Tensor): void => {
  symbolicClass = type;
};

/** A tensor made of several: ragged, sparse. What an op does with one is said by the rule of its class. */
export abstract class CompositeTensor {
  /** Applies an op whose arguments hold tensors of this class. */
  abstract dispatch(call: OpCall): unknown;
}
/** The call of an op: its name, the function for plain tensors, and the arguments in the order of its parameters. */
export interface OpCall {
  readonly name: string;
  readonly plain: (...args: unknown[]) => unknown;
  readonly args: readonly unknown[];
}

/** Parameters that are whole numbers wherever they occur: a scalar tensor of integers stands for its number. */
const INTEGERS: ReadonlySet<string> = new Set(
  `axis axes batchAxis seqAxis batchDims beginMask endMask ellipsisMask newAxisMask shrinkAxisMask blankIndex blockSize dataIndex
  depth depthRadius dim filterSize k maxlength minlength n ngramWidth num numBuckets numColumns numCols numLower numUpper
  numMelBins numPartitions numReservedIds numResults numRows numSampled numSegments numShards numSpectrogramBins numTrue
  offsetHeight offsetWidth paddingWidth precision rangeMax reductionDimension repeats sampleRate seed shard skip targetHeight
  targetWidth topPaths beamWidth type ord defaultId numClasses nbins maxOutputSize frameLength frameStep fftLength maxsplit`.split(
    /\s+/,
  ),
);
const isScalarInteger = (value: unknown): value is Tensor =>
  value instanceof Tensor && value.elements !== null && value.dims.length === 0 && isInteger(value.dtype);
/** Which of the parameters are whole numbers. */
const integersAmong = (parameters: readonly string[]): readonly number[] =>
  parameters.flatMap((name, i) => (INTEGERS.has(name) ? [i] : []));
/** Options with numbers for the scalar tensors that stand where whole numbers are wanted. */
function optionsWithIntegers(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let changed: Record<string, unknown> | null = null;
  for (const name in options) {
    const value = options[name];
    if (!isScalarInteger(value) || !INTEGERS.has(name)) continue;
    changed ??= { ...options };
    changed[name] = Number(value.item());
  }
  return changed ?? options;
}
/** Arguments with numbers for such tensors, copied only where there is one: every op is called through here. */
function withIntegers(args: readonly unknown[], positions: readonly number[]): readonly unknown[] {
  let changed: unknown[] | null = null;
  for (const i of positions) {
    const value = args[i];
    if (!isScalarInteger(value)) continue;
    changed ??= [...args];
    changed[i] = Number(value.item());
  }
  const last = args[args.length - 1];
  // A tensor, as it is for most ops, is seen at once to be none.
  if (last instanceof Tensor || !isRecord(last)) return changed ?? args;
  const options = optionsWithIntegers(last);
  if (options === last) return changed ?? args;
  changed ??= [...args];
  changed[args.length - 1] = options;
  return changed;
}

/** The first composite tensor among arguments, also in lists and options. */
function compositeAmong(values: readonly unknown[]): CompositeTensor | null {
  for (const value of values) {
    if (value === null || typeof value !== 'object' || value instanceof Tensor) continue;
    if (value instanceof CompositeTensor) return value;
    const inner = Array.isArray(value)
      ? // A list of plain numbers is not searched: it may be a whole data set.
        typeof value[0] === 'object' && !ArrayBuffer.isView(value[0]) && !Array.isArray(value[0])
        ? value
        : []
      : isRecord(value)
        ? Object.values(value)
        : [];
    const found = inner.length > 0 ? compositeAmong(inner) : null;
    if (found) return found;
  }
  return null;
}

/** Whether a value is a symbolic tensor, or a list or record with one in it. */
export function hasSymbolic(value: unknown): boolean {
  if (value instanceof Tensor) return symbolicClass !== null && value instanceof symbolicClass;
  // A long array of plain numbers is not searched: it may be a whole data set. A short one may be a shape, [2, size].
  if (Array.isArray(value))
    return value.length > 0 && (typeof value[0] !== 'number' || value.length <= 8) && value.some(hasSymbolic);
  return isRecord(value) && Object.values(value).some(hasSymbolic);
}

const table = new Map<string, (...args: unknown[]) => unknown>();

/**
 * Makes an op of a function: same type, and symbolic arguments make a node of a functional model. What JavaScript itself throws
 * where an argument is missing or of another kind becomes an error that shows the arguments. `bind` brings named arguments into
 * the order of the parameters.
 */
export function op<F extends Op>(
  name: string,
  f: F,
  parameters: readonly string[] = [],
  bind?: (args: readonly unknown[]) => readonly unknown[],
): F {
  const plain = f as Op as (...args: unknown[]) => unknown;
  const positions = integersAmong(parameters);
  const wrapped = (...given: unknown[]): unknown => {
    const args = withIntegers(given, positions);
    if (symbolicClass !== null && handler !== null && args.some(hasSymbolic)) return handler(name, wrapped, args);
    try {
      const composite = compositeAmong(args);
      return composite ? composite.dispatch({ name, plain, args: bind ? bind(args) : args }) : plain(...args);
    } catch (error) {
      throw misuse(name, parameters, args, error);
    }
  };
  Object.defineProperty(wrapped, 'name', { value: name });
  table.set(name, wrapped);
  return wrapped as Op as F;
}

/** The op of that name, if there is one. */
export const opNamed = (name: string): ((...args: unknown[]) => unknown) | undefined => table.get(name);
