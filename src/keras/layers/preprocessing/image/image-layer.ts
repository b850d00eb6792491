// The base of image layers: one image or a batch, channels last or first, alone or in a record with labels, boxes and
// masks.
// Owns: bringing inputs to (batch, height, width, channels) and back, training and inference. A layer draws its random
// numbers in `draw` and uses them in `augment`, so that labels, boxes and masks follow the same draw.
import { ShapeError, ValueError } from '../../../../base/errors.ts';
import { type Dims, type Shape, showShape } from '../../../../base/shape.ts';
import { expandDims, squeeze, transpose } from '../../../../ops/core/arrange.ts';
import { convertToTensor } from '../../../../ops/core/convert.ts';
import { cast } from '../../../../ops/math/elementwise.ts';
import { Tensor } from '../../../../runtime/tensor.ts';
import { type BoundingBoxes, type BoxFormat, clipped, converted } from '../../../bounding-boxes/formats.ts';
import { SeedGenerator } from '../../../random/index.ts';
import type { SchemaLike } from '../../../schema.ts';
import type { CallOptions, TensorLike } from '../../../types.ts';
import { LayerBase } from '../../layer.ts';
import type { DataFormat } from '../../spatial.ts';
import { asOutput } from '../encode-categories.ts';
import { type DenseBoxes, denseBoxes } from './dense-boxes.ts';
import type { Size } from './sizes.ts';

/** Images with what belongs to them. */
export interface ImageRecord {
  readonly images: TensorLike;
  readonly labels?: TensorLike;
  readonly boundingBoxes?: BoundingBoxes;
  readonly segmentationMasks?: TensorLike;
  readonly [name: string]: unknown;
}
const MASKS = ['segmentationMasks', 'segmentation_masks'];
const BOXES = ['boundingBoxes', 'bounding_boxes'];

export abstract class ImageLayer<T = unknown> extends LayerBase<Tensor> {
  declare readonly dataFormat: DataFormat;
  declare readonly boundingBoxFormat: BoxFormat | null;
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
  /** Boxes in the images, of the layer's format: unchanged where pixels stay in their places. */
  augmentBoxes(boxes: DenseBoxes, _drawn: T, _dims: Dims): DenseBoxes {
    return boxes;
  }
  /** What happens to images in inference. */
  inference(images: Tensor): Tensor {
    return images;
  }
  /** Whether the layer does in inference what it does in training. */
  protected get always(): boolean {
    return false;
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
    const active = this.always || (training ?? true);
    const x = this.#inward(active || this.convertsAlways ? this.toCompute(images) : images, single);
    const drawn = active ? this.draw(x.dims, this.generator as SeedGenerator) : null;
    const change = (y: Tensor): Tensor => (!active ? this.inference(y) : drawn === null ? y : this.augment(y, drawn));
    const output = this.#outward(change(x), single);
    if (!record) return output;
    const result: Record<string, unknown> = { ...record, images: output };
    for (const name of BOXES) {
      if (record[name] === undefined) continue;
      if (!this.boundingBoxFormat)
        throw new ValueError(
          `layer '${this.name}': its inputs have ${name}, but it was not told their format: set boundingBoxFormat, e.g. ${this.constructor.name}({ boundingBoxFormat: 'xyxy' }).`,
        );
      const boxes = denseBoxes(record[name], single, `layer '${this.name}': ${name}`);
      const changed = drawn === null ? boxes : this.augmentBoxes(boxes, drawn, x.dims);
      const shown = single ? { boxes: squeeze(changed.boxes, 0), labels: squeeze(changed.labels, 0) } : changed;
      result[name] = { ...(record[name] as object), ...shown };
    }
    if (drawn === null) return asOutput(result);
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
    return asOutput(result);
  }
  /** The error of a layer that changes images in a way in which their boxes cannot follow. */
  protected withoutRule(what: string): ValueError {
    return new ValueError(
      `layer '${this.name}': there is no rule how ${what} follow the images of ${this.constructor.name}; leave them out of its inputs.`,
    );
  }
  /** What `f` makes of boxes in 'xyxy' (or 'rel_xyxy'), clipped to a size and given back in the layer's format. */
  protected throughEdges(
    given: DenseBoxes,
    [height, width]: Size,
    f: (boxes: Tensor) => Tensor,
    { to: [toHeight, toWidth] = [height, width], as = 'xyxy' }: { to?: Size; as?: 'xyxy' | 'rel_xyxy' } = {},
  ): DenseBoxes {
    const format = this.boundingBoxFormat!;
    const moved = f(converted(given.boxes, format, as, { height, width }));
    const inside = clipped(
      { ...given, boxes: moved },
      ...(as === 'xyxy' ? ([toHeight, toWidth] as const) : ([1, 1] as const)),
    );
    return { ...inside, boxes: converted(inside.boxes, as, format, { height: toHeight, width: toWidth }) };
  }
  /** Whether inference, too, gives floats; layers of colours give back what they were given. */
  protected get convertsAlways(): boolean {
    return true;
  }
  /** The dtype in which the layer works. */
  protected toCompute(images: Tensor): Tensor {
    return cast(images, this.computeDtype);
  }
  /** Numbers for each pixel, drawn in the order of the layer's format: for images (batch, height, width, channels). */
  protected inFormat(draw: (dims: Dims) => Tensor, [batch, height, width, channels]: Dims): Tensor {
    if (this.dataFormat !== 'channels_first') return draw([batch!, height!, width!, channels!]);
    return transpose(draw([batch!, channels!, height!, width!]), [0, 2, 3, 1]);
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
