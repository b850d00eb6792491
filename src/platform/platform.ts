// What cornu asks of the machine it runs on: files, the environment. One interface for Node and browsers.
// Owns: the choice between the two. The Node half is loaded when it is first needed, so that bundles for pages lack it.
import { StateError } from '../base/errors.ts';

export interface Platform {
  readonly kind: 'node' | 'browser';
  /** A variable of the environment; undefined where there is none. */
  env(name: string): string | undefined;
  /** Writes a whole file at once: a reader sees the old one or the new one. In a page: a download. */
  writeFile(path: string, data: Uint8Array | string): Promise<void>;
  /** The path of a new file that lives as long as this process, for libraries that take nothing but paths. */
  temporaryFile(name: string, data: Uint8Array): Promise<string>;
}

const node: Platform = {
  kind: 'node',
  env: (name) => globalThis.process.env[name],
  writeFile: async (path, data) => (await import('./node.ts')).writeFile(path, data),
  temporaryFile: async (name, data) => (await import('./node.ts')).temporaryFile(name, data),
};

const browser: Platform = {
  kind: 'browser',
  env: () => undefined,
  writeFile: async (path, data) => (await import('./browser.ts')).writeFile(path, data),
  temporaryFile: async (name) => {
    throw new StateError(`temporaryFile: a page has no files; '${name}' cannot be made.`);
  },
};

const isNode = typeof globalThis.process?.versions?.node === 'string';

export function platform(): Platform {
  return isNode ? node : browser;
}
