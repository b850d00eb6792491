// The progress bar against lines that Keras 3.15 drew.
import { expect, it } from 'vitest';
import { Progbar } from './progbar.ts';

function draw(terminal: boolean, verbose: number): string {
  let text = '';
  let now = 0;
  const bar = new Progbar(4, { terminal, verbose, print: (part) => (text += part), now: () => now });
  for (let step = 1; step <= 4; step++) {
    now += 0.1;
    bar.update(
      step,
      [
        ['loss', 0.5 / step],
        ['mae', 0.0001],
      ],
      false,
    );
  }
  bar.update(4, [['loss', 0.125]], true);
  return text;
}

it('draws one plain line at the end where there is no terminal', () => {
  expect(draw(false, 1)).toBe('4/4 ━━━━━━━━━━━━━━━━━━━━ 0s 100ms/step - loss: 0.1250 - mae: 1.0000e-04\n');
  expect(draw(false, 2)).toBe('4/4 - 0s - 100ms/step - loss: 0.1250 - mae: 1.0000e-04\n');
});

it('draws over one line in a terminal, in colour', () => {
  const lines = draw(true, 1).split('\r').slice(1);
  expect(lines[0]).toContain(
    '\x1b[1m1/4\x1b[0m \x1b[32m━━━━━\x1b[0m\x1b[37m━━━━━━━━━━━━━━━\x1b[0m \x1b[1m0s\x1b[0m 100ms/step - loss: 0.5000 - mae: 1.0000e-04',
  );
  expect(lines.at(-1)).toContain('\x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m');
});
