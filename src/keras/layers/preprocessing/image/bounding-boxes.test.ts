// Boxes, classes and masks beside Keras's (test/fixtures/make_bounding_boxes.py), and keras.utils.boundingBoxes.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as tf from '../../../../index.ts';

interface Numbers {
  readonly dtype: 'float32' | 'float64' | 'int32';
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
type Refused = { readonly raises: string };
interface LayerCase {
  readonly class_name: string;
  readonly config: Record<string, unknown>;
  readonly form: 'batch' | 'single' | 'channels_first';
  readonly training?: false;
  readonly boxes: Numbers;
  readonly labels: Numbers;
  readonly expected: { readonly boxes: Numbers; readonly labels: Numbers } | Refused;
  readonly masks?: Numbers | Refused;
}
interface FunctionCase {
  readonly fn: string;
  readonly args: readonly (Numbers | string)[];
  readonly kwargs: Record<string, unknown>;
  readonly expected: Numbers;
}
interface ClippedCase {
  readonly record: Record<string, Numbers>;
  readonly kwargs: Record<string, unknown>;
  readonly expected: Record<string, Numbers>;
}
const fixture = JSON.parse(
  readFileSync(new URL('../../../../../test/fixtures/bounding_boxes.json', import.meta.url), 'utf8'),
) as { functions: FunctionCase[]; clipped: ClippedCase[]; layers: LayerCase[] };

const { layers } = tf.keras;
const { boundingBoxes } = tf.keras.utils;
const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const options = (config: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).flatMap(([key, value]) => (value === null ? [] : [[camel(key), value]])));
const tensor = ({ values, shape, dtype }: Numbers): tf.Tensor => tf.reshape(tf.constant([...values], { dtype }), shape);
function close(got: tf.Tensor, wanted: Numbers, label = ''): void {
  expect(got.shape, label).toEqual(wanted.shape);
  expect(got.dtype, label).toBe(wanted.dtype);
  const data = Array.from(got.dataSync(), Number);
  data.forEach((value, i) => {
    const bound = 2e-4 + 2e-5 * Math.abs(wanted.values[i]!);
    if (!(Math.abs(value - wanted.values[i]!) <= bound))
      expect(data, `${label} at ${i}: ${value} for ${wanted.values[i]}`).toEqual(wanted.values);
  });
}
const [HEIGHT, WIDTH] = [12, 16];
const pictures = tf.reshape(
  tf.constant(
    Array.from({ length: 3 * HEIGHT * WIDTH * 3 }, (_, i) => (i * 7) % 256),
    { dtype: 'float32' },
  ),
  [3, HEIGHT, WIDTH, 3],
);
const masks = tf.reshape(
  tf.constant(
    Array.from({ length: 3 * HEIGHT * WIDTH }, (_, i) => Math.floor(i / 7) % 4),
    { dtype: 'float32' },
  ),
  [3, HEIGHT, WIDTH, 1],
);
const shaped = (x: tf.Tensor, form: LayerCase['form']): tf.Tensor =>
  form === 'single' ? x.at(0) : form === 'channels_first' ? tf.transpose(x, [0, 3, 1, 2]) : x;
const make = ({ class_name, config }: LayerCase): tf.keras.Layer =>
  layers.deserialize({ class_name, config: { ...config } } as never) as tf.keras.Layer;
const OWN_MASKS = ['RandomCrop', 'MixUp', 'CutMix', 'RandomElasticTransform'];
type Call = (inputs: object, options: object) => Record<string, { boxes: tf.Tensor; labels: tf.Tensor }>;

