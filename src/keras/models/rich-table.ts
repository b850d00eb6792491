// Tables as Python's rich draws them (box HEAVY_HEAD, lines between rows): what Keras 3 prints summaries with.
// Owns: column widths, wrapping of words, alignment. All texts are plain.

export type Alignment = 'left' | 'right' | 'center';
export interface Column {
  readonly name: string;
  readonly align: Alignment;
  /** Characters of content wanted. */
  readonly width: number;
}

/** Python's round: halves go to the even number. */
const roundHalfEven = (x: number): number => {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (floor % 2) : Math.round(x);
};

/** Widths with padding, made to fill the table exactly. */
function widthsFor(columns: readonly Column[], lineLength: number): number[] {
  const wanted = columns.map((column) => column.width + 2);
  const room = lineLength - columns.length - 1;
  const sum = wanted.reduce((a, b) => a + b, 0);
  if (sum > room) {
    let left = sum - room;
    return wanted.map((width, i) => {
      const share = Math.min(width, roundHalfEven(left / (wanted.length - i)));
      left -= share;
      return width - share;
    });
  }
  // Room to spare goes to the columns by their widths.
  let left = room - sum;
  let weight = sum;
  return wanted.map((width) => {
    const share = Math.ceil((width * left) / weight);
    left -= share;
    weight -= width;
    return width + share;
  });
}

/** Lines of at most `width`, broken between words; a word that is too long keeps a line of its own. */
export function wrapWords(text: string, width: number): string[] {
  const breaks: number[] = [];
  let offset = 0;
  for (const match of text.matchAll(/\s*\S+\s*/g)) {
    const [word] = match;
    const start = match.index;
    const length = word.trimEnd().length;
    if (width - offset >= length) offset += word.length;
    else {
      if (start > 0) breaks.push(start);
      offset = word.length;
    }
  }
  return [0, ...breaks].map((from, i) => text.slice(from, breaks[i] ?? text.length).trimEnd());
}

function aligned(line: string, width: number, align: Alignment): string {
  const text = align === 'left' ? line : line.trim();
  const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  const rest = width - cut.length;
  if (align === 'right') return ' '.repeat(rest) + cut;
  const before = align === 'center' ? Math.floor(rest / 2) : 0;
  return ' '.repeat(before) + cut + ' '.repeat(rest - before);
}

/** The table's lines. */
export function drawTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  lineLength: number,
): string[] {
  const widths = widthsFor(columns, lineLength);
  const rule = (left: string, fill: string, cross: string, right: string): string =>
    left + widths.map((width) => fill.repeat(width)).join(cross) + right;
  const row = (cells: readonly string[], bar: string): string[] => {
    const wrapped = cells.map((cell, i) => wrapWords(cell, widths[i]! - 2));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) => {
      const parts = wrapped.map((lines, i) => ` ${aligned(lines[line] ?? '', widths[i]! - 2, columns[i]!.align)} `);
      return bar + parts.join(bar) + bar;
    });
  };
  const lines = [
    rule('┏', '━', '┳', '┓'),
    ...row(
      columns.map((column) => column.name),
      '┃',
    ),
    rule('┡', '━', '╇', '┩'),
  ];
  rows.forEach((cells, i) => {
    if (i > 0) lines.push(rule('├', '─', '┼', '┤'));
    lines.push(...row(cells, '│'));
  });
  lines.push(rule('└', '─', '┴', '┘'));
  return lines;
}
