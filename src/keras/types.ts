// The types that all of Keras shares: what goes into layers and models, and what comes out.
// Owns: types only.
import type { Structure } from '../ops/core/gradients.ts';
import type { Options } from '../runtime/tensor-methods.ts';

export type { Inputs, Tensors } from '../data/types.ts';
export type { Structure, StructureList, StructureRecord } from '../ops/core/gradients.ts';
export type { Options, TensorLike } from '../runtime/tensor-methods.ts';
export type { Config, Json } from './schema.ts';

export type Logs = Record<string, number>;
export interface CallOptions extends Options<{ training: boolean | null; mask: Structure | null }> {}
/** An options object with some of them required: the form `Dense({ units: 64 })`. */
export type With<O, K extends keyof O> = O & { [P in K]-?: Exclude<O[P], undefined> };
