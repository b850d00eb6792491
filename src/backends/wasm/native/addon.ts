// The native addon (native/ in the repository) as the backend sees it.
// Owns: the plans of a module (a custom section, so that whoever has the module has them), its view of the engine's memory. The
// interface stands in base/native-abi.ts; where the addon is found is the platform's business.

import type { CopyRows, NativeAddon, NativeContract, NativeLoops } from '../../../base/native-abi.ts';

/** The custom section that holds a module's plans. */
export const PLAN_SECTION = 'cornu.contract';

/** Which kernels are to be used, and for what. */
export interface NativeChoice {
  readonly addon: NativeAddon;
  readonly instructions: string;
  /** Where threads find it, to load it for themselves. */
  readonly file?: string;
  /** Products of numbers from which on a call pays; the planner's own judgement where it is missing. */
  readonly leastProducts?: number;
}

/** An addon at work on one memory. */
export class NativeMemory {
  readonly #addon: NativeAddon;
  readonly #memory: WebAssembly.Memory;
  readonly #handle: object;
  #buffer: ArrayBufferLike;

  constructor({ addon, instructions }: NativeChoice, memory: WebAssembly.Memory) {
    this.#addon = addon;
    this.#memory = memory;
    this.#buffer = memory.buffer;
    this.#handle = addon.open(this.#view(), instructions);
  }

  /** One page: the address is what counts. */
  #view(): Uint8Array {
    return new Uint8Array(this.#buffer, 0, 65536);
  }

  /** To be called when memory may have moved: it does when private memory grows. */
  follow(): void {
    if (this.#memory.buffer === this.#buffer) return;
    this.#buffer = this.#memory.buffer;
    this.#addon.move(this.#handle, this.#view());
  }

  readonly copyRows: CopyRows = (to, from, rowBytes, order, first, count) =>
    this.#addon.copyRows(this.#handle, to, from, rowBytes, order, first, count);

  /** The functions that a module imports. */
  bind(module: WebAssembly.Module): { readonly contract: NativeContract; readonly loops: NativeLoops } {
    const [section] = WebAssembly.Module.customSections(module, PLAN_SECTION);
    const plans = new Int32Array(section ?? new ArrayBuffer(0));
    return {
      contract: this.#addon.bind(this.#handle, plans),
      loops: this.#addon.bindLoops(this.#handle, plans),
    };
  }
}
