// Paths that match patterns with *, ?, [abc], {a,b}: for tf.io.gfile.glob, tf.io.matchingFiles, Dataset.listFiles.
import { joinPath } from '../../platform/path.ts';
import { platform } from '../../platform/platform.ts';

const MAGIC = /[*?[{]/;

/** One name of a path as a regular expression. */
function nameExpression(pattern: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    const close = c === '[' ? pattern.indexOf(']', i + 2) : -1;
    if (c === '*') source += '[^/]*';
    else if (c === '?') source += '[^/]';
    else if (close > 0) {
      source += `[${pattern
        .slice(i + 1, close)
        .replace(/^[!^]/, '^')
        .replace(/\\/g, '\\\\')}]`;
      i = close;
    } else source += c.replace(/[\\^$.|+(){}[\]]/g, '\\$&');
  }
  return new RegExp(`^${source}$`, 's');
}

/** `{a,b}` written out. */
function alternatives(pattern: string): string[] {
  const found = /\{([^{}]*)\}/.exec(pattern);
  if (!found) return [pattern];
  return found[1]!
    .split(',')
    .flatMap((part) =>
      alternatives(pattern.slice(0, found.index) + part + pattern.slice(found.index + found[0].length)),
    );
}

/** The files and folders that match a pattern, sorted; none where nothing does. */
export async function matchingPaths(pattern: string): Promise<string[]> {
  const found = new Set<string>();
  for (const one of alternatives(pattern)) for (const path of await matchesOf(one)) found.add(path);
  return [...found].sort();
}

async function matchesOf(pattern: string): Promise<string[]> {
  const machine = platform();
  if (!MAGIC.test(pattern)) return (await machine.exists(pattern)) ? [pattern] : [];
  const names = pattern.split('/');
  let paths = [names[0] === '' ? '/' : ''];
  for (const name of names[0] === '' ? names.slice(1) : names) {
    if (!MAGIC.test(name)) {
      paths = paths.map((path) => (path === '' ? name : joinPath(path, name)));
      continue;
    }
    const matches = nameExpression(name);
    const next: string[] = [];
    for (const path of paths) {
      const stat = await machine.stat(path === '' ? '.' : path);
      if (stat?.kind !== 'folder') continue;
      for (const entry of await machine.readFolder(path === '' ? '.' : path)) {
        // As in shells, names that begin with a dot are matched only by patterns that do.
        if (entry.name.startsWith('.') && !name.startsWith('.')) continue;
        if (matches.test(entry.name)) next.push(path === '' ? entry.name : joinPath(path, entry.name));
      }
    }
    paths = next;
  }
  const there = await Promise.all(paths.map((path) => machine.exists(path)));
  return paths.filter((_, i) => there[i]);
}
