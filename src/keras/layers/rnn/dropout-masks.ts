// The dropout masks of a cell: drawn once for a sequence, the same for all of its steps.
// Owns: how many are drawn, in which order, and that the generator moves on also where they are not used, as Keras's does.
import type { Spec } from '../../../graph/value.ts';
import * as p from '../../../primitives/functions.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { dropout, type SeedGenerator } from '../../random/index.ts';
import type { Masks } from './products.ts';

export interface DroppingCell {
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly seedGenerator: SeedGenerator;
}
export interface Drops {
  /** For the inputs of a step. */
  readonly inputs: Masks;
  /** For its first state. */
  readonly states: Masks;
}

function draw(rate: number, like: Spec, count: number, cell: DroppingCell, training: boolean): Masks {
  if (rate <= 0) return null;
  const used = training && rate < 1;
  const masks: Tensor[] = [];
  for (let i = 0; i < count; i++) {
    if (used) masks.push(dropout(p.onesLike(like) as Tensor, rate, { seed: cell.seedGenerator }));
    else cell.seedGenerator.next();
  }
  return used ? masks : null;
}

/** The masks for one call: `count` for the inputs of a step, then as many for its state. */
export const drawDrops = (cell: DroppingCell, count: number, input: Spec, state: Spec, training: boolean): Drops => ({
  inputs: draw(cell.dropout, input, count, cell, training),
  states: draw(cell.recurrentDropout, state, count, cell, training),
});
