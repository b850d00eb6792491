import { describe, expect, it } from 'vitest';
import { niceTicks, tickLabels, within } from './ticks.ts';

// What matplotlib 3.11.2 gives: MaxNLocator(nbins=9, steps=[1, 2, 2.5, 5, 10]), ScalarFormatter(useOffset=False).
const cases = [
  { low: 0, high: 1, labels: '0.0 0.2 0.4 0.6 0.8 1.0' },
  { low: -0.1, high: 2.1, labels: '0.00 0.25 0.50 0.75 1.00 1.25 1.50 1.75 2.00' },
  { low: 0, high: 100, labels: '0 20 40 60 80 100' },
  { low: 2.4, high: 12, labels: '4 6 8 10 12' },
  { low: -1.05, high: 1.05, labels: '−1.00 −0.75 −0.50 −0.25 0.00 0.25 0.50 0.75 1.00' },
  { low: 0, high: 3e6, labels: '0.0 0.5 1.0 1.5 2.0 2.5 3.0', offset: '1e6' },
  { low: 1e-7, high: 5e-7, labels: '1.0 1.5 2.0 2.5 3.0 3.5 4.0 4.5 5.0', offset: '1e−7' },
  { low: 0.8, high: 0.97, labels: '0.80 0.82 0.84 0.86 0.88 0.90 0.92 0.94 0.96' },
  { low: -37, high: 1234, labels: '0 200 400 600 800 1000 1200' },
  { low: 0.001, high: 0.0042, labels: '0.0010 0.0015 0.0020 0.0025 0.0030 0.0035 0.0040' },
  { low: 99.52, high: 100.44, labels: '99.6 99.8 100.0 100.2 100.4' },
  { low: -5, high: -1, labels: '−5.0 −4.5 −4.0 −3.5 −3.0 −2.5 −2.0 −1.5 −1.0' },
];

describe('niceTicks and tickLabels', () => {
  it.each(cases)('as matplotlib from $low to $high', ({ low, high, labels, offset = '' }) => {
    const ticks = within(niceTicks(low, high, { bins: 9 }), [low, high]);
    expect(tickLabels(ticks)).toEqual({ labels: labels.split(' '), offset });
    const unit = offset === '' ? 1 : Number(offset.replace('−', '-'));
    for (const [i, label] of labels.split(' ').entries()) {
      expect(ticks[i]! / unit).toBeCloseTo(Number(label.replace('−', '-')), 9);
    }
  });

  it.each([
    [-0.2, 4.2, [0, 1, 2, 3, 4]],
    [-4.95, 103.95, [0, 20, 40, 60, 80, 100]],
    [0.45, 10.55, [2, 4, 6, 8, 10]],
    [-0.5, 27.5, [0, 5, 10, 15, 20, 25]],
  ])('whole numbers only, as matplotlib, from %d to %d', (low, high, ticks) => {
    expect(within(niceTicks(low, high, { bins: 9, integer: true }), [low, high])).toEqual(ticks);
  });

  it('never has a step between whole numbers', () => {
    for (let high = 0.1; high < 40; high += 0.37) {
      for (const tick of niceTicks(0, high, { bins: 9, integer: true })) expect(Number.isInteger(tick)).toBe(true);
    }
  });

  it('puts digits that all ticks share beside the axis', () => {
    const { labels, offset } = tickLabels([1e9 + 1, 1e9 + 2, 1e9 + 3]);
    expect(offset).toBe('+1e9');
    expect(labels).toEqual(['1', '2', '3']);
  });

  it('has exact decimal positions', () => {
    expect(niceTicks(0, 1, { bins: 9 })).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(niceTicks(0, 0.9, { bins: 9 })).toContain(0.3);
  });
});
