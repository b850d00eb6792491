// tf.io.decodeCsv: records of text as columns.
import { allocate, type StringElement } from '../../base/dtype.ts';
import { ValueError } from '../../base/errors.ts';
import { csvFields } from '../../formats/csv.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { known } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { stringTensor, textOf } from '../strings/text.ts';
import { fieldTypes, fieldValue, type RecordDefault } from './csv-fields.ts';

/** One tensor for each column, of the shape of `records`. An empty field takes the column's default. */
export const decodeCsv = signature(
  'io.decodeCsv',
  ['records', 'recordDefaults', 'fieldDelim', 'useQuoteDelim', 'naValue', 'selectCols'],
  (
    records: TensorLike,
    recordDefaults: readonly RecordDefault[],
    fieldDelim: string = ',',
    useQuoteDelim: boolean = true,
    naValue: string = '',
    selectCols?: readonly number[],
  ): Tensor[] => {
    const texts = stringTensor(records, 'decodeCsv');
    const rows = known(texts, 'decodeCsv', 'Decode in Dataset.map, outside of tf.function.') as StringElement[];
    const types = fieldTypes(recordDefaults, 'decodeCsv');
    const columns = types.map(({ dtype }) => allocate(dtype, rows.length));
    const syntax = { delimiter: fieldDelim, quotes: useQuoteDelim };
    for (const [i, row] of rows.entries()) {
      const fields = csvFields(textOf(row), syntax, 'decodeCsv');
      if (selectCols ? selectCols.some((at) => at >= fields.length) : fields.length !== types.length)
        throw new ValueError(
          `decodeCsv: record ${i} has ${fields.length} fields, wanted ${selectCols ? `more than ${Math.max(...selectCols)}` : types.length}.`,
        );
      for (const [k, type] of types.entries())
        (columns[k] as unknown[])[i] = fieldValue(
          fields[selectCols?.[k] ?? k]!,
          type,
          naValue,
          () => `decodeCsv: record ${i}, field ${k}`,
        );
    }
    return types.map(({ dtype }, k) => eagerTensor(columns[k]!, texts.dims, dtype));
  },
);
