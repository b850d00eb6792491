// tf.data.experimental.CsvDataset and makeCsvDataset.
// Owns: the classes and their arguments, the guessing of columns. Leaves cutting to formats/csv.ts, values to ops/io/csv-fields.ts.
import { type Class, callable } from '../../base/callable.ts';
import { allocate, type DType } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { CsvCutter, type CsvSyntax } from '../../formats/csv.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { type FieldType, fieldTypes, fieldValue, parseNumber, type RecordDefault } from '../../ops/io/csv-fields.ts';
import { matchingPaths } from '../../ops/io/glob.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { DatasetBase } from '../dataset.ts';
import { DONE, type Pull } from '../pull.ts';
import { type Compression, compressionOf, cutFile, fileNamesOf, fileSource, listSource } from './files.ts';
import type { FilesOf } from './readers.ts';

/** The records of one file as lists of fields. */
function readRecords(path: string, compression: Compression, syntax: CsvSyntax, header: boolean): Pull<unknown> {
  const cutter = new CsvCutter(syntax, path);
  const decoder = new TextDecoder();
  let skip = header ? 1 : 0;
  const withoutHeader = function* (records: Iterable<string[]>): Generator<string[]> {
    for (const record of records)
      if (skip > 0) skip--;
      else yield record;
  };
  return cutFile(path, compression, {
    push: (part) => withoutHeader(cutter.push(decoder.decode(part, { stream: true }))),
    end: () => withoutHeader([...cutter.push(decoder.decode()), ...cutter.end()]),
  });
}

export interface CsvOptions
  extends Options<{
    compressionType: '' | 'GZIP' | 'ZLIB' | null;
    bufferSize: number | null;
    header: boolean;
    fieldDelim: string;
    useQuoteDelim: boolean;
    naValue: string;
    selectCols: readonly number[] | null;
    excludeCols: readonly number[] | null;
  }> {}

const NAMES = [
  'filenames',
  'recordDefaults',
  'compressionType',
  'bufferSize',
  'header',
  'fieldDelim',
  'useQuoteDelim',
  'naValue',
  'selectCols',
  'excludeCols',
];

class CsvDataset_ extends DatasetBase<Tensor[]> {
  constructor(...args: [filenames: FilesOf, recordDefaults: readonly RecordDefault[], options?: CsvOptions]) {
    const bound = bindArguments('CsvDataset', NAMES, args);
    const [files, defaults, compression, , header = false, delimiter = ',', quotes = true, na = '', select, exclude] =
      bound as [FilesOf, unknown, string?, number?, boolean?, string?, boolean?, string?, number[]?, number[]?];
    if (select && exclude) throw new ValueError('CsvDataset: give either selectCols or excludeCols.');
    const types = fieldTypes(defaults, 'CsvDataset');
    const syntax = { delimiter, quotes };
    const packing = compressionOf(compression, 'CsvDataset');
    const names = files instanceof DatasetBase ? files.source : listSource(fileNamesOf(files, 'CsvDataset'));
    const read = (path: string): Pull<unknown> => {
      const records = readRecords(path, packing, syntax, header);
      let index = 0;
      const parse = (record: unknown): unknown =>
        record === DONE ? DONE : columnsOf(record as string[], types, na, select, exclude, path, index++);
      return {
        next: () => {
          const got = records.next();
          return got instanceof Promise ? got.then(parse) : parse(got);
        },
        close: () => records.close?.(),
      };
    };
    super(fileSource(names, read, undefined, () => types.map(({ dtype }) => new TensorSpec([], dtype))));
  }
}
export interface CsvDataset extends CsvDataset_ {}
/** The records of CSV files as lists of scalars, one for each of `recordDefaults`. */
export const CsvDataset: Class<
  [filenames: FilesOf, recordDefaults: readonly RecordDefault[], options?: CsvOptions],
  CsvDataset
> = callable(CsvDataset_, 'CsvDataset');

function columnsOf(
  record: readonly string[],
  types: readonly FieldType[],
  na: string,
  select: readonly number[] | undefined,
  exclude: readonly number[] | undefined,
  path: string,
  index: number,
): Tensor[] {
  const fields = select
    ? select.map((at) => record[at])
    : exclude
      ? record.filter((_, at) => !exclude.includes(at))
      : record;
  if (fields.length !== types.length || fields.some((field) => field === undefined))
    throw new ValueError(
      `${path}: record ${index} has ${record.length} fields; wanted ${select ? `the columns ${select.join(', ')}` : types.length}.`,
    );
  return types.map((type, k) => {
    const value = fieldValue(fields[k]!, type, na, () => `${path}: record ${index}, field ${k}`);
    const data = allocate(type.dtype, 1);
    (data as unknown[])[0] = value;
    return eagerTensor(data, [], type.dtype);
  });
}

