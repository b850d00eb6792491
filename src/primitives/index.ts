// All primitives, by name, and their registration.
// Owns: the list. Adding a primitive: its definition, its name in registry.ts, a function in functions.ts, a line here.
import { convolution, convolutionFilterGradient, convolutionInputGradient } from './contract/convolution.ts';
import { dotGeneral } from './contract/dot-general.ts';
import { cond } from './control/cond.ts';
import { customCall } from './control/custom-call.ts';
import { scan } from './control/scan.ts';
import { whileLoop } from './control/while-loop.ts';
import { elementwiseCall } from './elementwise/call.ts';
import { binaryPrimitives, comparePrimitives, unaryPrimitives } from './elementwise/define.ts';
import {
  bitcast,
  complexPrimitives,
  convert,
  isFinite,
  select,
  stopGradient,
  withGradient,
} from './elementwise/select-convert.ts';
import { scatterRows, takeRows } from './gather/rows.ts';
import { movementPrimitives } from './movement/movement.ts';
import { randomBits } from './random/random-bits.ts';
import { reducePrimitives } from './reduce/reduce.ts';
import { registerPrimitives } from './registry.ts';
import { cumulative, sort } from './sort/sort.ts';
import { windowMax, windowSum } from './window/window.ts';
import { windowArgMax, windowPick, windowSpread } from './window/window-maximum.ts';

registerPrimitives({
  ...unaryPrimitives,
  ...binaryPrimitives,
  ...comparePrimitives,
  ...complexPrimitives,
  ...movementPrimitives,
  ...reducePrimitives,
  select,
  convert,
  bitcast,
  isFinite,
  stopGradient,
  withGradient,
  takeRows,
  scatterRows,
  windowSum,
  windowMax,
  windowArgMax,
  windowSpread,
  windowPick,
  dotGeneral,
  convolution,
  convolutionInputGradient,
  convolutionFilterGradient,
  sort,
  cumulative,
  randomBits,
  customCall,
  elementwiseCall,
  scan,
  whileLoop,
  cond,
});

export { allPrimitives, primitive } from './registry.ts';
