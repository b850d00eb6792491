// tf.io.parseSequenceExample and parseSingleSequenceExample: a context, and lists of features over time.
// Owns: what lists become, alone and in a batch. Leaves the context's features to parse-example.ts.
import { allocate, type Data } from '../../base/dtype.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { showShape, sizeOf } from '../../base/shape.ts';
import { FeatureTable, readSequenceExample, type SequenceLists } from '../../formats/tensorflow/example-read.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { integersTensor } from '../core/shapes.ts';
import { bindArguments } from '../core/signature.ts';
import { cumulated, RaggedTensor } from '../ragged/ragged-tensor.ts';
import { stackRagged } from '../ragged/stack.ts';
import { SparseTensor } from '../sparse/sparse-tensor.ts';
import { type Feature, type FeatureDType, type Features, requireFeatures } from './features.ts';
import { Columns, joined, padRows, parseFeature, placesOf, recordsOf, valuesOf } from './parse-example.ts';
import type { Bytes } from './pictures.ts';

type Parsed = Record<string, Tensor | SparseTensor | RaggedTensor>;

export interface SequenceOptions
  extends Options<{
    contextFeatures: Features | null;
    sequenceFeatures: Features | null;
    exampleNames: unknown;
    exampleName: unknown;
  }> {}

const none = (dtype: FeatureDType): Data => (dtype === 'string' ? [] : allocate(dtype, 0));

/** The steps of a list in each example: their values. */
function stepsOf(examples: readonly SequenceLists[], place: number, dtype: FeatureDType, where: (i: number) => string) {
  return examples.map((lists, i) => {
    const list = lists[place];
    return list ? list.map((slice, step) => valuesOf(slice, dtype, `${where(i)}, step ${step}`) ?? none(dtype)) : null;
  });
}

function parseList(
  name: string,
  feature: Feature,
  place: number,
  examples: readonly SequenceLists[],
  batch: boolean,
): Tensor | SparseTensor | RaggedTensor {
  const where = (i: number): string => `parseSequenceExample: ${batch ? `example ${i}: ` : ''}list '${name}'`;
  const { dtype } = feature;
  const steps = stepsOf(examples, place, dtype, where);
  if (feature.kind === 'sequence') {
    const dims = feature.shape.map((n) => n ?? -1);
    const size = sizeOf(dims);
    const rows = steps.map((list, i) => {
      if (!list && !feature.allowMissing)
        throw new ValueError(`${where(i)} is missing; give FixedLenSequenceFeature { allowMissing: true }.`);
      for (const [step, values] of (list ?? []).entries())
        if (values.length !== size)
          throw new ShapeError(
            `${where(i)}, step ${step} has ${values.length} values, wanted ${size} for shape ${showShape(feature.shape)}.`,
          );
      return joined(list ?? [], dtype);
    });
    if (batch) return padRows(rows, size, dims, dtype, feature.defaultValue, where(0));
    return eagerTensor(rows[0]!, [rows[0]!.length / size, ...dims], dtype);
  }
  const lists = steps.map((list) => list ?? []);
  if (feature.kind === 'variable') {
    const indices: number[] = [];
    for (const [i, list] of lists.entries())
      for (const [step, values] of list.entries())
        for (let k = 0; k < values.length; k++) indices.push(...(batch ? [i] : []), step, k);
    const flat = joined(lists.flat(), dtype);
    const longest = Math.max(0, ...lists.map((list) => list.length));
    const widest = Math.max(0, ...lists.flat().map((values) => values.length));
    const shape = [...(batch ? [lists.length] : []), longest, widest];
    const values = eagerTensor(flat, [flat.length], dtype);
    return SparseTensor(integersTensor(indices, [flat.length, shape.length], 'int64'), values, shape);
  }
  if (feature.kind === 'ragged') {
    if (feature.partitions.length > 0)
      throw new ValueError(`${where(0)}: partitions of lists are not read; give a RaggedFeature without them.`);
    const one = (list: readonly Data[]): RaggedTensor => {
      const flat = joined(list, dtype);
      const splits = cumulated(list.map((values) => values.length));
      return new RaggedTensor(eagerTensor(flat, [flat.length], dtype), splits);
    };
    return batch ? stackRagged(lists.map(one)) : one(lists[0]!);
  }
  throw new ValueError(
    `${where(0)}: lists are read by FixedLenSequenceFeature, VarLenFeature and RaggedFeature; found ${feature.kind}.`,
  );
}

function parse(serialized: Bytes | TensorLike, args: readonly unknown[], name: string, batch: boolean) {
  const [, context = {}, sequence = {}] = bindArguments(
    name,
    ['serialized', 'contextFeatures', 'sequenceFeatures', batch ? 'exampleNames' : 'exampleName', 'name'],
    [serialized, ...args],
  );
  const { records, rank } = recordsOf(serialized, name);
  if (rank !== (batch ? 1 : 0))
    throw new ShapeError(
      `${name}: serialized has rank ${rank}; wanted ${batch ? 'a vector of examples' : 'one example'}.`,
    );
  const contextList = requireFeatures(context, `${name}: contextFeatures`);
  const sequenceList = requireFeatures(sequence, `${name}: sequenceFeatures`);
  const places = placesOf(contextList);
  const lists = new Map(
    sequenceList.map(([key, feature], i) => [
      feature.kind === 'ragged' && feature.valueKey !== null ? feature.valueKey : key,
      i,
    ]),
  );
  const what = (row: number): string => (batch ? `${name}: example ${row}: ` : `${name}: `);
  const table = new FeatureTable(places, records.length);
  const examples = records.map((record, i) => readSequenceExample(record, table, lists, what(i)));
  const columns = new Columns(table, places, what);
  const parsedContext = Object.fromEntries(
    contextList.map(([key, feature]) => [key, parseFeature(key, feature, columns, batch)]),
  ) as Parsed;
  const parsedLists: Parsed = Object.fromEntries(
    sequenceList.map(([key, feature], i) => [key, parseList(key, feature, i, examples, batch)]),
  );
  return { parsedContext, parsedLists, examples, sequenceList };
}

/** Serialized SequenceExamples (batch,): context features, lists (batch, time, …), and the lengths of the dense lists. */
export function parseSequenceExample(
  serialized: Bytes | TensorLike,
  ...args: [options?: SequenceOptions] | [contextFeatures: Features | null, sequenceFeatures?: Features | null]
): [context: Parsed, sequences: Parsed, lengths: Record<string, Tensor>] {
  const { parsedContext, parsedLists, examples, sequenceList } = parse(serialized, args, 'parseSequenceExample', true);
  const lengths = Object.fromEntries(
    sequenceList.flatMap(([key, feature], i) =>
      feature.kind === 'sequence'
        ? [
            [
              key,
              integersTensor(
                examples.map((lists) => lists[i]?.length ?? 0),
                [examples.length],
                'int64',
              ),
            ] as const,
          ]
        : [],
    ),
  );
  return [parsedContext, parsedLists, lengths];
}

/** One serialized SequenceExample: context features, and lists whose first axis is time. */
export function parseSingleSequenceExample(
  serialized: Bytes | TensorLike,
  ...args: [options?: SequenceOptions] | [contextFeatures: Features | null, sequenceFeatures?: Features | null]
): [context: Parsed, sequences: Parsed] {
  const { parsedContext, parsedLists } = parse(serialized, args, 'parseSingleSequenceExample', false);
  return [parsedContext, parsedLists];
}
