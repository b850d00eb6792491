// Paths with forward slashes, which Windows understands too.
// Owns: joining and taking apart. Leaves the working folder and the disk to the platform.

/** Joins parts with single slashes; an absolute part begins anew. */
export function joinPath(...parts: string[]): string {
  let path = '';
  for (const part of parts) {
    const plain = part.replace(/\\/g, '/');
    path = path === '' || isAbsolutePath(plain) ? plain : `${path.replace(/\/+$/, '')}/${plain}`;
  }
  return path;
}

export const isAbsolutePath = (path: string): boolean => /^(?:[/\\]|[a-z]:[/\\])/i.test(path);

/** The folder that a path lies in; '.' where it names none. */
export function folderOf(path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  if (cut < 0) return '.';
  return cut === 0 ? '/' : path.slice(0, cut);
}

/** The last part of a path. */
export const fileNameOf = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** Whether the text is an address that `fetch` understands, rather than a path. */
export const isUrl = (text: string): boolean => /^(?:https?|data|blob):/i.test(text);
