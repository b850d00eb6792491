import { describe, expect, it } from 'vitest';
import { textWidth, wrap } from './text.ts';

describe('textWidth', () => {
  // matplotlib's text_to_path.get_text_width_height_descent in DejaVu Sans at 10 points.
  it.each([
    ['Training and Validation Accuracy', 162.84],
    ['0.975', 28.63],
    ['Loss (MSE)', 54.21],
  ])('%s', (text, width) => {
    expect(Math.abs(textWidth(text, 10) - width)).toBeLessThan(0.02 * width);
  });

  it('takes ideographs for squares', () => {
    expect(textWidth('训练损失', 10)).toBe(40);
  });
});

describe('wrap', () => {
  it('breaks between words, between ideographs, and at newlines', () => {
    expect(wrap('one two three', 10, 1000)).toEqual(['one two three']);
    expect(wrap('one\ntwo', 10, 1000)).toEqual(['one', 'two']);
    const words = wrap('one two three four five six seven', 10, 80);
    expect(words.length).toBeGreaterThan(1);
    expect(words.join(' ')).toBe('one two three four five six seven');
    for (const line of words) expect(textWidth(line, 10)).toBeLessThanOrEqual(80);
    expect(wrap('线性回归模型', 10, 30)).toEqual(['线性回', '归模型']);
  });

  it('leaves a word that is too long alone', () => {
    expect(wrap('incomprehensibilities', 10, 20)).toEqual(['incomprehensibilities']);
  });
});