test.each(fixture.layers.map((c) => [`${c.class_name} ${JSON.stringify(c.config)} ${c.form}`, c] as const))(
  '%s',
  (label, c) => {
    const training = { training: c.training ?? true };
    const images = shaped(pictures, c.form);
    const given = { boxes: tensor(c.boxes), labels: tensor(c.labels) };
    const call = make(c) as object as Call;
    if ('raises' in c.expected) {
      // MixUp of one image: Keras fails, here it is mixed with itself. What Keras has no rule for has none here in training.
      if (c.class_name === 'RandomElasticTransform' || c.class_name === 'CutMix') {
        if (training.training && c.form !== 'single')
          expect(() => call({ images, boundingBoxes: given }, training)).toThrow(/no rule how boundingBoxes follow/);
      }
    } else {
      const got = call({ images, boundingBoxes: given }, training).boundingBoxes!;
      const kept = 'training' in c || c.class_name !== 'MixUp';
      close(got.boxes, c.expected.boxes, label);
      // Keras appends MixUp's classes along the batch, where they no longer belong to their boxes.
      if (kept) close(got.labels, c.expected.labels, label);
      else expect(got.labels.shape).toEqual(got.boxes.shape.slice(0, -1));
    }
    if (c.masks === undefined || 'raises' in c.masks) return;
    // What Keras does otherwise with masks than with their images, here follows the images: RandomCrop in inference crops masks
    // alone, MixUp takes single numbers of masks, CutMix repeats them, RandomElasticTransform draws anew for them.
    if (OWN_MASKS.includes(c.class_name) && (c.class_name !== 'RandomCrop' || c.training === false)) return;
    const changed = (make(c) as object as Call)(
      { images, segmentation_masks: shaped(masks, c.form) },
      training,
    ) as object as Record<string, tf.Tensor>;
    const { shape, values } = c.masks;
    expect(changed.segmentation_masks!.shape).toEqual(shape);
    const sampled = Array.from(changed.segmentation_masks!.dataSync(), Number).filter((_, i) => i % 5 === 0);
    const differing = sampled.filter((value, i) => Math.abs(value - values[i]!) > 6e-4).length;
    // A pixel read between two others may fall to either.
    expect(differing, label).toBeLessThanOrEqual(Math.ceil(sampled.length / 100));
  },
);

test.each(fixture.functions.map((c, i) => [`${c.fn} ${i} ${JSON.stringify(c.kwargs).slice(0, 60)}`, c] as const))(
  'boundingBoxes.%s',
  (label, c) => {
    const f = boundingBoxes[camel(c.fn) as keyof typeof boundingBoxes] as object as (...args: unknown[]) => tf.Tensor;
    const args = c.args.map((arg) => (typeof arg === 'string' ? arg : tensor(arg)));
    close(f(...args, options(c.kwargs)), c.expected, label);
  },
);

test('clipToImageSize', () => {
  for (const { record, kwargs, expected } of fixture.clipped) {
    const given = Object.fromEntries(Object.entries(record).map(([key, value]) => [key, tensor(value)]));
    const got = boundingBoxes.clipToImageSize(given as never, options(kwargs)) as Record<string, tf.Tensor>;
    expect(Object.keys(got)).toEqual(Object.keys(expected));
    for (const [key, wanted] of Object.entries(expected)) close(got[key]!, wanted, key);
  }
});

