// A folder of files written as one: a crash in the middle leaves the old one whole.
// Owns: that order of steps. Leaves single files to the platform.
import { FileError } from '../../base/errors.ts';
import { platform } from '../../platform/platform.ts';

let count = 0;

/** Writes the files; `marker` is the one by which the folder is known, written last where the folder cannot be replaced at once. */
export async function writeFolder(path: string, files: ReadonlyMap<string, Uint8Array>, marker: string): Promise<void> {
  const folder = path.replace(/\/+$/, '');
  const here = platform();
  const existing = await here.stat(folder);
  // Only a folder of the same kind is replaced whole: others may hold what is not ours.
  const replaceable = !existing || (existing.kind === 'folder' && (await here.exists(`${folder}/${marker}`)));
  if (here.kind === 'browser' || !replaceable) {
    for (const [name, bytes] of files) if (name !== marker) await here.writeFile(`${folder}/${name}`, bytes);
    await here.writeFile(`${folder}/${marker}`, files.get(marker)!);
    return;
  }
  const temporary = `${folder}.${count++}.tmp`;
  const old = `${folder}.${count++}.old`;
  try {
    if (await here.exists(temporary)) await here.remove(temporary);
    for (const [name, bytes] of files) await here.writeFile(`${temporary}/${name}`, bytes);
    if (existing) await here.rename(folder, old);
    await here.rename(temporary, folder);
    if (existing) await here.remove(old);
  } catch (error) {
    await here.remove(temporary).catch(() => undefined);
    if (existing && !(await here.exists(folder)) && (await here.exists(old))) await here.rename(old, folder);
    // The user knows the folder, not where it is put together.
    throw error instanceof FileError
      ? new FileError(error.message.replaceAll(temporary, folder), { cause: error })
      : error;
  }
}
