// Finds the native addon: built in native/build at install, or coming with a release in native/prebuilt.
// Owns: where it is looked for, and when not: CORNU_NATIVE=0, or a platform other than Node. Its absence is never an error.

import { NATIVE_ABI, type NativeAddon } from '../base/native-abi.ts';

interface NodeProcess {
  readonly platform: string;
  readonly arch: string;
  readonly versions: { readonly node?: string; readonly bun?: string };
  readonly env: Record<string, string | undefined>;
  dlopen(module: { exports: unknown }, file: string): void;
}

function node(): NodeProcess | undefined {
  const { process, Deno } = globalThis as { process?: NodeProcess; Deno?: unknown };
  return process?.versions?.node && !process.versions.bun && Deno === undefined ? process : undefined;
}

/** The files that may be it, from this module's place upwards: src/platform, dist or dist/chunks. */
function candidates({ platform, arch }: NodeProcess): string[] {
  const names = ['native/build/cornu.node', `native/prebuilt/${platform}-${arch}.node`];
  return ['../', '../../'].flatMap((up) =>
    names.map((name) => {
      const path = decodeURIComponent(new URL(up + name, import.meta.url).pathname);
      return platform === 'win32' ? path.slice(1) : path;
    }),
  );
}

/** The addon, the instructions to use, and where it was found, for threads that load it themselves. */
export interface FoundAddon {
  readonly addon: NativeAddon;
  readonly instructions: string;
  readonly file: string;
}

let found: FoundAddon | null | undefined;

/** The addon, or null where there is none, it is not wanted, or this processor has nothing that it needs. CORNU_NATIVE names
 *  the instructions if they are not to be the best ones: AVX2. */
export function nativeAddon(): FoundAddon | null {
  if (found !== undefined) return found;
  found = null;
  const process = node();
  const wanted = process?.env.CORNU_NATIVE?.toUpperCase();
  if (!process?.dlopen || wanted === '0' || !import.meta.url.startsWith('file:')) return null;
  for (const file of candidates(process)) {
    const module = { exports: {} as NativeAddon };
    try {
      process.dlopen(module, file);
    } catch {
      // Not there, or for another system.
      continue;
    }
    const addon = module.exports;
    if (addon.abi !== NATIVE_ABI) continue;
    const instructions = addon.instructions.find((name) => name === wanted) ?? addon.instructions[0];
    if (instructions !== undefined) found = { addon, instructions, file };
    break;
  }
  return found;
}
