// Control flow and functions with gradients of their own.
export { type CaseOptions, case, cond, switchCase } from './branches.ts';
export { gradPassThrough, recomputeGrad } from './gradient-functions.ts';
export {
  foldl,
  foldr,
  type MapOptions,
  mapFn,
  type ScanOptions,
  scan,
  vectorizedMap,
  type WhileOptions,
  whileLoop,
} from './loops.ts';
