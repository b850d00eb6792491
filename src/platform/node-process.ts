// What Node's global `process` tells without a module: environment, terminal, interrupts.
// Owns: those. Leaves files to node.ts.
import type { PlatformSurroundings } from './platform.ts';

interface SystemModule {
  homedir?: () => string;
  availableParallelism?: () => number;
}

interface FilesModule {
  existsSync(path: string): boolean;
  readFileSync(path: string): Uint8Array;
}

/** A module of Node without an import that a bundler for browsers would follow; undefined before Node 20.16. */
function builtIn(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name);
}
const system = (): SystemModule | undefined => builtIn('node:os') as SystemModule | undefined;

export const nodeProcess: PlatformSurroundings = {
  kind: 'node',
  get homeFolder() {
    return system()?.homedir?.() ?? process.env.HOME ?? process.env.USERPROFILE ?? process.cwd();
  },
  get workingFolder() {
    return process.cwd();
  },
  env: (name) => process.env[name],
  print: (text) => void process.stdout.write(text),
  get isTerminal() {
    return process.stdout.isTTY === true;
  },
  get columns() {
    return process.stdout.columns || 80;
  },
  onInterrupt,
  onLastTurn: (handler) => void process.on('beforeExit', handler),
  get hardwareConcurrency() {
    // Asking the system takes ten microseconds, and every program asks.
    processors ??= system()?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
    return processors;
  },
  readNow(path) {
    const files = builtIn('node:fs') as FilesModule | undefined;
    return files?.existsSync(path) ? files.readFileSync(path) : undefined;
  },
};

let processors: number | undefined;
const handlers: (() => void)[] = [];
let interrupted = false;

function interrupt(): void {
  // 130 is what a shell reports for a program that Ctrl-C ended.
  if (interrupted) process.exit(130);
  interrupted = true;
  handlers.at(-1)?.();
}

function onInterrupt(handler: () => void): () => void {
  if (handlers.length === 0) {
    interrupted = false;
    process.on('SIGINT', interrupt);
  }
  handlers.push(handler);
  return () => {
    const at = handlers.indexOf(handler);
    if (at < 0) return;
    handlers.splice(at, 1);
    if (handlers.length === 0) process.off('SIGINT', interrupt);
  };
}
