// Bidirectional: a recurrent layer and its copy that runs the other way.
// Source: https://keras.io/api/layers/recurrent_layers/bidirectional/
import { type Class, callable } from '../../../base/callable.ts';
import { StateError, show, ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import { concat, reverse } from '../../../ops/core/arrange.ts';
import { add, cast, divide, multiply } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import type { Config, Json } from '../../schema.ts';
import * as o from '../../schema.ts';
import { customObjectScope, instantiate, placeOf } from '../../serialization.ts';
import type { Inputs, Structure } from '../../types.ts';
import { layerKind, type WrapperArgs } from '../core/wrapper.ts';
import { LayerBase, type Result } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { readBuildConfig, stateShapesOf, withStateShapes } from './build-config.ts';
import { type RecurrentCallOptions, splitInitialState } from './recurrent-layer.ts';

const options = layerSchema(
  'Bidirectional',
  {
    mergeMode: o.optional(o.nullable(o.oneOf('concat', 'sum', 'mul', 'ave')), 'concat'),
    layer: o.required(layerKind),
    backwardLayer: o.optional(o.nullable(layerKind), null),
  },
  { positional: ['layer', 'mergeMode'] },
);
export interface BidirectionalOptions extends LayerOptionsOf<typeof options> {}
type Args = WrapperArgs<BidirectionalOptions>;

/** What is asked of the layer: what recurrent layers have. */
interface Directed extends LayerBase {
  goBackwards: boolean;
  stateful: boolean;
  returnSequences: boolean;
  returnState: boolean;
  zeroOutputForMask?: boolean;
  readonly states?: readonly VariableTensor[] | null;
  resetStates?(): void;
}
const asked = ['goBackwards', 'returnSequences', 'returnState'] as const;

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class BidirectionalLayer extends LayerBase<Structure> {
  static override readonly schema = options;
  readonly forwardLayer: LayerBase;
  declare readonly backwardLayer: LayerBase;
  #stateShapes: Json | null = null;

  constructor(...args: Args) {
    super(options, args);
    const given = this.layer as Directed;
    for (const name of asked)
      if (typeof Reflect.get(given, name) !== 'boolean')
        throw new ValueError(
          `Bidirectional: layer: found ${given.constructor.name} '${given.name}', which has no ${name}; wanted a recurrent layer, such as LSTM(32).`,
        );
    const back = this.backwardLayer as Directed | null;
    // Copies, so that the layer given keeps its weights to itself.
    const forward = copied(given, `forward_${given.name.replace(/^forward_/, '')}`, {});
    const other = back ?? copied(given, `backward_${given.name.replace(/^backward_/, '')}`, { go_backwards: true });
    this.forwardLayer = forward;
    Reflect.set(this, 'backwardLayer', other);
    // The option is the forward layer, for files; it is not a third layer.
    Object.defineProperty(this, 'layer', { value: forward, enumerable: false });
    checkPair(forward, other);
    // Masked steps of the two must not add up to something.
    for (const layer of [forward, other])
      if (typeof layer.zeroOutputForMask === 'boolean') layer.zeroOutputForMask = layer.returnSequences;
    this.supportsMasking = true;
    this.inputSpec = given.inputSpec;
  }
  /** The forward layer's weights come first. */
  protected override tracked(): ReturnType<LayerBase['tracked']> {
    return { ...super.tracked(), layers: [...this.#pair] };
  }
  get #pair(): readonly [Directed, Directed] {
    return [this.forwardLayer as Directed, this.backwardLayer as Directed];
  }
  get goBackwards(): boolean {
    return this.#pair[0].goBackwards;
  }
  get stateful(): boolean {
    return this.#pair[0].stateful;
  }
  get returnSequences(): boolean {
    return this.#pair[0].returnSequences;
  }
  get returnState(): boolean {
    return this.#pair[0].returnState;
  }
  /** Of stateful layers: where the two stand now, the forward one first. */
  get states(): readonly VariableTensor[] | null {
    const [forward, backward] = this.#pair.map((layer) => layer.states ?? null);
    return forward && backward ? [...forward, ...backward] : null;
  }
  resetStates(): void {
    if (!this.stateful)
      throw new StateError(
        `layer '${this.name}': resetStates needs stateful layers; make the layer with { stateful: true }.`,
      );
    for (const layer of this.#pair) layer.resetStates?.();
  }
  resetState(): void {
    this.resetStates();
  }
  override build(inputShape: Shape): void {
    for (const layer of this.#pair) if (!layer.built) layer.build(inputShape);
  }
  override getBuildConfig(): Config | null {
    return withStateShapes(super.getBuildConfig(), this.#stateShapes);
  }
  override buildFromConfig(config: Config): void {
    const { build, states } = readBuildConfig(config);
    this.#stateShapes = states;
    super.buildFromConfig(build);
  }
  override invoke(inputs: Inputs, options: RecurrentCallOptions = {}): Result<this> {
    const [sequence, given] = splitInitialState(inputs, options);
    if (!this.built) this.#stateShapes = stateShapesOf(given.initialState);
    return super.invoke(sequence, given);
  }
  protected override get takesMask(): boolean {
    return true;
  }
  /** (batch, time, …) through both layers, their outputs merged; with returnState then the states of both. */
  override call(inputs: Structure, { initialState, mask, training }: RecurrentCallOptions = {}): Structure {
    const states = this.#halves(initialState);
    const [forward, backward] = this.#pair.map((layer, i) =>
      layer(inputs, { mask, training, initialState: states[i] } as RecurrentCallOptions),
    ) as [Structure, Structure];
    const first = (result: Structure): Tensor =>
      cast((this.returnState ? (result as readonly Structure[])[0] : result) as Tensor, this.computeDtype);
    const y = first(forward);
    const back = first(backward);
    const merged = this.#merge(y, this.returnSequences ? reverse(back, 1) : back);
    if (!this.returnState) return merged;
    const after = [forward, backward].flatMap((result) => (result as readonly Structure[]).slice(1));
    return Array.isArray(merged) ? [...merged, ...after] : [merged, ...after];
  }
  #halves(given: Inputs | null | undefined): readonly (Inputs | null)[] {
    if (given === null || given === undefined) return [null, null];
    if (!Array.isArray(given) || given.length % 2 !== 0 || given.length === 0)
      throw new ValueError(
        `layer '${this.name}': initialState is ${show(given)}, wanted a list: the states of the forward layer, then as many of the backward one.`,
      );
    const half = given.length / 2;
    return [given.slice(0, half), given.slice(half)].map((list) => (list.length === 1 ? list[0] : list)) as Inputs[];
  }
  #merge(y: Tensor, back: Tensor): Structure {
    switch (this.mergeMode) {
      case 'concat':
        return concat([y, back], -1);
      case 'sum':
        return add(y, back);
      case 'ave':
        return divide(add(y, back), 2);
      case 'mul':
        return multiply(y, back);
      default:
        return [y, back];
    }
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const [forward, backward] = this.#pair.map((layer) => {
      const shape = layer.computeOutputShape(inputShape) as readonly unknown[];
      return this.returnState
        ? { output: shape[0] as Shape, states: shape.slice(1) }
        : { output: shape as Shape, states: [] };
    }) as [{ output: Shape; states: unknown[] }, { output: Shape; states: unknown[] }];
    const widths = [forward, backward].map(({ output }) => output.at(-1) ?? null);
    const outputs: unknown[] =
      this.mergeMode === null
        ? [forward.output, backward.output]
        : this.mergeMode === 'concat'
          ? [[...forward.output.slice(0, -1), widths.includes(null) ? null : widths[0]! + widths[1]!]]
          : [forward.output];
    const all = [...outputs, ...forward.states, ...backward.states];
    return (all.length === 1 ? all[0] : all) as Shape;
  }
  override computeMask(_inputs: Structure, mask: Structure | null): Structure | null {
    const given = Array.isArray(mask) ? ((mask as readonly Structure[])[0] ?? null) : mask;
    if (!this.returnSequences || given === null) return null;
    return this.mergeMode === null ? [given, given] : given;
  }
}

