// f.getConcreteFunction(…): a traced function for arguments that are fixed: what it takes, what it gives, which variables it uses.
// Owns: the description, and the binding of a call's arguments to it. Leaves conformity of values to function.ts, programs to the
// function itself, which has one for each length where the description leaves it open.
import { ShapeError, StateError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import type { Shape } from '../../base/shape.ts';
import { flattenTree, mapTree, packTree } from '../../base/tree.ts';
import { resolve } from '../../runtime/execute.ts';
import type { NamedGraph } from '../../runtime/function.ts';
import { recordable, recorded } from '../../runtime/recorder.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { Trace, traceInto } from '../../runtime/trace.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import { TensorSpec } from '../core/tensor-spec.ts';

/** A function for arguments of these shapes and dtypes; called on tensors of them, or on all arguments as the function itself. */
export interface ConcreteFunction<R = unknown> {
  (...args: readonly unknown[]): R;
  readonly name: string;
  /** The arguments: descriptions in the place of tensors, everything else as it was given; then those by name, of which there are none. */
  readonly structuredInputSignature: readonly [args: readonly unknown[], kwargs: Readonly<Record<string, never>>];
  /** What it gives, descriptions in the place of tensors. */
  readonly structuredOutputs: unknown;
  /** The tensors it takes, in order. */
  readonly inputs: readonly TensorSpec[];
  /** The tensors it gives, in order. */
  readonly outputs: readonly TensorSpec[];
  /** What a SavedModel's signature takes. */
  readonly inputSignature: readonly TensorSpec[];
  readonly variables: readonly VariableTensor[];
  readonly trainableVariables: readonly VariableTensor[];
  /** The operations, as tf.summary.graph draws them. */
  readonly tracedGraph: NamedGraph;
  /** The description as text. */
  prettyPrintedSignature(): string;
}

const isSpec = (value: unknown): value is TensorSpec => value instanceof TensorSpec;
const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
const isFixed = (value: unknown): boolean => isTensor(value) && !(value instanceof VariableTensor);

// Lengths to trace with where a description leaves them open; what differs between the two is open in what comes out.
const LENGTHS = [
  [83, 89, 97, 101, 103],
  [107, 109, 113, 127, 131],
] as const;
// And where those do not fit: lengths that are equal and have many divisors.
const EVEN_LENGTHS = [
  [96, 96, 96, 96, 96],
  [192, 192, 192, 192, 192],
] as const;

interface Traced {
  readonly trace: Trace;
  readonly parameters: readonly Tensor[];
  readonly result: unknown;
  readonly outputs: readonly Tensor[];
}

function traceOnce(f: (...args: unknown[]) => unknown, args: readonly unknown[], lengths: readonly number[]): Traced {
  const trace = new Trace();
  const parameters: Tensor[] = [];
  let open = 1;
  // The first axis of all arguments is the batch.
  const extent = (n: number | null, axis: number): number =>
    n ?? (axis === 0 ? lengths[0]! : lengths[1 + (open++ % (lengths.length - 1))]!);
  const placed = mapTree(
    args,
    (leaf) => {
      if (!isSpec(leaf)) return leaf;
      const parameter = trace.parameter({ dims: leaf.shape.map(extent), dtype: leaf.dtype });
      parameters.push(parameter);
      return parameter;
    },
    isSpec,
  ) as unknown[];
  const result = traceInto(trace, () => recorded(() => f(...placed)));
  const outputs = flattenTree(result, isTensor).filter(isTensor).map(resolve);
  trace.graph.outputs = traceInto(trace, () => outputs.map((output) => trace.valueOf(output, 'getConcreteFunction')));
  return { trace, parameters, result, outputs };
}

function traceTwice(f: (...args: unknown[]) => unknown, args: readonly unknown[]): [Traced, Traced] {
  const memory = { records: false };
  const once = (lengths: readonly number[]): Traced => recordable(memory, () => traceOnce(f, args, lengths));
  try {
    return [once(LENGTHS[0]), once(LENGTHS[1])];
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    return [once(EVEN_LENGTHS[0]), once(EVEN_LENGTHS[1])];
  }
}

/** Names of the arguments, as they stand in the text of a function. */
export function parameterNames(f: (...args: never) => unknown): string[] {
  const text = Function.prototype.toString.call(f);
  const list = /^(?:async\s+)?(?:function\b[^(]*)?[^(=]*\(([^()]*)\)|^(?:async\s+)?([\w$]+)\s*=>/.exec(text);
  return (list?.[1] ?? list?.[2] ?? '').split(',').map((part) => /^\s*([A-Za-z_$][\w$]*)/.exec(part)?.[1] ?? '');
}

/** Descriptions of the arguments; tensors count as their shapes and dtypes, and one without a name has that of its argument. */
function describe(f: (...args: never) => unknown, args: readonly unknown[]): unknown[] {
  const names = parameterNames(f);
  return args.map((arg, i) => {
    const alone = isSpec(arg) || isFixed(arg);
    return mapTree(
      arg,
      (leaf) => {
        const name = isSpec(leaf) && leaf.name ? leaf.name : alone ? names[i] || `args_${i}` : undefined;
        if (isSpec(leaf)) return name === leaf.name ? leaf : new TensorSpec(leaf.shape, leaf.dtype, name);
        return isFixed(leaf) ? TensorSpec.fromTensor(leaf as Tensor, name) : leaf;
      },
      (leaf) => isSpec(leaf) || isTensor(leaf),
    );
  });
}

const text = (value: unknown): string =>
  isSpec(value)
    ? String(value)
    : Array.isArray(value)
      ? `List[${value.map(text).join(', ')}]`
      : isRecord(value)
        ? `Dict[${Object.keys(value)
            .sort()
            .map((key) => `['${key}', ${text(value[key])}]`)
            .join(', ')}]`
        : `Literal[${value instanceof VariableTensor ? value.path : show(value)}]`;

/**
 * Describes `f`, whose program `run` runs, for these arguments. `conform` makes of a value what a description says, or throws.
 */
export function concreteFunction(
  f: (...args: never) => unknown,
  run: (...args: unknown[]) => unknown,
  given: readonly unknown[],
  conform: (value: unknown, entry: unknown, where: string) => unknown,
): ConcreteFunction {
  const name = f.name || 'anonymous';
  const args = describe(f, given);
  const inputs = flattenTree(args, isSpec).filter(isSpec);
  const [first, second] = traceTwice(run, args);
  if (first.outputs.length !== second.outputs.length)
    throw new StateError(
      `getConcreteFunction: ${name} gives ${first.outputs.length} or ${second.outputs.length} tensors, as long as its arguments are: give their shapes in full.`,
    );
  const outputs = first.outputs.map((output, i) => {
    const other = second.outputs[i]!;
    const shape: Shape = output.dims.map((n, axis) => (other.dims[axis] === n ? n : null));
    return new TensorSpec(shape, output.dtype);
  });
  let next = 0;
  const leaves = flattenTree(first.result, isTensor).map((leaf) => (isTensor(leaf) ? outputs[next++] : leaf));
  const structuredOutputs = packTree(first.result, leaves, isTensor);
  const uses = first.trace.variables;
  const variables = uses.map(({ variable }) => variable);
  const signatureText = (): string =>
    [
      'Input Parameters:',
      ...args.map((arg, i) => `  ${parameterNames(f)[i] || `args_${i}`} (POSITIONAL_ONLY): ${text(arg)}`),
      'Output Type:',
      `  ${text(structuredOutputs)}`,
      'Captures:',
      ...(variables.length > 0 ? variables.map((variable) => `  ${variable.path}`) : ['  None']),
    ].join('\n');

  /** All arguments, from all of them or from the tensors alone. */
  const bind = (values: readonly unknown[]): unknown[] => {
    const where = `concrete function ${name}`;
    const count = values.findLastIndex((value) => value !== undefined) + 1;
    if (count === args.length)
      return args.map((arg, i) => {
        const value = values[i];
        return conformAll(arg, value, `${where}: argument ${i}`, conform);
      });
    if (count !== inputs.length)
      throw new ValueError(
        `${where}: found ${count} arguments, wanted ${args.length}${inputs.length === args.length ? '' : `, or the ${inputs.length} tensors among them`}:\n${signatureText()}`,
      );
    let at = 0;
    return mapTree(
      args,
      (leaf) => (isSpec(leaf) ? conform(values[at], leaf, `${where}: tensor ${at++}`) : leaf),
      isSpec,
    ) as unknown[];
  };
  const call = (...values: readonly unknown[]): unknown => run(...bind(values));
  Object.defineProperty(call, 'name', { value: name });
  return Object.assign(call, {
    structuredInputSignature: [args, {}] as const,
    structuredOutputs,
    inputs,
    outputs,
    inputSignature: inputs,
    variables,
    trainableVariables: variables.filter((variable) => variable.trainable),
    tracedGraph: {
      name,
      graph: first.trace.graph,
      variables: new Map(uses.map((use) => [use.parameter, use.variable.path])),
    },
    prettyPrintedSignature: signatureText,
    toString: () => `ConcreteFunction ${signatureText()}`,
  });
}

/** A value as an argument's description says: tensors conform, everything else is what the function was made for. */
function conformAll(
  entry: unknown,
  value: unknown,
  where: string,
  conform: (value: unknown, entry: unknown, where: string) => unknown,
): unknown {
  if (isSpec(entry)) return conform(value, entry, where);
  if (Array.isArray(entry) && Array.isArray(value) && entry.length === value.length)
    return entry.map((item, i) => conformAll(item, value[i], `${where}[${i}]`, conform));
  if (isRecord(entry) && isRecord(value) && Object.keys(entry).sort().join() === Object.keys(value).sort().join())
    return Object.fromEntries(
      Object.keys(entry).map((key) => [key, conformAll(entry[key], value[key], `${where}.${key}`, conform)]),
    );
  if (Object.is(entry, value)) return value;
  throw new ValueError(
    `${where}: found ${show(value)}, wanted ${isSpec(entry) ? entry : show(entry)}, for which this function was made.`,
  );
}
