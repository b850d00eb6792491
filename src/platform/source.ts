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

async function request(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new PlatformError('network', url, 'cannot be reached. Is there a connection?', { cause: error });
  }
  if (response.ok) return response;
  const code = response.status === 404 ? 'not_found' : 'network';
  throw new PlatformError(code, url, `the server answered ${response.status} ${response.statusText}.`);
}

/** The body of an address. */
export async function fetchBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await request(url)).arrayBuffer());
}

/** The content of a Blob, or of an address, in the parts in which it comes. */
export async function* partsOf(source: Blob | string | URL): AsyncGenerator<Uint8Array> {
  const stream = source instanceof Blob ? source.stream() : (await request(String(source))).body;
  const reader = stream?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
