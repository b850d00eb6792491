// The command as a user calls it, but for the process of its own.
import { readFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import * as tf from '../index.ts';
import { platform } from '../platform/platform.ts';
import { main } from './command.ts';

const path = (file: string): string => new URL(file, import.meta.url).pathname;
const damaged = path('../../test/golden/models/damaged_not_a_zip.keras');
afterEach(() => void vi.restoreAllMocks());
async function run(...args: string[]): Promise<[status: number, printed: string]> {
  const print = vi
    .spyOn(platform(), 'print')
    .mockClear()
    .mockImplementation(() => {});
  const status = await main(args);
  return [status, print.mock.calls.flat().join('')];
}

it('says its version, which is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(path('../../package.json'), 'utf8')) as { version: string };
  expect(await run('--version')).toEqual([0, `cornu ${version}\n`]);
  expect(tf.__version__).toBe(version);
});
it('ends with 1 where a file does not load', async () => {
  const [status, printed] = await run('doctor', damaged);
  expect(status).toBe(1);
  expect(printed).toContain(`${damaged}: unreadable`);
  const [, json] = await run('doctor', '--json', damaged);
  expect(JSON.parse(json)).toMatchObject({ loads: false });
});
it('prints how it is used, and ends with 2 where that was not asked for', async () => {
  expect(await run('--help')).toEqual([0, expect.stringContaining('cornu doctor [--json] FILE')]);
  expect((await run('docter', damaged))[0]).toBe(2);
  expect((await run('doctor'))[0]).toBe(2);
});
