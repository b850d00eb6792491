// Ctrl-C while a program trains: fit throws, what was trained is kept; a second one ends the program at once.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { root } from './support/run-program.ts';

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

it('Ctrl-C throws out of fit, a second one ends the program', async () => {
  const child = spawn(process.execPath, ['--import', loader, join(root, 'test/programs/interrupt.ts')], {
    env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') },
  });
  let output = '';
  let runs = 0;
  let again: ReturnType<typeof setInterval> | undefined;
  child.stdout.on('data', (text) => {
    output += text;
    if (!String(text).includes('trains')) return;
    child.kill('SIGINT');
    // The second run does not come to its end: only another Ctrl-C can end it. Two at once may arrive as one.
    if (++runs === 2) again = setInterval(() => child.kill('SIGINT'), 50);
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(again);
  const [trains, left, ...rest] = output.trim().split('\n');
  expect(trains).toBe('trains');
  const { name, message, trained, epochs } = JSON.parse(left!);
  expect([name, trained]).toEqual(['KeyboardInterrupt', true]);
  expect(epochs).toBeGreaterThanOrEqual(2);
  expect(message).toBe(
    `fit: interrupted by Ctrl-C (fit ended here; the weights are kept as they are by now, and model.history has epochs 1 to ${epochs})`,
  );
  expect(rest).toEqual(['trains']);
  expect(status).toBe(130);
});
