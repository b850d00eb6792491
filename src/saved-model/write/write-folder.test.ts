import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFolder } from './write-folder.ts';

test('what cannot be written is named as the user named it, and nothing is left behind', async () => {
  const place = mkdtempSync(join(tmpdir(), 'cornu-folder-'));
  try {
    writeFileSync(join(place, 'file'), 'a file');
    const wanted = join(place, 'file/model');
    const error = await writeFolder(wanted, new Map([['saved_model.pb', new Uint8Array(3)]]), 'saved_model.pb').then(
      () => null,
      (thrown: unknown) => String(thrown),
    );
    expect(error).toContain(wanted);
    expect(error).not.toContain('.tmp');
    expect(readdirSync(place)).toEqual(['file']);
  } finally {
    rmSync(place, { recursive: true });
  }
});
