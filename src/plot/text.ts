// How wide text is and where it breaks, and the fonts it is drawn in: layout needs it before any renderer is there.
// Owns: the font list, widths of DejaVu Sans (matplotlib's font, which Verdana matches closely), wrapping.
// Leaves fonts for PNG on machines that lack them to fonts.ts.

/** Latin first in matplotlib's own font; then the Chinese, Japanese and Korean fonts of the usual systems. */
export const fontFamily = [
  'DejaVu Sans',
  'Verdana',
  'Noto Sans',
  'PingFang SC',
  'Hiragino Sans GB',
  'Microsoft YaHei',
  'Noto Sans CJK SC',
  'Noto Sans SC',
  'Source Han Sans SC',
  'WenQuanYi Micro Hei',
  'sans-serif',
].join(', ');

/** Pixels in a point: figures have 100 dots an inch, as in matplotlib. */
export const point = 100 / 72;

export const fontSize = { tick: 10 * point, label: 10 * point, title: 12 * point, legend: 10 * point } as const;

/** Height of a line of text, as a multiple of the font size. */
export const lineHeight = 1.2;

// Advance widths of the characters from ' ' to '~', in thousandths of the font size.
const widths = (
  '318 401 460 838 636 950 780 275 390 390 500 838 318 361 318 337 636 636 636 636 636 636 636 636 636 636 337 337 838 ' +
  '838 838 531 1000 684 686 698 770 632 575 775 752 295 295 656 557 863 748 787 603 787 695 635 611 732 684 989 685 ' +
  '611 685 390 337 390 838 500 500 613 635 550 635 615 352 635 634 278 278 579 278 974 634 612 635 635 411 521 392 ' +
  '634 592 818 592 592 525 636 337 636 838'
)
  .split(' ')
  .map(Number);

/** Whether a character is as wide as it is high: ideographs, kana, hangul, full-width forms, emoji. */
export function isWide(codePoint: number): boolean {
  return (
    (codePoint >= 0x1100 && codePoint <= 0x115f) ||
    (codePoint >= 0x2e80 && codePoint <= 0xa4cf) ||
    (codePoint >= 0xac00 && codePoint <= 0xd7a3) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    (codePoint >= 0xfe30 && codePoint <= 0xfe6f) ||
    (codePoint >= 0xff00 && codePoint <= 0xff60) ||
    (codePoint >= 0x1f300 && codePoint <= 0x3fffd)
  );
}

/** Width in pixels of one line of text. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    width += code >= 32 && code < 127 ? widths[code - 32]! : isWide(code) ? 1000 : code === 0x2212 ? 838 : 640;
  }
  return (width * size) / 1000;
}

/** The lines of a text, broken at its newlines, and where a line is wider than `room` also between words or ideographs. */
export function wrap(text: string, size: number, room: number): string[] {
  return text.split('\n').flatMap((line) => {
    if (textWidth(line, size) <= room) return [line];
    const lines: string[] = [];
    let current = '';
    for (const piece of line.match(/[\u2e80-\u{3fffd}]|[^\s\u2e80-\u{3fffd}]+|\s+/gu) ?? []) {
      if (current.trim() !== '' && textWidth((current + piece).trimEnd(), size) > room) {
        lines.push(current.trimEnd());
        current = piece.trimStart();
      } else {
        current += piece;
      }
    }
    if (current.trim() !== '') lines.push(current.trimEnd());
    return lines;
  });
}

/** Height in pixels of so many lines. */
export function textHeight(lines: number, size: number): number {
  return lines * size * lineHeight;
}
