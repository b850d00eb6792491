import { expect, it } from 'vitest';
import { traceText } from './trace.ts';

it('writes complete events in microseconds, as Chrome reads them', () => {
  const text = traceText([{ name: 'loops add', start: 1.5, duration: 0.25, args: { operations: 12 } }], 7);
  expect(JSON.parse(text).traceEvents).toEqual([
    { name: 'loops add', ph: 'X', ts: 1500, dur: 250, pid: 7, tid: 0, args: { operations: 12 } },
  ]);
});
