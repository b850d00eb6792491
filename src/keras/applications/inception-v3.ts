// InceptionV3: branches with kernels of several sizes, side by side.
// Source: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the Inception Architecture for Computer Vision, 2015
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import { application, channelAxis, fileIn } from './application.ts';
import { preprocessor } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export const preprocessInput = preprocessor('tf');

/** Filters, rows and columns of the kernel; `valid2`: without padding, with a stride of 2. */
type Step = readonly [filters: number, rows: number, columns: number, kind?: 'valid' | 'valid2'];

function convolve(x: Tensor, [filters, rows, columns, kind]: Step): Tensor {
  const strides = kind === 'valid2' ? 2 : 1;
  x = layers.Conv2D(filters, [rows, columns], { strides, padding: kind ? 'valid' : 'same', useBias: false })(x);
  x = layers.BatchNormalization({ axis: channelAxis(), scale: false })(x);
  return layers.Activation('relu')(x);
}
const branch = (x: Tensor, ...steps: readonly Step[]): Tensor => steps.reduce(convolve, x);
const pooled = (x: Tensor, filters: number): Tensor =>
  branch(layers.AveragePooling2D(3, { strides: 1, padding: 'same' })(x), [filters, 1, 1]);
const shrunk = (x: Tensor): Tensor => layers.MaxPooling2D(3, { strides: 2 })(x);
const join = (list: Tensor[], name?: string): Tensor =>
  layers.Concatenate({ axis: channelAxis(), ...(name && { name }) })(list);

/** Kernels of 1, 5 and twice 3. */
function blockA(x: Tensor, afterPool: number, name: string): Tensor {
  const one = branch(x, [64, 1, 1]);
  const five = branch(x, [48, 1, 1], [64, 5, 5]);
  const three = branch(x, [64, 1, 1], [96, 3, 3], [96, 3, 3]);
  return join([one, five, three, pooled(x, afterPool)], name);
}
/** Kernels of 7, by rows and columns. */
function blockB(x: Tensor, n: number, name: string): Tensor {
  const one = branch(x, [192, 1, 1]);
  const seven = branch(x, [n, 1, 1], [n, 1, 7], [192, 7, 1]);
  const twice = branch(x, [n, 1, 1], [n, 7, 1], [n, 1, 7], [n, 7, 1], [192, 1, 7]);
  return join([one, seven, twice, pooled(x, 192)], name);
}
/** Kernels of 3, by rows beside columns. */
function blockC(x: Tensor, i: number): Tensor {
  const one = branch(x, [320, 1, 1]);
  const both = (from: Tensor, name?: string): Tensor =>
    join([branch(from, [384, 1, 3]), branch(from, [384, 3, 1])], name);
  const three = both(branch(x, [384, 1, 1]), `mixed9_${i}`);
  const twice = both(branch(x, [448, 1, 1], [384, 3, 3]));
  return join([one, three, twice, pooled(x, 192)], `mixed${9 + i}`);
}

export const InceptionV3 = application('InceptionV3', () => ({
  name: 'inception_v3',
  defaultSize: 299,
  minSize: 75,
  features(x) {
    x = shrunk(branch(x, [32, 3, 3, 'valid2'], [32, 3, 3, 'valid'], [64, 3, 3]));
    x = shrunk(branch(x, [80, 1, 1, 'valid'], [192, 3, 3, 'valid']));
    for (const [i, afterPool] of [32, 64, 64].entries()) x = blockA(x, afterPool, `mixed${i}`);
    const wide = branch(x, [384, 3, 3, 'valid2']);
    const deep = branch(x, [64, 1, 1], [96, 3, 3], [96, 3, 3, 'valid2']);
    x = join([wide, deep, shrunk(x)], 'mixed3');
    for (const [i, n] of [128, 160, 160, 192].entries()) x = blockB(x, n, `mixed${4 + i}`);
    const three = branch(x, [192, 1, 1], [320, 3, 3, 'valid2']);
    const seven = branch(x, [192, 1, 1], [192, 1, 7], [192, 7, 1], [192, 3, 3, 'valid2']);
    x = join([three, seven, shrunk(x)], 'mixed8');
    for (let i = 0; i < 2; i++) x = blockC(x, i);
    return x;
  },
  pretrained: (includeTop) =>
    fileIn(
      'inception_v3',
      `inception_v3_weights_tf_dim_ordering_tf_kernels${includeTop ? '' : '_notop'}.h5`,
      includeTop ? '9a0d58056eeedaa3f26cb7ebd46da564' : 'bcbd6486424b2319ff4ef7d526e38f63',
    ),
}));
