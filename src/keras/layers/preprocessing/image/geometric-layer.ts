// The base of layers that move pixels: a random projective map for each image.
// Owns: applying the maps, to masks too. Leaves the maps to the layers.

import { type FillMode, projectiveTransform, type Sampling } from '../../../../ops/image/projective.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import * as o from '../../../schema.ts';
import { ImageLayer } from './image-layer.ts';
import { fillModes, interpolations } from './projective.ts';

export const samplingDefinitions = {
  fillMode: o.optional(fillModes, 'reflect'),
  interpolation: o.optional(interpolations, 'bilinear'),
  seed: o.optional(o.seed, null),
  fillValue: o.optional(o.number(), 0),
} as const;

export abstract class GeometricLayer extends ImageLayer<Tensor> implements Sampling {
  declare readonly fillMode: FillMode;
  declare readonly interpolation: 'bilinear' | 'nearest';
  declare readonly fillValue: number;

  override augment(images: Tensor, maps: Tensor): Tensor {
    return projectiveTransform(images, maps, this);
  }
  override augmentMasks(masks: Tensor, maps: Tensor): Tensor {
    const { fillMode, fillValue } = this;
    return projectiveTransform(masks, maps, { fillMode, fillValue, interpolation: 'nearest' });
  }
}
