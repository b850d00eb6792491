// Switches on relaxed SIMD (fused multiply-add) in Node versions that hide it behind a flag of V8.
// Owns: that one call, without an import that a browser could not follow. Callers validate first: newer versions have it
// by default and complain of the flag.

interface NodeProcess {
  readonly getBuiltinModule?: (name: string) => { setFlagsFromString?: (flag: string) => void } | undefined;
}

/** Works before the first WebAssembly module is compiled; does nothing where there is no such flag. */
export function enableRelaxedSimd(): void {
  const { process } = globalThis as { process?: NodeProcess };
  process?.getBuiltinModule?.('node:v8')?.setFlagsFromString?.('--experimental-wasm-relaxed-simd');
}