// ── makeCsvDataset ──────────────────────────────────────────────────────────────────────────────────────────────

export interface MakeCsvOptions
  extends Options<{
    columnNames: readonly string[] | null;
    columnDefaults: readonly RecordDefault[] | null;
    labelName: string | null;
    selectColumns: readonly (string | number)[] | null;
    fieldDelim: string;
    useQuoteDelim: boolean;
    naValue: string;
    header: boolean;
    numEpochs: number | null;
    shuffle: boolean;
    shuffleBufferSize: number;
    shuffleSeed: number | null;
    prefetchBufferSize: number | null;
    numParallelReads: number | null;
    sloppy: boolean;
    numRowsForInference: number | null;
    compressionType: '' | 'GZIP' | 'ZLIB' | null;
    ignoreErrors: boolean;
    encoding: string;
  }> {}
/** The batch size stands second, or among the options. */
type Batches<O> = [batchSize: number, options: O] | [options: O & { readonly batchSize: number }];
type Columns = Record<string, Tensor>;

const MAKE_NAMES = [
  'filePattern',
  'batchSize',
  'columnNames',
  'columnDefaults',
  'labelName',
  'selectColumns',
  'fieldDelim',
  'useQuoteDelim',
  'naValue',
  'header',
  'numEpochs',
  'shuffle',
  'shuffleBufferSize',
  'shuffleSeed',
  'prefetchBufferSize',
  'numParallelReads',
  'sloppy',
  'numRowsForInference',
  'compressionType',
  'ignoreErrors',
  'encoding',
];

/** Batches of CSV files as records of columns, `[columns, label]` with `labelName`. Columns are found out from the files. */
export function makeCsvDataset(
  filePattern: string | readonly string[],
  ...rest: Batches<MakeCsvOptions & { readonly labelName: string }>
): Promise<DatasetBase<[features: Columns, label: Tensor]>>;
export function makeCsvDataset(
  filePattern: string | readonly string[],
  ...rest: [batchSize: number] | Batches<MakeCsvOptions>
): Promise<DatasetBase<Columns>>;
export async function makeCsvDataset(
  ...args: [string | readonly string[], ...([number] | Batches<MakeCsvOptions>)]
): Promise<DatasetBase<Columns | [Columns, Tensor]>> {
  const name = 'makeCsvDataset';
  const bound = bindArguments(name, MAKE_NAMES, args);
  const given = Object.fromEntries(MAKE_NAMES.map((key, i) => [key, bound[i]])) as MakeCsvOptions;
  const patterns = fileNamesOf(bound[0], name);
  const files = (await Promise.all(patterns.map(matchingPaths))).flat().sort();
  if (files.length === 0) throw new ValueError(`${name}: no files match ${patterns.join(', ')}.`);
  const { header = true, labelName, numEpochs, ignoreErrors = false, numParallelReads: readers } = given;
  const na = given.naValue ?? '';
  const syntax = { delimiter: given.fieldDelim ?? ',', quotes: given.useQuoteDelim ?? true };
  const packing = compressionOf(given.compressionType, name);
  const records = (path: string, skip: boolean) => readRecords(path, packing, syntax, skip);

  const names = given.columnNames ?? (await columnNames(files, header, (path) => records(path, false)));
  const twice = names.find((column, i) => names.indexOf(column) !== i);
  if (twice !== undefined) throw new ValueError(`${name}: the column name '${twice}' stands twice.`);
  const selected = given.selectColumns ? selectedPlaces(given.selectColumns, names) : names.map((_, i) => i);
  const defaults =
    given.columnDefaults ??
    (await columnDefaults(files, names.length, selected, na, given.numRowsForInference, (path) =>
      records(path, header),
    ));
  const own = names.length > selected.length ? selected.map((i) => names[i]!) : names;
  if (defaults.length !== own.length)
    throw new ValueError(`${name}: found ${defaults.length} columnDefaults for ${own.length} columns.`);
  if (labelName && !own.includes(labelName))
    throw new ValueError(`${name}: labelName '${labelName}' is none of the columns ${own.join(', ')}.`);

  const open = (path: string): DatasetBase<Tensor[]> => {
    const dataset = new CsvDataset_(path, defaults, {
      compressionType: packing,
      header,
      fieldDelim: syntax.delimiter,
      useQuoteDelim: syntax.quotes,
      naValue: na,
      ...(given.selectColumns ? { selectCols: selected } : {}),
    });
    return ignoreErrors ? dataset.ignoreErrors() : dataset;
  };
  const shuffle = given.shuffle ?? true;
  const seed = given.shuffleSeed ?? undefined;
  let paths: DatasetBase<Tensor> = DatasetBase.fromTensorSlices(files);
  if (shuffle) paths = paths.shuffle(files.length, { seed });
  let rows = paths.interleave((path) => open(String(path.numpy())), { cycleLength: readers ?? 1, blockLength: 1 });
  if (shuffle) rows = rows.shuffle(given.shuffleBufferSize ?? 10_000, { seed });
  if (numEpochs !== 1) rows = rows.repeat(numEpochs ?? -1);
  return rows
    .batch(bound[1] as number, { dropRemainder: numEpochs === undefined || numEpochs === null })
    .map((...columns: Tensor[]) => {
      const features = Object.fromEntries(own.map((column, i) => [column, columns[i]!]));
      if (!labelName) return features;
      const { [labelName]: label, ...rest } = features;
      return [rest, label!];
    })
    .prefetch(given.prefetchBufferSize ?? -1) as DatasetBase<Columns | [Columns, Tensor]>;
}

