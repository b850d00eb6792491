// Functions of a SavedModel as functions here: one for each signature, and those that choose among several.
// Owns: matching arguments to signatures, compiling (or running op by op where a graph needs values). Leaves graphs to ./graph.
import { show, ValueError } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import { convertToTensor } from '../ops/core/convert.ts';
import { makeFunction } from '../runtime/function.ts';
import { Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import { VariableTensor } from '../runtime/variable.ts';
import { NeedsValues, type Operand } from './graph/operands.ts';
import type { FunctionRunner } from './graph/run-function.ts';
import { fill, match, placesIn, showTemplate, type Template, type TensorPlace } from './structure.ts';

/** A function of the graph with what it takes from the model. */
export class ConcreteFunction {
  readonly name: string;
  /** Positional arguments and keyword arguments. */
  readonly inputs: Template;
  readonly outputs: Template;
  readonly captured: readonly Operand[];
  readonly #runner: FunctionRunner;
  readonly #places: readonly TensorPlace[];
  #compiled: (inputs: readonly Tensor[]) => Operand[];
  #needsValues = false;

  constructor(runner: FunctionRunner, name: string, inputs: Template, outputs: Template, captured: readonly Operand[]) {
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs;
    this.captured = captured;
    this.#runner = runner;
    this.#places = placesIn(inputs);
    const run = (given: readonly Tensor[]): Operand[] => runner.call(name, [...given, ...captured]);
    this.#compiled = makeFunction(run);
  }
  get places(): readonly TensorPlace[] {
    return this.#places;
  }
  get variables(): VariableTensor[] {
    return this.captured.flatMap((operand) =>
      'variable' in operand && operand.variable instanceof VariableTensor ? [operand.variable] : [],
    );
  }
  /** Ops of the graph that are not known here. */
  missingOps(): Set<string> {
    return this.#runner.missingOps(this.name);
  }

  /** The results for tensors in the order of the places, in the structure of the outputs. */
  run(tensors: readonly Tensor[]): unknown {
    return fill(this.outputs, this.#results(tensors));
  }
  #results(tensors: readonly Tensor[]): Operand[] {
    if (!this.#needsValues) {
      try {
        return this.#compiled(tensors);
      } catch (error) {
        if (!(error instanceof NeedsValues)) throw error;
        this.#needsValues = true;
      }
    }
    return this.#runner.call(this.name, [...tensors, ...this.captured]);
  }
  /** A given value as the tensor of a place. */
  static convert(place: TensorPlace, value: unknown, where: string): Tensor {
    const wanted = place.dtype;
    const tensor = convertToTensor(value as TensorLike, value instanceof Tensor ? undefined : wanted, where);
    const shape = place.shape;
    const fits =
      (wanted === undefined || tensor.dtype === wanted) &&
      (shape === null || (shape.length === tensor.rank && shape.every((n, i) => n === null || n === tensor.shape[i])));
    if (!fits) throw new ValueError(`${where}: found ${tensor.dtype}(${tensor.shape.join(', ')}), wanted ${place}.`);
    return tensor;
  }
}

/** A signature: inputs by name to outputs by name. */
export interface SignatureFunction {
  (inputs: Readonly<Record<string, TensorLike>> | TensorLike): Record<string, Tensor>;
  readonly inputs: Readonly<Record<string, TensorPlace>>;
  readonly outputs: Readonly<Record<string, TensorPlace>>;
  readonly variables: readonly VariableTensor[];
}

export function signatureFunction(concrete: ConcreteFunction, name: string): SignatureFunction {
  const [, keywords] = concrete.inputs as readonly [Template, Template];
  const byName = new Map(placesIn(keywords).map((place) => [place.name, place]));
  const named = (template: Template): Record<string, TensorPlace> =>
    Object.fromEntries(Object.entries(isRecord(template) ? template : {})) as Record<string, TensorPlace>;
  const inputs = named(keywords);
  const keys = Object.keys(inputs).sort();
  const call = (given: Readonly<Record<string, TensorLike>> | TensorLike): Record<string, Tensor> => {
    const record = isRecord(given) ? (given as Readonly<Record<string, TensorLike>>) : { [keys[0] ?? '']: given };
    const missing = keys.filter((key) => record[key] === undefined);
    const unknown = Object.keys(record).filter((key) => !keys.includes(key));
    if (missing.length > 0 || unknown.length > 0 || (!isRecord(given) && keys.length !== 1))
      throw new ValueError(
        `signature '${name}': found inputs ${Object.keys(record).join(', ') || 'none'}; wanted ${showTemplate(keywords)}.`,
      );
    const tensors = keys.map((key) =>
      ConcreteFunction.convert(inputs[key]!, record[key], `signature '${name}': ${key}`),
    );
    return concrete.run(tensors) as Record<string, Tensor>;
  };
  return Object.assign(call, { inputs, outputs: named(concrete.outputs), variables: concrete.variables, byName });
}

/** What a Python function took: names of positional arguments with defaults, and keyword arguments. */
export interface FunctionArguments {
  readonly names: readonly string[];
  readonly defaults: ReadonlyMap<string, unknown>;
}
const snakeCase = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

/** A function with several signatures, called as in Python: arguments by position, then options. */
export function polymorphicFunction(
  name: string,
  concretes: readonly ConcreteFunction[],
  args: FunctionArguments,
): ((...given: unknown[]) => unknown) & { readonly variables: readonly VariableTensor[] } {
  const call = (...given: unknown[]): unknown => {
    const last = given.at(-1);
    const options =
      given.length > 1 && isRecord(last) ? last : given.length > args.names.length && isRecord(last) ? last : null;
    const positional = options ? given.slice(0, -1) : given;
    const byName = new Map(Object.entries(options ?? {}).map(([key, value]) => [snakeCase(key), value]));
    for (const concrete of concretes) {
      const [list, keywords] = concrete.inputs as readonly [readonly Template[], { readonly [key: string]: Template }];
      const values = list.map((_, i) => {
        const argument = args.names[i] ?? '';
        if (i < positional.length) return positional[i];
        return byName.has(argument) ? byName.get(argument) : (args.defaults.get(argument) ?? null);
      });
      const record = Object.fromEntries(
        Object.keys(keywords).map((key) => [key, byName.has(key) ? byName.get(key) : (args.defaults.get(key) ?? null)]),
      );
      const found = match([values.length > 0 || list.length > 0 ? list : [], keywords], [values, record], accepts);
      if (!found) continue;
      const { places } = concrete;
      return concrete.run(found.map((value, i) => ConcreteFunction.convert(places[i]!, value, name)));
    }
    const known = concretes.map(({ inputs }) => `  ${showTemplate(inputs)}`).join('\n');
    throw new ValueError(
      `${name}: no signature of the saved function fits ${given.map(describe).join(', ')}. It has:\n${known}`,
    );
  };
  return Object.assign(call, { variables: [...new Set(concretes.flatMap(({ variables }) => variables))] });
}
const describe = (value: unknown): string =>
  value instanceof Tensor ? `${value.dtype}(${value.shape.join(', ')})` : show(value);

/** Whether a value may stand in the place: a tensor of its dtype and shape, or numbers. */
function accepts(place: TensorPlace, value: unknown): boolean {
  if (value === null || value === undefined || typeof value === 'boolean') return false;
  if (!(value instanceof Tensor)) return true;
  const { shape } = place;
  return (
    (place.dtype === undefined || value.dtype === place.dtype) &&
    (shape === null || (shape.length === value.rank && shape.every((n, i) => n === null || n === value.shape[i])))
  );
}
