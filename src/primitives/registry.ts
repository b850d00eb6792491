// Where primitives find each other by name, so that gradients may use any primitive without import cycles.
// Owns: the list of names and the table. index.ts fills it.
import { assert } from '../base/errors.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import type { BinaryName, CompareName, UnaryName } from './elementwise/rules.ts';

export type PrimitiveName =
  | UnaryName
  | BinaryName
  | CompareName
  | 'select'
  | 'convert'
  | 'bitcast'
  | 'isFinite'
  | 'stopGradient'
  | 'withGradient'
  | 'complex'
  | 'real'
  | 'imag'
  | 'reshape'
  | 'transpose'
  | 'broadcast'
  | 'pad'
  | 'slice'
  | 'concatenate'
  | 'reverse'
  | 'iota'
  | 'takeRows'
  | 'scatterRows'
  | 'reduceSum'
  | 'reduceProd'
  | 'reduceMax'
  | 'reduceMin'
  | 'windowSum'
  | 'windowMax'
  | 'windowArgMax'
  | 'windowSpread'
  | 'windowPick'
  | 'dotGeneral'
  | 'convolution'
  | 'convolutionInputGradient'
  | 'convolutionFilterGradient'
  | 'sort'
  | 'cumulative'
  | 'randomBits'
  | 'customCall'
  | 'elementwiseCall'
  | 'scan'
  | 'whileLoop'
  | 'cond';

const table = new Map<string, Primitive>();

/** Enters all primitives; called once, by index.ts. */
export function registerPrimitives(primitives: { readonly [name in PrimitiveName]: object }): void {
  for (const [name, primitive] of Object.entries(primitives)) table.set(name, primitive as Primitive);
}

/** The primitive of that name. */
export function primitive<P extends Params = Params>(name: PrimitiveName): Primitive<P> {
  const found = table.get(name);
  assert(found, `primitive ${name} is not registered`);
  return found as object as Primitive<P>;
}

/** All primitives, for tests and tables. */
export const allPrimitives = (): readonly Primitive[] => [...table.values()];