/** A layer with the same options and weights of its own. */
function copied(layer: LayerBase, name: string, changes: Config): Directed {
  const config = { ...layer.getConfig(), ...changes, name };
  // Cells of the user's own need not be registered to be copied.
  const classes = layer
    .flattenLayers()
    .map((part) => part.constructor)
    .filter((type) => placeOf(type) === undefined);
  return customObjectScope(Object.fromEntries(classes.map((type) => [type.name, type])), () => {
    return instantiate(layer.constructor, config) as Directed;
  });
}
function checkPair(forward: Directed, backward: Directed): void {
  if (forward.goBackwards === backward.goBackwards)
    throw new ValueError(
      `Bidirectional: both layers have goBackwards: ${forward.goBackwards}; wanted one of each. Make the backwardLayer with { goBackwards: ${!forward.goBackwards} }.`,
    );
  for (const name of ['stateful', 'returnSequences', 'returnState'] as const)
    if (forward[name] !== backward[name])
      throw new ValueError(
        `Bidirectional: layer '${forward.name}' has ${name}: ${forward[name]}, backwardLayer '${backward.name}' has ${name}: ${backward[name]}; wanted the same of both.`,
      );
}
interface BidirectionalLayer extends Omit<LayerValues<typeof options>, 'backwardLayer'> {
  (inputs: Inputs, options?: RecurrentCallOptions): Result<this>;
}
export interface Bidirectional extends BidirectionalLayer {}
export const Bidirectional: Class<Args, Bidirectional> = callable(BidirectionalLayer, 'Bidirectional');
