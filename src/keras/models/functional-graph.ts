import { ShapeError, SIDE_BY_SIDE, StateError, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { showShape } from '../../base/shape.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import { expandDims, squeeze } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { isTensor, KerasTensor, type Node, type Operation } from '../symbolic/keras-tensor.ts';
import { maskOf, setMask } from '../symbolic/mask.ts';
import type { CallOptions, TensorLike } from '../types.ts';
import { type GraphMap, mapGraph } from './graph-map.ts';

export class FunctionalGraph {
  readonly inputStructure: unknown;
  readonly outputStructure: unknown;
  readonly inputs: readonly KerasTensor[];
  readonly outputs: readonly KerasTensor[];
  readonly map: GraphMap;
  readonly #model: string;

  /** Whether the sizes of inputs must be those that it was made for, or only their ranks. */
  readonly #isExact: boolean;

  constructor(inputs: unknown, outputs: unknown, model: string, isExact = true) {
    this.#model = model;
    this.#isExact = isExact;
    this.inputStructure = inputs;
    this.outputStructure = outputs;
    this.inputs = tensorsOf(inputs, `model '${model}': inputs`);
    this.outputs = tensorsOf(outputs, `model '${model}': outputs`);
    this.map = mapGraph(this.inputs, this.outputs, model);
  }

  get operations(): readonly Operation[] {
    return this.map.operations;
  }
  has(node: Node): boolean {
    return this.map.nodes.includes(node);
  }

  /** The given values in the order of `inputs`. */
  #ordered(given: unknown): unknown[] {
    const structure = this.inputStructure;
    if (given instanceof Tensor) return [given];
    if (isRecord(given)) {
      const names = this.inputs.map((input) => input.name);
      if (!isRecord(structure)) return names.map((name) => this.#named(given, name, names));
      const keys = Object.keys(structure).sort();
      return keys.flatMap((key) => flattenTree(this.#named(given, key, keys), isLeaf));
    }
    return flattenTree(given, isLeaf);
  }
  #named(given: Record<string, unknown>, name: string, all: readonly string[]): unknown {
    if (Object.hasOwn(given, name)) return given[name];
    throw new ValueError(
      `model '${this.#model}': no input named '${name}' among ${Object.keys(given).join(', ') || 'nothing'}; wanted ${all.join(', ')}.`,
    );
  }

  /** The values as the inputs want them: dtype, and a trailing dimension of 1 more or less. */
  standardize(given: unknown): (Tensor | null)[] {
    const values = this.#ordered(given);
    if (values.length !== this.inputs.length) {
      throw new ValueError(
        `model '${this.#model}' has ${this.inputs.length} input${this.inputs.length === 1 ? '' : 's'} (${this.inputs.map((input) => input.name).join(', ')}), but was given ${values.length}.${values.length === 1 ? ` ${SIDE_BY_SIDE}.` : ''}`,
      );
    }
    return values.map((value, i) =>
      value === null || value === undefined ? null : this.#fitted(value as TensorLike, this.inputs[i]!),
    );
  }
  #fitted(value: TensorLike, wanted: KerasTensor): Tensor {
    const given = convertToTensor(value, undefined, `model '${this.#model}': input '${wanted.name}'`);
    let tensor = given;
    if (tensor.dtype !== wanted.dtype && tensor.dtype !== 'string' && wanted.dtype !== 'string') {
      // Whole numbers are welcome where floats are wanted, and the other way round.
      tensor = cast(tensor, wanted.dtype);
    }
    const [rank, wantedRank] = [tensor.rank, wanted.rank];
    if (rank === wantedRank + 1 && tensor.shape.at(-1) === 1) tensor = squeeze(tensor, -1);
    else if (rank === wantedRank - 1 && wanted.shape.at(-1) === 1) tensor = expandDims(tensor, -1);
    const fits =
      tensor.rank === wantedRank &&
      wanted.shape.every(
        (n, axis) =>
          !this.#isExact || axis === 0 || n === null || tensor.shape[axis] === null || tensor.shape[axis] === n,
      );
    if (!fits) {
      throw new ShapeError(
        `model '${this.#model}': input '${wanted.name}' has shape ${showShape(given.shape)}, wanted ${showShape(wanted.shape)}.${rank === wantedRank - 1 ? ' A batch of one sample needs a leading dimension: x.expandDims(0); a data set of single samples is batched by dataset.batch(32).' : ''}`,
      );
    }
    if (tensor !== given) {
      const mask = maskOf(given);
      if (mask) setMask(tensor, mask);
    }
    return tensor;
  }

  /** The outputs for these inputs. `training` reaches every layer, also those told otherwise where the model was made. */
  run(given: unknown, options: CallOptions = {}): unknown {
    return this.through(this.standardize(given), (node, args, kwargs) => {
      const training = options.training ?? kwargs.training;
      return node.operation.run(args, training === undefined || training === null ? kwargs : { ...kwargs, training });
    });
  }

  /** One pass over the nodes with `apply` for each. */
  through(
    values: readonly unknown[],
    apply: (node: Node, args: unknown[], kwargs: Record<string, unknown>) => unknown,
  ): unknown {
    const known = new Map<KerasTensor, unknown>();
    this.inputs.forEach((input, i) => void known.set(input, values[i]));
    for (const node of this.map.nodes) {
      if (node.isInput || !node.inputs.every((input) => known.has(input))) continue;
      const { args, kwargs } = node.fill(known);
      const results = flattenTree(apply(node, args, kwargs), isTensor).filter(isTensor);
      node.outputs.forEach((output, i) => void known.set(output, results[i]));
    }
    const results = this.outputs.map((output) => {
      if (!known.has(output))
        throw new StateError(`model '${this.#model}': the output ${output.name} does not depend on the inputs.`);
      return known.get(output);
    });
    return packTree(this.outputStructure, results, isTensor);
  }
}

const isLeaf = (value: unknown): boolean =>
  value instanceof Tensor ||
  ArrayBuffer.isView(value) ||
  (Array.isArray(value) && (value.length === 0 || typeof value[0] === 'number')) ||
  value === null;

function tensorsOf(structure: unknown, where: string): KerasTensor[] {
  const list = flattenTree(structure, isTensor);
  if (list.length === 0)
    throw new ValueError(`${where}: found none, wanted symbolic tensors: Input(…) or what layers gave for it.`);
  for (const item of list) {
    if (!(item instanceof KerasTensor))
      throw new ValueError(
        `${where}: found ${item instanceof Tensor ? 'a tensor with values' : String(item)}, wanted symbolic tensors: Input(…) or what layers gave for it.`,
      );
  }
  return list as KerasTensor[];
}
