// keras.Function: the operations between symbolic tensors, to be applied again to other tensors; it has no state and is no layer.
// Owns: the class and the check of what it is given. The walk over the graph is functional-graph.ts.
import { type Class, callable } from '../../base/callable.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { type Shape, showShape } from '../../base/shape.ts';
import { flattenTree, mapTree } from '../../base/tree.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { isShape, shapesOf } from '../layers/layer.ts';
import { registerModule } from '../serialization.ts';
import { isTensor, KerasTensor, type Operation } from '../symbolic/keras-tensor.ts';
import { OperationBase } from '../symbolic/public-operation.ts';
import type { Structure, TensorLike, Tensors } from '../types.ts';
import { FunctionalGraph } from './functional-graph.ts';

interface Named {
  readonly name?: string | null | undefined;
}
type FunctionArguments<I extends Structure, O extends Structure> =
  | [inputs: I, outputs: O, options?: Named | string]
  | [options: { readonly inputs: I; readonly outputs: O } & Named];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances are functions.
class FunctionOfGraph<O extends Structure = Structure> extends OperationBase {
  readonly #graph: FunctionalGraph;

  constructor(...args: FunctionArguments<Structure, O>) {
    const [first, second, third] = args as readonly unknown[];
    const options = second === undefined && isRecord(first) && 'outputs' in first ? first : null;
    const { inputs, outputs } = options ?? { inputs: first, outputs: second };
    const more = options ?? (typeof third === 'string' ? { name: third } : (third ?? {}));
    super(more as Named);
    for (const [what, given] of Object.entries({ inputs, outputs }))
      if (given === undefined || given === null)
        throw new ValueError(`Function: ${what}: found ${show(given)}, wanted symbolic tensors.`);
    this.#graph = new FunctionalGraph(inputs, outputs, this.name);
  }

  /** The symbolic inputs as one list. */
  get inputs(): readonly Tensor[] {
    return this.#graph.inputs;
  }
  get outputs(): readonly Tensor[] {
    return this.#graph.outputs;
  }
  /** The layers and ops between them. */
  get operations(): readonly Operation[] {
    return [...this.#graph.operations];
  }

  /** The values in the order of the inputs, in whose structure they must stand. */
  #checked(given: unknown): Tensor[] {
    const wanted = this.#graph.inputs;
    const values: unknown[] = [];
    const place = (structure: unknown, value: unknown, path: string): void => {
      if (structure instanceof Tensor) values.push(value);
      else if (Array.isArray(structure)) {
        if (!Array.isArray(value) || value.length !== structure.length)
          this.#refuse(path, value, `a list of ${structure.length}`);
        structure.forEach((inner, i) => {
          place(inner, (value as unknown[])[i], `${path}[${i}]`);
        });
      } else {
        const keys = Object.keys(structure as object).sort();
        if (!isRecord(value) || Object.keys(value).sort().join() !== keys.join())
          this.#refuse(path, value, `a record of ${keys.join(', ')}`);
        for (const key of keys)
          place((structure as Record<string, unknown>)[key], (value as Record<string, unknown>)[key], `${path}.${key}`);
      }
    };
    place(this.#graph.inputStructure, given, 'inputs');
    return values.map((value, i) => {
      const like = wanted[i]!;
      const where = `Function '${this.name}': input '${like.name}'`;
      const tensor = value instanceof Tensor ? value : convertToTensor(value as TensorLike, undefined, where);
      const { shape } = tensor;
      const fits =
        shape.length === like.shape.length &&
        like.shape.every((n, axis) => n === null || shape[axis] === null || n === shape[axis]);
      if (!fits) throw new ShapeError(`${where} has shape ${showShape(shape)}, wanted ${showShape(like.shape)}.`);
      return tensor;
    });
  }
  #refuse(path: string, found: unknown, wanted: string): never {
    throw new ValueError(
      `Function '${this.name}': ${path}: found ${show(found)}, wanted ${wanted}, as it was made with.`,
    );
  }

  /** The outputs for other inputs, in the structure of the symbolic ones. */
  override call(inputs: unknown): Tensors<O> {
    return this.#graph.through(this.#checked(inputs), (node, args, kwargs) =>
      node.operation.run(args, kwargs),
    ) as Tensors<O>;
  }
  override computeOutputSpec(inputs: unknown): unknown {
    const given = this.#checked(inputs);
    const asMade = given.every((tensor, i) => String(tensor.shape) === String(this.#graph.inputs[i]!.shape));
    if (!asMade) return super.computeOutputSpec(...([inputs] as never[]));
    return mapTree(
      this.#graph.outputStructure,
      (output) => new KerasTensor((output as KerasTensor).shape, (output as KerasTensor).dtype),
      isTensor,
    );
  }
  /** The outputs' shapes for those of inputs, in the structure of the inputs. */
  computeOutputShape(inputShape: unknown): unknown {
    const shapes = flattenTree(inputShape, isShape) as Shape[];
    let at = 0;
    const symbolic = mapTree(
      inputShape,
      (shape) => new KerasTensor(shape as Shape, this.#graph.inputs[at++]?.dtype ?? 'float32'),
      isShape,
    );
    if (shapes.length !== this.#graph.inputs.length)
      this.#refuse('inputShape', inputShape, `shapes of ${this.#graph.inputs.length} inputs`);
    return shapesOf(this.computeOutputSpec(symbolic));
  }
}
interface FunctionOfGraph<O extends Structure = Structure> {
  // biome-ignore lint/style/useShorthandFunctionType: the interface is merged with the class.
  (inputs: Structure): Tensors<O>;
}

export interface Function<O extends Structure = Structure> extends FunctionOfGraph<O> {}
export interface FunctionClass {
  new <const O extends Structure>(...args: FunctionArguments<Structure, O>): Function<O>;
  <const O extends Structure>(...args: FunctionArguments<Structure, O>): Function<O>;
  readonly prototype: Function;
}
export const Function: FunctionClass = callable(
  FunctionOfGraph as new (
    ...args: never
  ) => FunctionOfGraph as never,
  'Function',
) as Class<never, never> as object as FunctionClass;
registerModule('keras', { Function });
