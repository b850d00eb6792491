// tf.io.decodeCompressed: strings that are packed with gzip or zlib, unpacked.
// Leaves inflating, and its limit, to formats/gzip.ts.
import type { StringElement } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { inflateStream } from '../../formats/gzip.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { known } from '../core/host.ts';
import { bindArguments } from '../core/signature.ts';
import { bytesOf, elementOf, stringTensor } from '../strings/text.ts';

type Compression = '' | 'GZIP' | 'ZLIB';

/** Each string unpacked; '' leaves them as they are. A promise, as files give: `Dataset.map` waits for it. */
export const decodeCompressed = guarded(
  'io.decodeCompressed',
  ['bytes', 'compressionType'],
  async (
    ...args: [bytes: TensorLike, compressionType?: Compression | { readonly compressionType?: Compression }]
  ): Promise<Tensor> => {
    const where = 'io.decodeCompressed';
    const [bytes, compression = ''] = bindArguments(where, ['bytes', 'compressionType'], args);
    if (compression !== '' && compression !== 'GZIP' && compression !== 'ZLIB')
      throw new ValueError(`${where}: compressionType: found ${show(compression)}, wanted '', 'GZIP' or 'ZLIB'.`);
    const texts = stringTensor(bytes as TensorLike, where);
    if (compression === '') return texts;
    const format = compression === 'GZIP' ? 'gzip' : 'zlib';
    const packed = known(texts, where, 'Call it outside tf.function.') as readonly StringElement[];
    const unpacked = await Promise.all(
      packed.map(async (one, i) =>
        elementOf(await inflateStream(bytesOf(one), format, `${where}: string ${i}`, 'bad_archive')),
      ),
    );
    return eagerTensor(unpacked, texts.dims, 'string');
  },
);
