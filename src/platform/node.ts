// Files in Node.
import { rmSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile as write } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError } from '../base/errors.ts';

/** Writes beside the target and renames: a reader sees the old file or the new one. */
export async function writeFile(path: string, data: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
  try {
    await write(temporary, data);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new FileError(`cannot write '${path}': ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** A file in a folder of its own, which only this user can read; gone when the process ends. */
export async function temporaryFile(name: string, data: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cornu-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  await write(path, data);
  return path;
}
