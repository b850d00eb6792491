// What both platforms do alike: reading from an address, and the order of names.
import type { FolderEntry } from './platform.ts';
import { PlatformError } from './platform-error.ts';

/** Code point order, as Python sorts names. */
export function byName(a: FolderEntry, b: FolderEntry): number {
  const left = Array.from(a.name, (letter) => letter.codePointAt(0)!);
  const right = Array.from(b.name, (letter) => letter.codePointAt(0)!);
  for (let i = 0; i < Math.min(left.length, right.length); i++) if (left[i] !== right[i]) return left[i]! - right[i]!;
  return left.length - right.length;
}

/** The body of an address. */
export async function fetchBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new PlatformError('network', url, 'cannot be reached. Is there a connection?', { cause: error });
  }
  if (!response.ok) {
    const code = response.status === 404 ? 'not_found' : 'network';
    throw new PlatformError(code, url, `the server answered ${response.status} ${response.statusText}.`);
  }
  return new Uint8Array(await response.arrayBuffer());
}
