// Switches of Node's JavaScript engine that the WebAssembly backend profits from.
// Owns: relaxed SIMD in Node 20, which hides it behind a flag of V8. Newer engines have it and complain about the flag:
// callers validate a module first. Does nothing outside Node.

interface NodeProcess {
  getBuiltinModule?: (name: string) => unknown;
}

/** Sets V8's flag for relaxed SIMD; must run before the first WebAssembly module is compiled. */
export function enableRelaxedSimd(): void {
  const { process } = globalThis as { process?: NodeProcess };
  const v8 = process?.getBuiltinModule?.('node:v8') as { setFlagsFromString?: (flag: string) => void } | undefined;
  v8?.setFlagsFromString?.('--experimental-wasm-relaxed-simd');
}
