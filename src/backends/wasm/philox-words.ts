// Random bits for JavaScript's own arrays: the kernel of random programs in a small module and memory of its own.
// Owns: that module, made when bits are first wanted. Much faster than the same in JavaScript, above all while V8 has not
// compiled that yet: initial weights and the order of samples are drawn once or rarely.
import { FunctionBuilder, ModuleBuilder } from '../../assembler/module.ts';
import type { PhiloxStream, RandomFiller } from '../../base/random/philox.ts';
import { philoxFunction } from './philox.ts';

/** Where key and counter lie, and behind them the numbers of one call: as many as fit the second page of memory. */
const [STATE, OUTPUT] = [0, 65536];
const BLOCKS = 65536 / 16;

type Philox = (begin: number, end: number, state: number, output: number, count: number) => void;

type ToFloats = (at: number, count: number, scale: number, shift: number) => void;

/** (address, count, scale, shift): words become, in place, (the lower 23 bits · 2⁻²³) · scale + shift. */
function toFloats(): FunctionBuilder {
  const fn = new FunctionBuilder('toFloats', { params: ['i32', 'i32', 'f32', 'f32'], results: [] });
  const [at, count, scale, shift] = [0, 1, 2, 3];
  const [MANTISSA, UNIT] = [0x7fffff, 0x34000000];
  const code = fn.body;
  code.block().get(count).op('i32.eqz').branchIf(0).loop();
  code.get(at).get(at).memory('v128.load').v128([MANTISSA, MANTISSA, MANTISSA, MANTISSA]).op('v128.and');
  code.op('f32x4.convert_i32x4_s').v128([UNIT, UNIT, UNIT, UNIT]).op('f32x4.mul');
  code.get(scale).op('f32x4.splat', 'f32x4.mul').get(shift).op('f32x4.splat', 'f32x4.add').memory('v128.store');
  code.get(at).i32(16).op('i32.add').set(at);
  code.get(count).i32(4).op('i32.sub').tee(count).i32(0).op('i32.gt_s').branchIf(0).end().end();
  return fn;
}

function make(): RandomFiller {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  const pages = { minimumPages: 2, maximumPages: 2 };
  const module = new ModuleBuilder({ module: 'env', name: 'memory', shared: false, ...pages });
  module.export('philox', module.define(philoxFunction()));
  module.export('toFloats', module.define(toFloats()));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } });
  const [philox, floats] = [exports.philox as Philox, exports.toFloats as ToFloats];
  const state = new Uint32Array(memory.buffer, STATE, 8);
  /** Draws `total` words by the memory full; `take` has them from the beginning of OUTPUT on. */
  const draw = ({ key, counter }: PhiloxStream, total: number, take: (at: number, count: number) => void) => {
    state.set(key);
    state.set(counter, 2);
    const low = (BigInt(state[3]!) << 32n) | BigInt(state[2]!);
    for (let at = 0; at < total; at += BLOCKS * 4) {
      const count = Math.min(total - at, BLOCKS * 4);
      // The kernel writes where a block's number says: here always from the beginning on.
      const base = low + BigInt(at / 4);
      if (at > 0) advance(state, base, counter);
      philox(0, Math.ceil(count / 4), STATE, OUTPUT, count);
      take(at, count);
    }
  };
  const words = new Uint32Array(memory.buffer, OUTPUT, BLOCKS * 4);
  const numbers = new Float32Array(memory.buffer, OUTPUT, BLOCKS * 4);
  return {
    words: (stream, out) => draw(stream, out.length, (at, count) => out.set(words.subarray(0, count), at)),
    floats: (stream, out, scale, shift) =>
      draw(stream, out.length, (at, count) => {
        floats(OUTPUT, count, scale, shift);
        out.set(numbers.subarray(0, count), at);
      }),
  };
}

/** Sets the counter to `base`, the carry into its upper half included. */
function advance(state: Uint32Array, base: bigint, [, , c2, c3]: readonly number[]): void {
  const upper = ((BigInt(c3! >>> 0) << 32n) | BigInt(c2! >>> 0)) + (base >> 64n);
  [base, base >> 32n, upper, upper >> 32n].forEach((part, i) => {
    state[2 + i] = Number(part & 0xffffffffn);
  });
}

/** Fills arrays with the numbers of a stream; null where such a module cannot be made: old browsers compile little at once. */
export function philoxFiller(): RandomFiller | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError || error instanceof RangeError)) throw error;
    return null;
  }
}
