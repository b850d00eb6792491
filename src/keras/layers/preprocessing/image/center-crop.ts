// CenterCrop: the middle of images; of smaller images the largest part of its proportions, resized.
// Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/center_crop/
import { type Class, callable } from '../../../../base/callable.ts';
import type { Dims, Shape } from '../../../../base/shape.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import { converted, crop } from '../../../bounding-boxes/formats.ts';
import * as o from '../../../schema.ts';
import type { With } from '../../../types.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import type { DenseBoxes } from './dense-boxes.ts';
import { imageSchema } from './factors.ts';
import { ImageLayer, withSize } from './image-layer.ts';
import { cropped, largestPart, smartResize } from './sizes.ts';

const options = imageSchema(
  'CenterCrop',
  { height: o.required(o.integer({ min: 1 })), width: o.required(o.integer({ min: 1 })) },
  { positional: ['height', 'width', 'dataFormat'] },
);
export interface CenterCropOptions extends LayerOptionsOf<typeof options> {}
type CenterCropArgs =
  | [height: number, width: number, options?: CenterCropOptions]
  | [options: With<CenterCropOptions, 'height' | 'width'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class CenterCropLayer extends ImageLayer<true> {
  static override readonly schema = options;
  constructor(...args: CenterCropArgs) {
    super(options, args);
  }
  override draw(): true {
    return true;
  }
  override augment(images: Tensor): Tensor {
    const { height, width } = this;
    const [top, left] = [images.dims[1]! - height, images.dims[2]! - width];
    if (top >= 0 && left >= 0) return cropped(images, Math.floor(top / 2), Math.floor(left / 2), height, width);
    return smartResize(images, [height, width]);
  }
  override augmentMasks(masks: Tensor): Tensor {
    return this.augment(masks);
  }
  override augmentBoxes(given: DenseBoxes, _drawn: true, dims: Dims): DenseBoxes {
    const [height, width] = [dims[1]!, dims[2]!];
    const fits = height >= this.height && width >= this.width;
    const part = fits
      ? { top: Math.trunc((height - this.height) / 2), left: Math.trunc((width - this.width) / 2), ...size(this) }
      : largestPart(dims, [this.height, this.width]);
    const seen = (boxes: Tensor): Tensor => {
      const inside = crop(boxes, part.top, part.left, part.height, part.width);
      if (fits) return inside;
      return converted(converted(inside, 'xyxy', 'rel_xyxy', size(part)), 'rel_xyxy', 'xyxy', size(this));
    };
    return this.throughEdges(given, [height, width], seen, { to: [this.height, this.width] });
  }
  protected override get always(): boolean {
    return true;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return withSize(inputShape, this.height, this.width, this.dataFormat);
  }
}
const size = ({ height, width }: { height: number; width: number }) => ({ height, width });
interface CenterCropLayer extends Omit<LayerValues<typeof options>, 'dataFormat'> {}
export interface CenterCrop extends CenterCropLayer {}
export const CenterCrop: Class<CenterCropArgs, CenterCrop> = callable(CenterCropLayer, 'CenterCrop');
