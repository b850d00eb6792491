// The one test that every layer passes: config and back, shapes with an unknown batch, gradients against finite
// differences, eager = compiled, half precision, masks, files. For tests only; the library does not import it.
// Owns: the checks, as errors that say what differs. Golden numbers of real Keras are the conformance runner's.
import { type DType, isFloating } from '../../base/dtype.ts';
import { StateError, show } from '../../base/errors.ts';
import { type Dims, type Shape, showShape, sizeOf } from '../../base/shape.ts';
import { flattenTree } from '../../base/tree.ts';
import { GradientTape } from '../../ops/core/gradients.ts';
import { cast, multiply } from '../../ops/math/elementwise.ts';
import { reduceSum } from '../../ops/math/reduce.ts';
import { platform } from '../../platform/platform.ts';
import { resolve } from '../../runtime/execute.ts';
import { makeFunction } from '../../runtime/function.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import type { DTypeLike } from '../dtype-policy.ts';
import { Model } from '../models/functional.ts';
import { loadModel } from '../saving/load-model.ts';
import type { Json } from '../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import { isTensor, KerasTensor } from '../symbolic/keras-tensor.ts';
import { maskOf, setMask } from '../symbolic/mask.ts';
import type { Inputs, Structure } from '../types.ts';
import { Input } from './core/input-layer.ts';
import type { LayerBase } from './layer.ts';

export interface LayerTest {
  /** Makes the layer. `dtype` is the policy under which this check runs. */
  readonly make: (options: { readonly dtype: DTypeLike }) => LayerBase;
  /** Shapes of the inputs, batch included; several make a list, or separate arguments where `call` says so. */
  readonly inputs: readonly Dims[];
  /** How the layer is called; by default on its input, or on the list of its inputs. */
  readonly call?: (layer: LayerBase, inputs: readonly Tensor[]) => unknown;
  /** Of the first output, null for the batch. */
  readonly output: Shape;
  /** Whole numbers below this, in place of floats. */
  readonly integers?: number;
  /** Inputs are of these, in place of numbers. */
  readonly strings?: readonly string[];
  readonly training?: boolean;
  /** Whether the layer passes a mask (batch, steps) of its input on; undefined: not asked. */
  readonly passesMask?: boolean;
  /** How far results in half precision may be off. */
  readonly halfTolerance?: number;
  /** Parts not to check, and why is said beside the call. */
  readonly without?: readonly ('config' | 'gradients' | 'compiled' | 'half' | 'symbolic' | 'saved')[];
}

type Drawn = Pick<LayerTest, 'integers' | 'strings'>;
/** Numbers in (−1, 1) that never tie: the fractional parts of multiples of the golden ratio. */
const spread = (i: number): number => 2 * ((i * 0.6180339887498949 + 0.137) % 1) - 1;

function numbers(dims: Dims, first: number, dtype: DType, { integers, strings }: Drawn = {}): Tensor {
  const size = sizeOf(dims);
  if (strings)
    return eagerTensor(
      Array.from({ length: size }, (_, i) => strings[(i * 7 + first) % strings.length]!),
      dims,
      'string',
    );
  if (integers !== undefined)
    return eagerTensor(
      Int32Array.from({ length: size }, (_, i) => (i * 7 + first) % integers),
      dims,
      'int32',
    );
  const values = Float64Array.from({ length: size }, (_, i) => spread(i + first));
  return cast(eagerTensor(values, dims, 'float64'), dtype);
}
const outputsOf = (result: unknown): Tensor[] =>
  flattenTree(result, isTensor)
    .filter(isTensor)
    .map((x) => resolve(x));
const valuesOf = (x: Tensor): number[] => Array.from(cast(x, 'float64').dataSync() as ArrayLike<number>, Number);

function close(found: Tensor, wanted: Tensor, tolerance: number, what: string): void {
  const [a, b] = [valuesOf(found), valuesOf(wanted)];
  if (showShape(found.shape) !== showShape(wanted.shape))
    throw new StateError(`${what}: found shape ${showShape(found.shape)}, wanted ${showShape(wanted.shape)}.`);
  a.forEach((x, i) => {
    if (!(Math.abs(x - b[i]!) <= tolerance * (1 + Math.abs(b[i]!))))
      throw new StateError(`${what}: element ${i} is ${x}, wanted ${b[i]} within ${tolerance}.`);
  });
}

function allClose(found: readonly Tensor[], wanted: readonly Tensor[], tolerance: number, what: string): void {
  for (const [i, x] of found.entries()) close(x, wanted[i]!, tolerance, `${what} ${i}`);
}

