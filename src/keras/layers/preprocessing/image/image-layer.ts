// The base of image layers: one image or a batch, channels last or first, alone or in a record with labels and masks.
// Owns: bringing inputs to (batch, height, width, channels) and back, training and inference. A layer draws its random
// numbers in `draw` and uses them in `augment`, so that labels and masks follow the same draw.
import { ShapeError, ValueError } from '../../../../base/errors.ts';
import { type Dims, type Shape, showShape } from '../../../../base/shape.ts';
import { expandDims, squeeze, transpose } from '../../../../ops/core/arrange.ts';
import { convertToTensor } from '../../../../ops/core/convert.ts';
import { cast } from '../../../../ops/math/elementwise.ts';
import { Tensor } from '../../../../runtime/tensor.ts';
import { SeedGenerator } from '../../../random/index.ts';
import type { SchemaLike } from '../../../schema.ts';
import type { CallOptions, TensorLike } from '../../../types.ts';
import { LayerBase } from '../../layer.ts';
import type { DataFormat } from '../../spatial.ts';
import { asOutput } from '../encode-categories.ts';

/** Images with what belongs to them. */
export interface ImageRecord {
  readonly images: TensorLike;
  readonly labels?: TensorLike;
  readonly segmentationMasks?: TensorLike;
  readonly [name: string]: unknown;
}
const MASKS = ['segmentationMasks', 'segmentation_masks'];
const BOXES = ['boundingBoxes', 'bounding_boxes'];

export abstract class ImageLayer<T = unknown> extends LayerBase<Tensor> {
  declare readonly dataFormat: DataFormat;
  declare readonly seed?: number | null;
  readonly generator: SeedGenerator | null = null;

  constructor(schema: SchemaLike, args: readonly unknown[]) {
    super(schema, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    if ('seed' in schema.definitions) this.generator = new SeedGenerator({ seed: this.seed ?? null });
  }

  /** The random numbers for images (batch, height, width, channels); null changes nothing. */
  abstract draw(dims: Dims, seed: SeedGenerator): T | null;
  /** Images (batch, height, width, channels) changed by what was drawn. */
  abstract augment(images: Tensor, drawn: T): Tensor;
  /** Labels that go with the images. */
  augmentLabels(labels: Tensor, _drawn: T): Tensor {
    return labels;
  }
  /** Masks that go with the images: unchanged where pixels stay in their places. */
  augmentMasks(masks: Tensor, _drawn: T): Tensor {
    return masks;
  }
  /** What happens to images in inference. */
  inference(images: Tensor): Tensor {
    return images;
  }

  protected override convertInputs(inputs: unknown): unknown {
    if (isRecord(inputs)) return inputs;
    return super.convertInputs(inputs);
  }
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    const given: unknown = inputs;
    const record = isRecord(given) ? given : null;
    const images = record ? convertToTensor(record.images, undefined, `layer '${this.name}': images`) : inputs;
    if (images.rank !== 3 && images.rank !== 4)
      throw new ShapeError(
        `layer '${this.name}': found images of shape ${showShape(images.dims)}; wanted (height, width, channels) or (batch, height, width, channels).`,
      );
    const single = images.rank === 3;
    // Alone these layers augment; within a model they follow it.
    const active = training ?? true;
    const x = this.#inward(active || this.convertsAlways ? this.toCompute(images) : images, single);
    const drawn = active ? this.draw(x.dims, this.generator as SeedGenerator) : null;
    const change = (y: Tensor): Tensor => (!active ? this.inference(y) : drawn === null ? y : this.augment(y, drawn));
    const output = this.#outward(change(x), single);
    if (!record) return output;
    const result: Record<string, unknown> = { ...record, images: output };
    if (BOXES.some((name) => record[name] !== undefined))
      throw new ValueError(`layer '${this.name}': bounding boxes are not supported; leave them out of its inputs.`);
    if (active && drawn !== null) {
      if (record.labels !== undefined) {
        const labels = convertToTensor(record.labels);
        result.labels = single
          ? squeeze(this.augmentLabels(expandDims(labels, 0), drawn), 0)
          : this.augmentLabels(labels, drawn);
      }
      for (const name of MASKS) {
        if (record[name] === undefined) continue;
        const masks = this.#inward(convertToTensor(record[name] as TensorLike), single);
        result[name] = this.#outward(this.augmentMasks(masks, drawn), single);
      }
    }
    return asOutput(result);
  }
  /** Whether inference, too, gives floats; layers of colours give back what they were given. */
  protected get convertsAlways(): boolean {
    return true;
  }
  /** The dtype in which the layer works. */
  protected toCompute(images: Tensor): Tensor {
    return cast(images, this.computeDtype);
  }
  #inward(x: Tensor, single: boolean): Tensor {
    const batch = single ? expandDims(x, 0) : x;
    return this.dataFormat === 'channels_first' ? transpose(batch, [0, 2, 3, 1]) : batch;
  }
  #outward(x: Tensor, single: boolean): Tensor {
    const y = this.dataFormat === 'channels_first' ? transpose(x, [0, 3, 1, 2]) : x;
    return single ? squeeze(y, 0) : y;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}

const isRecord = (value: unknown): value is ImageRecord =>
  typeof value === 'object' && value !== null && !(value instanceof Tensor) && 'images' in value;

/** A shape with another height and width. */
export function withSize(shape: Shape, height: number | null, width: number | null, format: DataFormat): Shape {
  const at = shape.length - (format === 'channels_first' ? 2 : 3);
  return shape.map((n, axis) => (axis === at ? height : axis === at + 1 ? width : n));
}
