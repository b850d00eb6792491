// The page docs/interop.md: tables of what was compared.
// Owns: what counts as equal, and the layout. Leaves the comparing to keras.ts and large-models.ts.

/** One file of one model, read by the other side. */
export interface Row {
  readonly name: string;
  readonly format: string;
  /** The most by which a prediction differs. */
  readonly difference?: number;
  /** The most by which a loss of two more epochs differs, as a part of it. */
  readonly training?: number;
  readonly error?: string;
}
export const isGood = (row: Row): boolean =>
  row.error === undefined && row.difference! < 1e-5 && (row.training ?? 0) < 1e-4;

const short = (value: number | undefined): string =>
  value === undefined ? '' : value === 0 ? '0' : value.toExponential(0).replace('e-', 'e−');
const largest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
};
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const rule = (count: number): string => `|${'---|'.repeat(count)}`;

/** One line a format. */
export function summary(rows: readonly Row[]): string {
  const lines = [...new Set(rows.map(({ format }) => format))].map((format) => {
    const of = rows.filter((row) => row.format === format);
    return line([
      format,
      `${of.filter(isGood).length} of ${of.length}`,
      short(largest(of.map((row) => row.difference))),
      short(largest(of.map((row) => row.training))),
    ]);
  });
  return [line(['format', 'models', 'predictions differ by', 'losses differ by']), rule(4), ...lines].join('\n');
}

/** One line a model, one column a format: the difference of predictions, of losses. */
export function matrix(rows: readonly Row[]): string {
  const formats = [...new Set(rows.map(({ format }) => format))];
  const names = [...new Set(rows.map(({ name }) => name))];
  const cell = (row: Row | undefined): string => {
    if (!row) return '';
    if (row.error !== undefined) return 'fails';
    return row.training === undefined ? short(row.difference) : `${short(row.difference)}, ${short(row.training)}`;
  };
  return [
    line(['model', ...formats]),
    rule(formats.length + 1),
    ...names.map((name) =>
      line([
        name.replace(/^k[23]_/, '').replaceAll('_', ' '),
        ...formats.map((format) => cell(rows.find((row) => row.name === name && row.format === format))),
      ]),
    ),
  ].join('\n');
}