class Run {
  readonly layer: LayerBase;
  readonly inputs: readonly Tensor[];
  readonly #test: LayerTest;
  readonly #dtype: DType;
  constructor(test: LayerTest, policy: DTypeLike, inputDType: DType, layer = test.make({ dtype: policy })) {
    this.#test = test;
    this.#dtype = inputDType;
    this.layer = layer;
    this.inputs = test.inputs.map((dims, i) => numbers(dims, 1000 * i + 1, inputDType, test));
    // Weights that are not 0 or 1, so that each of them shows.
    this.call();
    this.layer.weights.forEach((weight, i) => {
      if (!isFloating(weight.dtype)) return;
      const values = numbers(weight.dims, 500 * i + 77, weight.dtype);
      weight.set(weight.trainable ? values : cast(multiply(values, values), weight.dtype));
    });
  }
  call(inputs: readonly Tensor[] = this.inputs): unknown {
    if (this.#test.call) return this.#test.call(this.layer, inputs);
    const given = (inputs.length === 1 ? inputs[0] : inputs) as Inputs;
    return this.layer(given, { training: this.#test.training });
  }
  get dtype(): DType {
    return this.#dtype;
  }
}

export async function testLayer(test: LayerTest): Promise<void> {
  const skipped = new Set(test.without);
  const run = new Run(test, 'float32', 'float32');
  const state = run.layer.weights.map((weight) => weight.snapshot());
  const restore = (): void => {
    for (const [i, weight] of run.layer.weights.entries()) weight.set(state[i]!);
  };
  const wanted = outputsOf(run.call());
  const moved = run.layer.weights.map((weight) => weight.snapshot());
  restore();
  const [first] = wanted;
  const concrete = test.output.map((n, axis) => n ?? first!.shape[axis]);
  if (showShape(first!.shape) !== showShape(concrete as Shape))
    throw new StateError(`output: found shape ${showShape(first!.shape)}, wanted ${showShape(test.output)}.`);

  if (!skipped.has('config')) checkConfig(test, run, wanted);
  if (!skipped.has('symbolic')) checkSymbolic(test, run, wanted);
  if (!skipped.has('compiled')) {
    const compiled = makeFunction((...inputs: Tensor[]) => outputsOf(run.call(inputs)));
    allClose(compiled(...run.inputs) as Tensor[], wanted, 2e-5, 'compiled, output');
    allClose(run.layer.getWeights(), moved, 2e-5, 'compiled, weight afterwards');
    restore();
  }
  if (!skipped.has('gradients')) checkGradients(test);
  if (!skipped.has('half')) checkHalf(test, wanted);
  if (!skipped.has('saved') && !skipped.has('symbolic')) await checkSaved(test, run, wanted);
  if (test.passesMask !== undefined) checkMask(test, test.passesMask);
}

/** The config through JSON gives the same config, and with the same weights the same outputs. */
function checkConfig(test: LayerTest, run: Run, wanted: readonly Tensor[]): void {
  const config = JSON.parse(JSON.stringify(serializeKerasObject(run.layer))) as Json;
  const again = deserializeKerasObject(config, { modules: ['keras.layers'] }) as LayerBase;
  const second = JSON.parse(JSON.stringify(serializeKerasObject(again))) as Json;
  const inner = (json: Json): string => JSON.stringify((json as { config: Json }).config);
  if (inner(config) !== inner(second)) throw new StateError(`config: found ${inner(second)}, wanted ${inner(config)}.`);
  const other = new Run(test, 'float32', 'float32', again);
  other.layer.setWeights(run.layer.getWeights());
  allClose(outputsOf(other.call()), wanted, 1e-6, 'layer from config, output');
}

/** A symbolic call with an unknown batch gives the shapes that numbers give. */
function checkSymbolic(test: LayerTest, run: Run, wanted: readonly Tensor[]): void {
  const layer = test.make({ dtype: 'float32' });
  const symbols = test.inputs.map((dims, i) => new KerasTensor([null, ...dims.slice(1)], run.inputs[i]!.dtype));
  const given = (symbols.length === 1 ? symbols[0] : symbols) as Inputs;
  const result = test.call ? test.call(layer, symbols) : layer(given, { training: test.training });
  const outputs = flattenTree(result, isTensor).filter(isTensor);
  outputs.forEach((x, i) => {
    const shape = i === 0 ? test.output : [null, ...wanted[i]!.shape.slice(1)];
    if (showShape(x.shape) !== showShape(shape) || x.dtype !== wanted[i]!.dtype)
      throw new StateError(
        `symbolic output ${i}: found ${x.dtype}${showShape(x.shape)}, wanted ${wanted[i]!.dtype}${showShape(shape)}.`,
      );
  });
}

/** A model of the layer alone gives the same from its file. */
async function checkSaved(test: LayerTest, run: Run, wanted: readonly Tensor[]): Promise<void> {
  const inputs = run.inputs.map((x) => Input({ shape: x.dims.slice(1), dtype: x.dtype }));
  const given = (inputs.length === 1 ? inputs[0] : inputs) as Inputs;
  const layer = test.make({ dtype: 'float32' });
  const result = test.call ? test.call(layer, inputs) : layer(given);
  const model = Model({ inputs, outputs: flattenTree(result, isTensor).filter(isTensor) });
  layer.setWeights(run.layer.getWeights());
  const folder = await platform().makeTemporaryFolder();
  const file = `${folder}/layer.keras`;
  try {
    await model.save(file);
    const again = await loadModel(file);
    const found = outputsOf(again(run.inputs as Inputs, { training: test.training ?? false }));
    allClose(found, wanted, 1e-6, 'model from its file, output');
  } finally {
    await platform().remove(folder);
  }
}

/** Gradients in float64 against (f(x + h) − f(x − h)) / 2h at some elements of every input and weight. */
function checkGradients(test: LayerTest): void {
  const run = new Run(test, 'float64', 'float64');
  const frozen = run.layer.nonTrainableWeights.map((weight) => ({ weight, value: weight.snapshot() }));
  const loss = (inputs: readonly Tensor[] = run.inputs): Tensor => {
    for (const { weight, value } of frozen) weight.set(value);
    const terms = outputsOf(run.call(inputs)).filter((x) => isFloating(x.dtype));
    return terms
      .map((x, i) => reduceSum(multiply(cast(x, 'float64'), numbers(x.dims, 300 + 50 * i, 'float64'))))
      .reduce((a, b) => a.add(b));
  };
  const floats = run.inputs.filter((x) => isFloating(x.dtype));
  const weights = run.layer.trainableWeights;
  const sources: readonly Tensor[] = [...weights, ...floats];
  const tape = new GradientTape();
  tape.watch(floats);
  const value = tape.record(() => loss());
  const gradients = tape.gradient(value, sources as Structure) as (Tensor | null)[];
  sources.forEach((source, k) => {
    const found = gradients[k] ? valuesOf(gradients[k]) : null;
    const size = sizeOf(source.dims);
    for (let j = 0; j < Math.min(size, 4); j++) {
      const at = Math.floor((j * size) / 4 + size / 9) % size;
      const slope = difference(source, at, (moved) => {
        if (!(source instanceof VariableTensor)) return loss(run.inputs.map((x) => (x === source ? moved : x))).item();
        const before = source.snapshot();
        source.set(moved);
        const result = loss().item();
        source.set(before);
        return result;
      });
      const own = found?.[at] ?? 0;
      if (!(Math.abs(own - slope) <= 1e-5 * (1 + Math.abs(slope))))
        throw new StateError(
          `gradient of ${source instanceof VariableTensor ? source.path : `input ${k - weights.length}`}, element ${at}: found ${own}, finite differences ${slope}.`,
        );
    }
  });
}
function difference(source: Tensor, at: number, f: (moved: Tensor) => number): number {
  const h = 1e-5;
  const moved = (by: number): Tensor => {
    const values = Float64Array.from(source.dataSync() as ArrayLike<number>);
    values[at]! += by;
    return eagerTensor(values, source.dims, 'float64');
  };
  return (f(moved(h)) - f(moved(-h))) / (2 * h);
}

/** Under mixed_float16: float32 weights, float16 outputs near the float32 ones. */
function checkHalf(test: LayerTest, wanted: readonly Tensor[]): void {
  const run = new Run(test, 'mixed_float16', 'float32');
  for (const weight of run.layer.weights)
    if (isFloating(weight.dtype) && weight.dtype !== 'float32')
      throw new StateError(`mixed_float16: weight ${weight.path} is ${weight.dtype}, wanted float32.`);
  outputsOf(run.call()).forEach((x, i) => {
    if (isFloating(x.dtype) && x.dtype !== 'float16')
      throw new StateError(`mixed_float16: output ${i} is ${x.dtype}, wanted float16.`);
    close(x, wanted[i]!, test.halfTolerance ?? 2e-2, `mixed_float16, output ${i}`);
  });
}

function checkMask(test: LayerTest, passes: boolean): void {
  const run = new Run(test, 'float32', 'float32');
  const [x] = run.inputs;
  const mask = eagerTensor(
    Uint8Array.from({ length: x!.dims[0]! * x!.dims[1]! }, (_, i) => (i % 3 === 2 ? 0 : 1)),
    x!.dims.slice(0, 2),
    'bool',
  );
  setMask(x!, mask);
  const carried = maskOf(outputsOf(run.call())[0]);
  if ((carried !== null) !== passes)
    throw new StateError(`mask: the output carries ${carried ? 'one' : 'none'}, wanted ${passes ? 'one' : 'none'}.`);
  if (carried && show(valuesOf(carried)) !== show(valuesOf(mask)))
    throw new StateError(`mask: found ${show(valuesOf(carried))}, wanted the input's ${show(valuesOf(mask))}.`);
}