test('levels of anchors; lists of boxes of different lengths; compiled; a data set', async () => {
  const anchors = { p3: tf.tensor([[0, 0, 4, 4]]), p4: tf.tensor([[0, 0, 8, 8]]) };
  const deltas = { p3: tf.zeros([1, 4]), p4: tf.zeros([1, 4]) };
  const levels = boundingBoxes.decodeDeltasToBoxes(anchors, deltas, 'xyxy', 'xyxy');
  expect(levels.p4!.arraySync()).toEqual([[0, 0, 8, 8]]);

  const layer = layers.Resizing(6, 8, { boundingBoxFormat: 'xyxy' }) as object as Call;
  const lists = {
    boxes: [[[0, 0, 4, 4], [8, 6, 16, 12]], [[2, 2, 4, 4]], []], // biome-ignore format: rows of three pictures
    labels: [[1, 2], [3], []],
  };
  const wanted = { boxes: [[[0, 0, 2, 2], [4, 3, 8, 6]], [[1, 1, 2, 2], [0, 0, 0, 0]], [[0, 0, 0, 0], [0, 0, 0, 0]]], labels: [[1, 2], [3, -1], [-1, -1]] }; // biome-ignore format: as above
  const got = layer({ images: pictures, boundingBoxes: lists }, {}).boundingBoxes!;
  expect(got.boxes.arraySync()).toEqual(wanted.boxes);
  expect(got.labels.arraySync()).toEqual(wanted.labels);
  const ragged = {
    boxes: tf.RaggedTensor.fromRowLengths(
      tf.tensor([
        [0, 0, 4, 4],
        [8, 6, 16, 12],
        [2, 2, 4, 4],
      ]),
      [2, 1, 0],
    ),
    labels: tf.ragged.constant(lists.labels),
  };
  const again = layer({ images: pictures, boundingBoxes: ragged }, {}).boundingBoxes!;
  expect(again.boxes.arraySync()).toEqual(wanted.boxes);

  const flip = layers.RandomRotation(0.2, { boundingBoxFormat: 'xywh', seed: 5 }) as object as Call;
  const second = layers.RandomRotation(0.2, { boundingBoxFormat: 'xywh', seed: 5 }) as object as Call;
  const boxes = { boxes: tf.tensor([[[2, 2, 4, 4]]]), labels: tf.constant([[1]]) };
  const eager = flip({ images: pictures.at('0:1'), boundingBoxes: boxes }, { training: true }).boundingBoxes!;
  const traced = tf.function((images: tf.Tensor, b: tf.Tensor, l: tf.Tensor) => {
    const { boundingBoxes: out } = second({ images, boundingBoxes: { boxes: b, labels: l } }, { training: true });
    return [out!.boxes, out!.labels] as const;
  });
  const [tracedBoxes] = traced(pictures.at('0:1'), boxes.boxes, boxes.labels);
  close(tracedBoxes, {
    dtype: 'float32',
    shape: [1, 1, 4],
    values: Array.from(eager.boxes.dataSync(), Number),
  });

  const data = tf.data.Dataset.fromTensorSlices({
    images: pictures,
    boundingBoxes: { boxes: tf.ones([3, 2, 4]), labels: tf.ones([3, 2]) },
  })
    .batch(3)
    .map((x) => layer(x, { training: true }));
  for await (const element of data) expect(element.images).toBeInstanceOf(tf.Tensor);
});

test('what is wrong is named', () => {
  const plain = layers.RandomFlip() as object as Call;
  const boxes = { boxes: tf.zeros([3, 2, 4]), labels: tf.zeros([3, 2]) };
  expect(() => plain({ images: pictures, boundingBoxes: boxes }, {})).toThrow(/set boundingBoxFormat.*RandomFlip\(\{/);
  const flip = layers.RandomFlip({ boundingBoxFormat: 'xyxy' }) as object as Call;
  expect(() => flip({ images: pictures, boundingBoxes: tf.zeros([3, 2, 4]) }, {})).toThrow(
    /wanted a record \{boxes, labels\}/,
  );
  const wrong = { boxes: tf.zeros([3, 2, 5]), labels: tf.zeros([3, 2]) };
  expect(() => flip({ images: pictures, boundingBoxes: wrong }, {})).toThrow(/\(3, 2, 5\).*wanted \(batch, count, 4\)/);
  const few = { boxes: tf.zeros([3, 2, 4]), labels: tf.zeros([3, 1]) };
  expect(() => flip({ images: pictures, boundingBoxes: few }, {})).toThrow(/a label for each box/);
  expect(() => layers.RandomFlip({ boundingBoxFormat: 'xyyx' as never })).toThrow(/xyyx/);
  expect(() => boundingBoxes.convertFormat(tf.zeros([2, 4]), 'xyxy', 'xyyx' as never)).toThrow(/xyyx.*Did you mean/s);
  expect(() => boundingBoxes.convertFormat(tf.zeros([2, 4]), 'xyxy', 'rel_xyxy')).toThrow(/height and width/);
  expect(() => boundingBoxes.convertFormat(tf.zeros([2, 3]), 'xyxy', 'xywh')).toThrow(/\(2, 3\)/);
  expect(layers.RandomFlip({ boundingBoxFormat: 'xyWH' as never }).getConfig().bounding_box_format).toBe('xywh');
  expect(layers.RandomFlip().getConfig()).not.toHaveProperty('bounding_box_format');
});
