// keras.utils.toOrdinal and warmstartEmbeddingMatrix, which only Keras 2 has.
import { asDType, type DType } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { expandDims, gather, reshape } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { range } from '../../ops/core/create.ts';
import { tensorScatterNdUpdate } from '../../ops/core/gather-nd.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import { cast, greater } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import * as initializers from '../initializers/index.ts';

/** Rows of ones and zeros: as many ones as the class number. (…) or (…, 1) → (…, numClasses − 1) */
export function toOrdinal(
  y: TensorLike,
  ...rest: [numClasses?: number | null | Options<{ numClasses: number | null; dtype: DType }>, dtype?: DType]
): Tensor {
  const [given, count, dtype = 'float32'] = bindArguments('toOrdinal', ['y', 'numClasses', 'dtype'], [y, ...rest]) as [
    TensorLike,
    (number | null)?,
    DType?,
  ];
  let labels = cast(convertToTensor(given, undefined, 'toOrdinal'), 'int32');
  if (labels.rank > 1 && labels.dims.at(-1) === 1) labels = reshape(labels, labels.dims.slice(0, -1));
  const values = labels.dataSync() as Int32Array;
  if (!count && values.length === 0)
    throw new ValueError('toOrdinal: y: found no labels; give numClasses, or at least one label.');
  const classes = count || values.reduce((a, b) => Math.max(a, b), -1) + 1;
  return cast(greater(expandDims(labels, -1), range(classes - 1)), asDType(dtype, 'toOrdinal: dtype'));
}

type Terms = TensorLike | readonly string[];
const NAMES = ['baseVocabulary', 'newVocabulary', 'baseEmbeddings', 'newEmbeddingsInitializer'] as const;
interface WarmStart {
  baseVocabulary: Terms;
  newVocabulary: Terms;
  /** (terms of the base vocabulary, size) */
  baseEmbeddings: TensorLike;
  /** Where terms are new; 'uniform' unless given. */
  newEmbeddingsInitializer: initializers.Like | null;
}
/** An embedding for a new vocabulary: the rows of terms that the base vocabulary has too, drawn ones for the others. */
export function warmstartEmbeddingMatrix(
  ...args: [
    baseVocabulary: Terms | Options<WarmStart>,
    newVocabulary?: Terms,
    baseEmbeddings?: TensorLike,
    newEmbeddingsInitializer?: initializers.Like | null | Options<WarmStart>,
  ]
): Tensor {
  const where = 'warmstartEmbeddingMatrix';
  const [before, after, embeddings, initializer] = bindArguments(where, NAMES, args) as [
    Terms,
    Terms,
    TensorLike,
    (initializers.Like | null)?,
  ];
  const termsOf = (given: Terms, name: string): (string | number)[] => {
    if (typeof given === 'string')
      throw new ValueError(
        `${where}: ${name} '${given}' is the name of a file; wanted its terms. Read the file and pass its lines: text.split('\\n').`,
      );
    const terms = convertToTensor(given as TensorLike, undefined, `${where}: ${name}`);
    if (terms.rank !== 1)
      throw new ShapeError(`${where}: ${name} has shape ${showShape(terms.shape)}, wanted a list of terms.`);
    return terms.arraySync() as (string | number)[];
  };
  const base = convertToTensor(embeddings, undefined, `${where}: baseEmbeddings`);
  const places = new Map(termsOf(before, 'baseVocabulary').map((term, i) => [term, i]));
  if (base.rank !== 2 || base.dims[0]! < places.size)
    throw new ShapeError(
      `${where}: baseEmbeddings has shape ${showShape(base.shape)}, wanted a row for each of the ${places.size} terms: (${places.size}, size); found ${show(base)}.`,
    );
  const terms = termsOf(after, 'newVocabulary');
  const drawn = initializers.get(initializer ?? 'uniform')([terms.length, base.dims[1]!], { dtype: base.dtype });
  const kept = terms.flatMap((term, i) => (places.has(term) ? [[i, places.get(term)!] as const] : []));
  if (kept.length === 0) return drawn;
  return tensorScatterNdUpdate(
    drawn,
    kept.map(([i]) => [i]),
    gather(
      base,
      kept.map(([, from]) => from),
    ),
  );
}
