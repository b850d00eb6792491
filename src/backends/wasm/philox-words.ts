// Random bits for JavaScript's own arrays: the kernel of random programs in a small module and memory of its own.
// Owns: that module, made when bits are first wanted. Much faster than the same in JavaScript, above all while V8 has not
// compiled that yet: initial weights and the order of samples are drawn once or rarely.
import { ModuleBuilder } from '../../assembler/module.ts';
import type { WordFiller } from '../../base/random/philox.ts';
import { philoxFunction } from './philox.ts';

/** Where key and counter lie, and behind them the numbers of one call: as many as fit the second page of memory. */
const [STATE, OUTPUT] = [0, 65536];
const BLOCKS = 65536 / 16;

type Philox = (begin: number, end: number, state: number, output: number, count: number) => void;

function make(): WordFiller {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  const pages = { minimumPages: 2, maximumPages: 2 };
  const module = new ModuleBuilder({ module: 'env', name: 'memory', shared: false, ...pages });
  module.export('philox', module.define(philoxFunction()));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } });
  const philox = exports.philox as Philox;
  const state = new Uint32Array(memory.buffer, STATE, 6);
  const output = new Uint32Array(memory.buffer, OUTPUT, BLOCKS * 4);
  return ({ key, counter }, words) => {
    state.set(key);
    state.set(counter, 2);
    const low = (BigInt(state[3]!) << 32n) | BigInt(state[2]!);
    for (let at = 0; at < words.length; at += output.length) {
      const count = Math.min(words.length - at, output.length);
      // The kernel writes where a block's number says: here always from the beginning on.
      const base = low + BigInt(at / 4);
      if (at > 0) advance(state, base, counter);
      philox(0, Math.ceil(count / 4), STATE, OUTPUT, count);
      words.set(output.subarray(0, count), at);
    }
  };
}

/** Sets the counter to `base`, the carry into its upper half included. */
function advance(state: Uint32Array, base: bigint, [, , c2, c3]: readonly number[]): void {
  const upper = ((BigInt(c3! >>> 0) << 32n) | BigInt(c2! >>> 0)) + (base >> 64n);
  [base, base >> 32n, upper, upper >> 32n].forEach((part, i) => {
    state[2 + i] = Number(part & 0xffffffffn);
  });
}

/** Fills arrays with the words of a stream; null where such a module cannot be made: old browsers compile little at once. */
export function philoxWords(): WordFiller | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError || error instanceof RangeError)) throw error;
    return null;
  }
}
