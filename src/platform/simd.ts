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

/** A module of one function, v128 → v128: f32x4.relaxed_madd of its parameter. */
const probe = '0061736d01000000010601' + '60017b017b03020100' + '0a0d010b00' + '200020002000' + 'fd8502' + '0b';

/** Whether the engine takes relaxed SIMD as it is. */
export const relaxedSimdThere = (): boolean =>
  WebAssembly.validate(Uint8Array.from(probe.match(/../g)!, (byte) => Number.parseInt(byte, 16)));
