// Files and what belongs to them in Node, Bun and Deno. Owns: hashes, unpacking, installed packages.
// Leaves reading and writing to node-files.ts, terminal and environment to node-process.ts.
// `node:` modules are loaded by a name that bundlers for browsers do not follow.
import type * as Crypto from 'node:crypto';
import type * as Fs from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import type * as Module from 'node:module';
import type * as Os from 'node:os';
import type * as Zlib from 'node:zlib';
import { download } from './download.ts';
import { makeNodeFiles } from './node-files.ts';
import { folderOf, joinPath } from './path.ts';
import type { HashAlgorithm, PlatformFiles } from './platform.ts';
import { PlatformError } from './platform-error.ts';

const builtin = <T>(name: string): Promise<T> => import(/* @vite-ignore */ /* webpackIgnore: true */ `node:${name}`);

/** The files of a program that runs in Node. */
export async function openNodeFiles(): Promise<PlatformFiles> {
  const [fs, fsSync, os, crypto, zlib, module] = await Promise.all([
    builtin<typeof FsPromises>('fs/promises'),
    builtin<typeof Fs>('fs'),
    builtin<typeof Os>('os'),
    builtin<typeof Crypto>('crypto'),
    builtin<typeof Zlib>('zlib'),
    builtin<typeof Module>('module'),
  ]);
  const files = makeNodeFiles(fs, fsSync);

  const hashFile = async (path: string, algorithm: HashAlgorithm): Promise<string> => {
    const digest = crypto.createHash(algorithm);
    try {
      for await (const chunk of fsSync.createReadStream(path)) digest.update(chunk as Uint8Array);
    } catch (error) {
      throw files.describe(error, path, 'cannot be read');
    }
    return digest.digest('hex');
  };

  const unpack = (bytes: Uint8Array, format: 'gzip' | 'zlib', limit = 2 ** 32): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      const run = format === 'gzip' ? zlib.gunzip : zlib.inflate;
      run(bytes, { maxOutputLength: Math.min(limit, 2 ** 52) }, (error, content) => {
        if (!error) return resolve(new Uint8Array(content.buffer, content.byteOffset, content.byteLength));
        const isLarge = 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
        reject(
          isLarge
            ? new PlatformError('too_large', '', `the ${format} data unpacks to more than ${limit} bytes; refused.`)
            : new PlatformError('damaged', '', `the ${format} data is damaged (${error.message}).`, { cause: error }),
        );
      });
    });

  const resolveFrom = module.createRequire(import.meta.url);
  const resolveFromWork = module.createRequire(joinPath(process.cwd(), 'package.json'));
  const packageFolder = async (name: string): Promise<string | undefined> => {
    for (const resolve of [resolveFromWork, resolveFrom]) {
      try {
        return folderOf(resolve.resolve(`${name}/package.json`));
      } catch {
        // not installed there
      }
    }
    return undefined;
  };

  const platform: PlatformFiles = {
    ...files.operations,
    saveForUser: async (name, content) => {
      const path = joinPath(process.cwd(), name);
      await files.operations.writeFile(path, content);
      return path;
    },
    makeTemporaryFolder: () => fs.mkdtemp(joinPath(os.tmpdir(), 'cornu-')),
    download: (url, path, options) => download(platform, url, path, options),
    hashFile,
    hash: async (bytes, algorithm) => crypto.createHash(algorithm).update(bytes).digest('hex'),
    unpack,
    packageFolder,
  };
  return platform;
}
