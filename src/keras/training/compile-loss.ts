// The loss that compile was given: one for each output, weighted and summed.
// Owns: matching losses to outputs, their weights, the tracking of each when there are several. Leaves losses to ../losses.
import { show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import type { Shape } from '../../base/shape.ts';
import { flattenTree } from '../../base/tree.ts';
import { add, cast, multiply } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import * as losses from '../losses/index.ts';
import { Mean } from '../metrics/index.ts';
import { toSnakeCase } from '../names.ts';
import { isTensor } from '../symbolic/keras-tensor.ts';
import type { Structure } from '../types.ts';
import { checkLabels, type LabelRange, labelRange, takesLabels } from './labels.ts';
import { type OutputNames, type Outputs, outputsOf, perOutput } from './outputs.ts';

type LossCall = (yTrue: Tensor, yPred: Tensor, options?: { sampleWeight?: Tensor | null }) => Tensor;
interface OutputLoss {
  readonly call: LossCall;
  readonly weight: number | null;
  readonly tracker: InstanceType<typeof Mean> | null;
}

const isAutomatic = (loss: unknown): boolean => typeof loss === 'string' && /^(crossentropy|ce)$/i.test(loss);
/** 'crossentropy' chooses by the shapes. */
function crossentropyFor(yTrue: Tensor, yPred: Shape): string {
  if (yPred.at(-1) === 1) return 'binary_crossentropy';
  return yTrue.rank < yPred.length || yTrue.shape.at(-1) === 1
    ? 'sparse_categorical_crossentropy'
    : 'categorical_crossentropy';
}

function lossOf(identifier: unknown, yTrue: Tensor, yPred: Tensor): LossCall {
  const name = isAutomatic(identifier) ? crossentropyFor(yTrue, yPred.shape) : identifier;
  const found = losses.get(name as losses.Like);
  if (found instanceof losses.Loss) return found as LossCall;
  if (typeof found !== 'function')
    throw new ValueError(`compile: loss: found ${show(identifier)}, wanted a name, a function or a Loss.`);
  const wrapped = new losses.LossFunctionWrapper(found as losses.LossFunction, {
    name: typeof identifier === 'string' ? identifier : toSnakeCase(found.name || 'loss'),
  });
  return wrapped as LossCall;
}

export class CompileLoss {
  readonly given: unknown;
  readonly weights: unknown;
  readonly #names: OutputNames;
  #outputs: readonly (OutputLoss | null)[] | null = null;
  /** Whether any output may take class numbers. */
  readonly labelled: boolean;
  /** Names and shapes of the outputs, as far as they are known. */
  #seen: { readonly outputs: Outputs; readonly shapes: readonly Shape[] } | null = null;
  #ranges: readonly (LabelRange | null)[] | null = null;
  /** The symbolic outputs that were looked at last. */
  #symbols: Structure | null = null;

  /**
   * Whether the losses of several outputs are averaged over samples. Keras does so where steps run eagerly; in compiled steps
   * its tracker does not know the size of the batch, and every batch counts alike.
   */
  readonly #countsSamples: boolean;

  constructor(given: unknown, weights: unknown, names: OutputNames, countsSamples = false) {
    this.#countsSamples = countsSamples;
    this.given = given;
    this.weights = weights;
    this.#names = names;
    this.labelled = flattenTree(given).some((loss) => isAutomatic(loss) || takesLabels(loss));
  }
  get metrics(): InstanceType<typeof Mean>[] {
    return (this.#outputs ?? []).flatMap((output) => (output?.tracker ? [output.tracker] : []));
  }

  #build(yTrue: readonly (Tensor | null)[], { list: yPred, names, flat }: Outputs): readonly (OutputLoss | null)[] {
    const count = yPred.length;
    const each = perOutput(flat ? flat(this.given) : this.given, count, names, 'loss', true);
    const weights =
      this.weights === null || this.weights === undefined
        ? []
        : perOutput(flat ? flat(this.weights) : this.weights, count, names, 'lossWeights', true);
    const used = each.filter((loss) => loss !== null && loss !== undefined).length;
    return each.map((identifier, i) => {
      if (identifier === null || identifier === undefined) return null;
      const call = lossOf(identifier, targetOf(yTrue, i, names), yPred[i]!);
      const name = names[i] ?? (call as { name?: string }).name ?? `output_${i}`;
      const weight = weights[i];
      if (weight !== undefined && weight !== null && typeof weight !== 'number')
        throw new ValueError(`compile: lossWeights: found ${show(weight)}, wanted a number for each output.`);
      return {
        call,
        weight: typeof weight === 'number' ? weight : null,
        tracker: used > 1 ? new Mean({ name: `${name}_loss` }) : null,
      };
    });
  }

  #see(outputs: Outputs): void {
    const shapes = outputs.list.map((output) => output.shape);
    if (this.#seen && shapes.every((shape, i) => shape.at(-1) === this.#seen!.shapes[i]?.at(-1))) return;
    this.#seen = { outputs, shapes };
    this.#ranges = null;
  }
  /**
   * Refuses labels out of range in the targets of a batch or of all samples. `outputs` are the symbolic outputs of a
   * functional model; of others the classes are known after the first step. Gives whether they were known.
   */
  checkLabels(yTrue: Structure | null, outputs: Structure | null, where: string): boolean {
    if (!this.labelled || yTrue === null || yTrue === undefined) return true;
    if (outputs !== null && outputs !== this.#symbols) {
      this.#see(outputsOf(outputs, this.#names));
      this.#symbols = outputs;
    }
    if (!this.#seen) return false;
    const { outputs: seen, shapes } = this.#seen;
    const { names } = seen;
    const given = seen.flat ? seen.flat(this.given) : this.given;
    const targets = targetsOf(yTrue, seen, given);
    this.#ranges ??= perOutput(given, shapes.length, names, 'loss', true).map((loss, i) => {
      const target = targets[i];
      if (!target) return null;
      return labelRange(isAutomatic(loss) ? crossentropyFor(target, shapes[i]!) : loss, shapes[i]!, names[i] ?? null);
    });
    this.#ranges.forEach((range, i) => {
      const target = targets[i];
      if (range && target) checkLabels(target, range, where);
    });
    return true;
  }

  /** The sum over the outputs; null when no output has a loss. */
  call(yTrue: Structure, yPred: Structure, sampleWeight: Structure | null): Tensor | null {
    const outputs = outputsOf(yPred, this.#names);
    const { list: predictions, names } = outputs;
    const targets = targetsOf(yTrue, outputs, outputs.flat ? outputs.flat(this.given) : this.given);
    this.#outputs ??= this.#build(targets, outputs);
    if (this.labelled) this.#see(outputs);
    const weights = weightsOf(sampleWeight, outputs);
    let total: Tensor | null = null;
    this.#outputs.forEach((output, i) => {
      if (!output) return;
      const prediction = predictions[i]!;
      let value = output.call(targetOf(targets, i, names), prediction, { sampleWeight: weights[i] ?? null });
      if (value.dtype !== 'float32') value = cast(value, 'float32');
      output.tracker?.updateState(value, this.#countsSamples ? { sampleWeight: prediction.dims[0] ?? 1 } : {});
      if (output.weight !== null) value = multiply(value, output.weight);
      total = total ? add(total, value) : value;
    });
    return total;
  }
}

