// The layers that crop, pad and enlarge. Reshaping itself is beside them.
export { Cropping1D, type Cropping1DOptions } from './cropping1d.ts';
export { Cropping2D, type Cropping2DOptions } from './cropping2d.ts';
export { Cropping3D, type Cropping3DOptions } from './cropping3d.ts';
export { UpSampling1D, type UpSampling1DOptions } from './up-sampling1d.ts';
export { UpSampling2D, type UpSampling2DOptions } from './up-sampling2d.ts';
export { UpSampling3D, type UpSampling3DOptions } from './up-sampling3d.ts';
export { ZeroPadding1D, type ZeroPadding1DOptions } from './zero-padding1d.ts';
export { ZeroPadding2D, type ZeroPadding2DOptions } from './zero-padding2d.ts';
export { ZeroPadding3D, type ZeroPadding3DOptions } from './zero-padding3d.ts';
