// TimeDistributed: a layer applied to each time step by itself.
// Source: https://keras.io/api/layers/recurrent_layers/time_distributed/
import { type Class, callable } from '../../../base/callable.ts';
import { ShapeError, StateError, show } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import { reshape, stack, transpose, unstack } from '../../../ops/core/arrange.ts';
import { convertToTensor } from '../../../ops/core/convert.ts';
import { scan } from '../../../runtime/control.ts';
import { Tensor } from '../../../runtime/tensor.ts';
import { placeOf } from '../../serialization.ts';
import type { CallOptions, Structure, TensorLike } from '../../types.ts';
import { BaseWrapper, type WrapperArgs, wrapperDefinitions } from '../core/wrapper.ts';
import { isShape, type LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { Weight } from '../weight.ts';
import { RecurrentLayer } from './recurrent-layer.ts';

const options = layerSchema('TimeDistributed', wrapperDefinitions, { positional: ['layer'] });
export interface TimeDistributedOptions extends LayerOptionsOf<typeof options> {}
type Args = WrapperArgs<TimeDistributedOptions>;

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class TimeDistributedLayer extends BaseWrapper<Tensor> {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
    this.supportsMasking = true;
  }
  #childShape(inputShape: Shape): Shape {
    if (!isShape(inputShape) || inputShape.length < 3)
      throw new ShapeError(
        `layer '${this.name}': found input of shape ${show(inputShape)}, wanted at least three dimensions: (batch, time, …).`,
      );
    return [inputShape[0]!, ...inputShape.slice(2)];
  }
  override build(inputShape: Shape): void {
    super.build(this.#childShape(inputShape));
  }
  protected override get takesMask(): boolean {
    return true;
  }
  /** (batch, time, …) → the layer's output for each step, (batch, time, …) */
  override call(inputs: Structure, { training, mask }: CallOptions = {}): Tensor {
    const x = inputs as Tensor;
    const steps = timeFirst(x);
    const counts = mask === null || mask === undefined ? null : timeFirst(this.#checkedMask(mask as TensorLike, x));
    const apply = (step: Tensor, own: Tensor | undefined): Tensor =>
      this.#single(this.layer.call(step, own ? { training, mask: own } : { training }));
    if (bySample(this.layer, training ?? false)) {
      // All steps at once, as if they were samples.
      const folded = (t: Tensor): Tensor => reshape(t, [-1, ...t.dims.slice(2)]);
      const y = apply(folded(steps), counts ? folded(counts) : undefined);
      return timeFirst(reshape(y, [...steps.dims.slice(0, 2), ...y.dims.slice(1)]));
    }
    if (plain(this.layer)) {
      const { results } = scan(
        (_, [step, own]) => ({ carry: [], results: [apply(step!, own)] }),
        [],
        counts ? [steps, counts] : [steps],
        steps.dims[0]!,
      );
      return timeFirst(results[0]!);
    }
    const masks = counts ? unstack(counts) : [];
    return timeFirst(stack(unstack(steps).map((step, i) => apply(step, masks[i]))));
  }
  #single(output: Structure): Tensor {
    if (output instanceof Tensor) return output;
    throw new StateError(
      `layer '${this.name}': the wrapped layer '${this.layer.name}' gave ${show(output)}, wanted one tensor.`,
    );
  }
  #checkedMask(given: TensorLike, x: Tensor): Tensor {
    const mask = convertToTensor(given, undefined, `layer '${this.name}': mask`);
    if (mask.rank < 2 || mask.dims[0] !== x.dims[0] || mask.dims[1] !== x.dims[1])
      throw new ShapeError(
        `layer '${this.name}': the mask has shape ${showShape(mask.dims)} and the input ${showShape(x.dims)}; wanted a mask that begins with (${x.dims[0]}, ${x.dims[1]}).`,
      );
    return mask;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const child = this.layer.computeOutputShape(this.#childShape(inputShape));
    return [child[0] ?? null, inputShape[1] ?? null, ...child.slice(1)];
  }
}

/** (batch, time, …) ⇄ (time, batch, …) */
const timeFirst = (x: Tensor): Tensor => transpose(x, [1, 0, ...x.dims.slice(2).map((_, i) => i + 2)]);

/** Built-in layers whose computation is the user's. */
const free = new Set(['Lambda', 'Functional', 'Model', 'Layer', 'TorchModuleWrapper']);
const builtIn = (layer: LayerBase): boolean => /^keras(\.|$)/.test(placeOf(layer.constructor)?.module ?? '');
/** No losses on the way, which would count once instead of once for each step, and no time axis inside. */
const plain = (layer: LayerBase): boolean =>
  layer
    .flattenLayers()
    .every(
      (part) => builtIn(part) && !(part instanceof RecurrentLayer) && (part === layer || !part.activityRegularizer),
    );
/** Whether each sample's output depends on that sample alone, so that steps can be samples. */
const bySample = (layer: LayerBase, training: boolean): boolean =>
  layer
    .flattenLayers()
    .every(
      (part) =>
        builtIn(part) &&
        !free.has(part.constructor.name) &&
        !(part instanceof RecurrentLayer && part.stateful) &&
        (part === layer || !part.activityRegularizer),
    ) &&
  (!training || layer.variables.every((variable) => variable instanceof Weight && variable.madeTrainable));

interface TimeDistributedLayer extends LayerValues<typeof options> {}
export interface TimeDistributed extends TimeDistributedLayer {}
export const TimeDistributed: Class<Args, TimeDistributed> = callable(TimeDistributedLayer, 'TimeDistributed');