async function* each(pull: Pull<unknown>): AsyncGenerator<string[]> {
  try {
    for (;;) {
      const record = await pull.next();
      if (record === DONE) return;
      yield record as string[];
    }
  } finally {
    await pull.close?.();
  }
}

async function firstOf(pull: Pull<unknown>): Promise<string[] | null> {
  for await (const record of each(pull)) return record;
  return null;
}

async function columnNames(files: readonly string[], header: boolean, read: (path: string) => Pull<unknown>) {
  if (!header) throw new ValueError('makeCsvDataset: without a header the columns have no names; give columnNames.');
  let names: string[] | null = null;
  for (const path of files) {
    const first: string[] | null = await firstOf(read(path));
    if (!first) throw new ValueError(`makeCsvDataset: ${path} has no header line; is it empty?`);
    if (names && String(first) !== String(names))
      throw new ValueError(
        `makeCsvDataset: ${path} has other column names than ${files[0]}; wanted the same in all files.`,
      );
    names ??= first;
  }
  return names!;
}

function selectedPlaces(selected: readonly (string | number)[], names: readonly string[]): number[] {
  const places = selected.map((column) => {
    const at = typeof column === 'number' ? column : names.indexOf(column);
    if (!(at in names)) throw new ValueError(`makeCsvDataset: selectColumns: there is no column ${show(column)}.`);
    return at;
  });
  const sorted = [...new Set(places)].sort((a, b) => a - b);
  if (sorted.length !== selected.length) throw new ValueError('makeCsvDataset: selectColumns names a column twice.');
  return sorted;
}

const WIDENING: readonly DType[] = ['int32', 'int64', 'float32', 'float64', 'string'];
const fits = (text: string, dtype: DType): boolean => {
  if (dtype === 'string') return true;
  const value = parseNumber(text, dtype);
  return value !== undefined && value < Number.POSITIVE_INFINITY;
};

/** Zeros and empty texts of the narrowest dtypes that hold the first rows. */
async function columnDefaults(
  files: readonly string[],
  count: number,
  selected: readonly number[],
  na: string,
  rows: number | null | undefined,
  read: (path: string) => Pull<unknown>,
): Promise<RecordDefault[]> {
  const limit = rows === undefined ? 100 : (rows ?? Number.POSITIVE_INFINITY);
  const found: (DType | null)[] = selected.map(() => null);
  let seen = 0;
  search: for (const path of files)
    for await (const record of each(read(path))) {
      if (seen++ >= limit) break search;
      if (record.length !== count)
        throw new ValueError(`makeCsvDataset: ${path}: record ${seen} has ${record.length} fields, wanted ${count}.`);
      for (const [k, at] of selected.entries()) {
        const text = record[at]!;
        if (text === '' || text === na) continue;
        const from = Math.max(WIDENING.indexOf(found[k] ?? 'int32'), 0);
        found[k] = WIDENING.slice(from).find((dtype) => fits(text, dtype))!;
      }
    }
  return found.map((dtype) => {
    const type = dtype ?? 'string';
    const data = allocate(type, 1);
    if (Array.isArray(data)) data[0] = '';
    return eagerTensor(data, [1], type);
  });
}
