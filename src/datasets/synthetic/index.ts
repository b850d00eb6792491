// The synthetic data sets of scikit-learn, equal to the originals number for number, as arrays with shapes. The functions of
// the same names that return tensors are in `cornu/datasets`.
export { type BlobsOptions, makeBlobs } from './blobs.ts';
export { type ClassificationOptions, makeClassification } from './classification.ts';
export { type CirclesOptions, type MoonsOptions, makeCircles, makeMoons } from './moons-and-circles.ts';
export { makeRegression, type RegressionOptions } from './regression.ts';
export { type SplitIndices, type SplitOptions, trainTestIndices, trainTestSplit } from './split.ts';
