// tf.linalg.
export { eye } from '../core/create.ts';
export { globalNorm } from '../math/clip.ts';
export { einsum } from '../math/einsum.ts';
export { matmul, tensordot } from '../math/matmul.ts';
export { l2Normalize } from '../nn/normalization.ts';
export * as experimental from './experimental.ts';
export { expm, logm, sqrtm } from './functions.ts';
export { eig, eigvals } from './general-eigen.ts';
export {
  LinearOperatorBlockDiag,
  LinearOperatorBlockLowerTriangular,
  LinearOperatorKronecker,
  LinearOperatorLowRankUpdate,
} from './operators/blocks.ts';
export {
  LinearOperator,
  LinearOperatorAdjoint,
  LinearOperatorComposition,
  LinearOperatorFullMatrix,
  LinearOperatorInversion,
  LinearOperatorLowerTriangular,
} from './operators/linear-operator.ts';
export {
  LinearOperatorCirculant,
  LinearOperatorCirculant2D,
  LinearOperatorCirculant3D,
  LinearOperatorDiag,
  LinearOperatorHouseholder,
  LinearOperatorIdentity,
  LinearOperatorPermutation,
  LinearOperatorScaledIdentity,
  LinearOperatorToeplitz,
  LinearOperatorTridiag,
  LinearOperatorZeros,
} from './operators/structured.ts';
export {
  cholesky,
  choleskySolve,
  det,
  inv,
  logdet,
  lu,
  luMatrixInverse,
  luReconstruct,
  luSolve,
  slogdet,
  solve,
  triangularSolve,
} from './solve.ts';
export { eigh, eigvalsh, lstsq, matrixRank, pinv, qr, svd } from './spectral.ts';
export {
  type Align,
  adjoint,
  bandPart,
  cross,
  diag,
  diagPart,
  matrixTranspose,
  matvec,
  norm,
  normalize,
  setDiag,
  tensorDiag,
  tensorDiagPart,
  trace,
} from './structure.ts';
export { bandedTriangularSolve, eighTridiagonal, tridiagonalMatmul, tridiagonalSolve } from './tridiagonal.ts';
