// The public `tf` namespace.
// Owns: which names are public, and the wiring of parts that must know each other at run time.
import { guarded } from './base/misuse.ts';
import './primitives/index.ts';
import { createWasmBackend } from './backends/wasm/index.ts';
import { philoxFiller } from './backends/wasm/philox-words.ts';
import { installRandomFiller } from './base/random/philox.ts';
import { sharesAll } from './base/threads.ts';
import type { LoadOptions } from './keras/models/from-json.ts';
import type { DoctorReport } from './keras/saving/doctor.ts';
import { installMethods } from './ops/methods.ts';
import { nativeAddon } from './platform/native-addon.ts';
import type { FileSource } from './platform/platform.ts';
import { enableRelaxedSimd } from './platform/simd.ts';
import { workers } from './platform/workers.ts';
import { installEngine } from './runtime/engine.ts';

installMethods();
installRandomFiller(philoxFiller);
installEngine(() => createWasmBackend({ enableRelaxedSimd, workers, native: nativeAddon(), shareAll: sharesAll() }));

export type { Class } from './base/callable.ts';
export type { TypedArray } from './base/dtype.ts';
export type { Shape } from './base/shape.ts';
export { VERSION as __version__ } from './base/version.ts';
export * as data from './data/index.ts';
export { OptionalSpec } from './data/optional.ts';
export * as errors from './errors.ts';
export * as keras from './keras/index.ts';
export { initializers, losses, metrics, optimizers } from './keras/index.ts';
export {
  Constant as constantInitializer,
  Ones as onesInitializer,
  RandomNormal as randomNormalInitializer,
  RandomUniform as randomUniformInitializer,
  Zeros as zerosInitializer,
} from './keras/initializers/index.ts';
export { tracedFunction as function } from './ops/control/function.ts';
export {
  customGradient,
  type Gradients,
  GradientTape,
  type Structure,
  type StructureList,
  type StructureRecord,
  valueAndGrad,
} from './ops/core/gradients.ts';
export { DType } from './ops/dtype-class.ts';
export * from './ops/index.ts';
export type { SignatureEntry } from './runtime/function.ts';
export { type Nested, Tensor } from './runtime/tensor.ts';
export type {
  Axis,
  Index,
  NestedArray,
  Options,
  ReduceOptions,
  Scalar,
  SliceString,
  TensorLike,
} from './runtime/tensor-methods.ts';
export * as savedModel from './saved-model/index.ts';
export * as train from './saved-model/train.ts';

/** Says what a file or folder is, who wrote it, what is in it, and whether it loads, without running anything of it. */
export const doctor = guarded(
  'doctor',
  ['source', 'options'],
  async (source: FileSource, options: LoadOptions = {}): Promise<DoctorReport> => {
    return (await import('./keras/saving/doctor.ts')).doctor(source, options);
  },
);
export type { DoctorReport };

/** Python's zip. */
export const zip = guarded('zip', ['a', 'b'], <A, B>(a: Iterable<A>, b: Iterable<B>): [A, B][] => {
  const second = [...b];
  return [...a].slice(0, second.length).map((item, i) => [item, second[i]!]);
});