function targetOf(targets: readonly (Tensor | null)[], i: number, names: readonly (string | null)[]): Tensor {
  const target = targets[i];
  if (!target)
    throw new ValueError(`compile: output ${names[i] ?? i} has a loss, but no target was given for it in y.`);
  return target;
}

/** The targets in the order of the outputs. */
export function targetsOf(y: Structure, outputs: Outputs, losses: unknown = null): (Tensor | null)[] {
  const { names, flat } = outputs;
  const count = outputs.list.length;
  const yTrue = (flat ? flat(y) : y) as Structure;
  if (count === 1) {
    const own = isRecord(yTrue) && names[0] ? (yTrue as Record<string, Tensor>)[names[0]] : undefined;
    const list = own ? [own] : (flattenTree(yTrue, isTensor).filter(isTensor) as Tensor[]);
    if (list.length > 1)
      throw new ValueError(`y has ${list.length} targets, but the model has 1 output; wanted one target.`);
    return [list[0] ?? null];
  }
  if (isRecord(yTrue)) {
    const record = yTrue as Record<string, Tensor>;
    return names.map((name) => (name !== null ? (record[name] ?? null) : null));
  }
  const list = flattenTree(yTrue, (value) => isTensor(value) || value === null) as (Tensor | null)[];
  if (list.length === count) return list;
  // Outputs without a loss need no target.
  const given = Array.isArray(losses)
    ? losses
    : isRecord(losses)
      ? names.map((name) => (name === null ? null : (losses[name] ?? null)))
      : [];
  if (given.filter((loss) => loss !== null).length === list.length) {
    let next = 0;
    return given.map((loss) => (loss === null ? null : (list[next++] ?? null)));
  }
  throw new ValueError(
    `y has ${list.length} target${list.length === 1 ? '' : 's'}, but the model has ${count} outputs (${names.map((name) => name ?? '?').join(', ')}); wanted one target for each, in a list or a record by name.`,
  );
}

/** Sample weights for each output: one for all, or one each. */
export function weightsOf(given: Structure | null, { list: outputs, names, flat }: Outputs): (Tensor | null)[] {
  if (given === null || given === undefined) return [];
  const count = outputs.length;
  const sampleWeight = (flat ? flat(given) : given) as Structure;
  if (isRecord(sampleWeight))
    return names.map((name) => (name === null ? null : ((sampleWeight as Record<string, Tensor>)[name] ?? null)));
  const list = flattenTree(sampleWeight, (value) => isTensor(value) || value === null) as (Tensor | null)[];
  return list.length >= count ? list : Array.from({ length: count }, () => list[0] ?? null);
}
