// What passes between the engine and its native addon: functions, and the layout of plans.
// Owns: the interface and its version on this side; the addon's own stand in native/addon.cc and native/plan.h.

/** An addon of another version is not used. */
export const NATIVE_ABI = 10;

/** contract(plan, a, b, c, scratch, first row, rows, column group · 4 + flags, matrices); see native/addon.cc. */
export type NativeContract = (...values: number[]) => void;

/** loops(plan, begin, end, scratch); see native/addon.cc. */
export type NativeLoops = (...values: number[]) => void;

/**
 * Copies the rows with the numbers `order[first]`, `order[first + 1]` …, or `first`, `first + 1` … without an order, of `rowBytes` bytes
 * each, to an address of the engine's memory.
 */
export type CopyRows = (
  to: number,
  from: Uint8Array,
  rowBytes: number,
  order: Uint32Array | null,
  first: number,
  count: number,
) => void;

export interface NativeAddon {
  /** The version of the interface and of the layout of plans. */
  readonly abi: number;
  /** Which of 'AVX-512', 'AVX2', 'NEON' this processor has, best first. */
  readonly instructions: readonly string[];
  /** A handle for memory that begins where the view does. */
  open(view: Uint8Array, instructions: string): object;
  move(handle: object, view: Uint8Array): void;
  bind(handle: object, plans: Int32Array): NativeContract;
  bindLoops(handle: object, plans: Int32Array): NativeLoops;
  copyRows(handle: object, ...copy: Parameters<CopyRows>): void;
}
