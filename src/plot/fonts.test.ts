// A font that the user names must be one; what the packaged font does is seen in images.test.ts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import * as plt from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cornu-plot-test-'));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('CORNU_PLOT_FONT must name a font; afterwards PNGs are drawn again', async () => {
  plt.plot([1, 2]);
  const path = join(folder, 'a.png');
  const text = join(folder, 'text.ttf');
  writeFileSync(text, 'no font');
  vi.stubEnv('CORNU_PLOT_FONT', join(folder, 'missing.ttf'));
  await expect(plt.savefig(path)).rejects.toThrow(/missing\.ttf/);
  vi.stubEnv('CORNU_PLOT_FONT', text);
  await expect(plt.savefig(path)).rejects.toThrow(
    /CORNU_PLOT_FONT names '.*text\.ttf', which is no font; wanted a \.ttf/,
  );
  vi.unstubAllEnvs();
  await plt.savefig(path);
});
