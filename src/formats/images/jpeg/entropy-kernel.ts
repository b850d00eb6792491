// The decoding of a sequential scan's blocks, assembled: the inner loop of reading photographs.
// Owns: the function `decode`, the layout of what it reads. Leaves the transform of a block to transform-kernels.ts, and
// restarts and rows to scan.ts.
import type { ModuleBuilder } from '../../../assembler/module.ts';
import {
  add,
  and,
  i64,
  type Local,
  load,
  mul,
  op,
  shl,
  shr,
  sub,
  type Value,
  Writer,
} from '../../../assembler/writer.ts';
import { LOOK, TABLE } from './huffman.ts';

/** The multipliers of a component: 64, and the first ones again for runs that go beyond the block. */
export const MULTIPLIERS = 80 * 4;
/** One block of an MCU: addresses of its tables, of its predictor and of its pixels. */
export const PART = {
  dc: 0,
  ac: 4,
  multipliers: 8,
  predictor: 12,
  out: 16,
  /** What is added to `out` after each MCU. */
  step: 20,
  stride: 24,
  transform: 28,
  size: 32,
} as const;
/** The state between two calls: the next byte's address, bits that were taken and not used, their number, the data's end. */
export const STATE = { at: 0, count: 4, bits: 8, end: 16, size: 32 } as const;

/** Bits `count - size … count` of the buffer. */
const peek = (bits: Local, count: Local, size: Value, mask: Value): Value =>
  and(op('i32.wrap_i64', op('i64.shr_u', bits, op('i64.extend_i32_u', sub(count, size)))), mask);

/** A code that one look does not find: `length << 8 | symbol`; what is no code counts as symbol 0. */
function defineLongCode(module: ModuleBuilder): number {
  const w = new Writer('longCode', ['i32', 'i32'], ['i32']);
  const [table, bits] = w.params as [Local, Local];
  const length = w.local('i32', LOOK + 1);
  const entry = w.local('i32', 16 << 8);
  w.loop((again, leave) => {
    leave(op('i32.gt_s', length, 16));
    w.if(op('i32.lt_s', bits, load('i32.load', add(table, shl(length, 2)), TABLE.limit)), () => {
      const symbol = add(shr(bits, sub(16, length)), load('i32.load', add(table, shl(length, 2)), TABLE.offset));
      w.set(entry, op('i32.or', shl(length, 8), load('i32.load8_u', add(table, and(symbol, 255)), TABLE.symbols)));
      leave();
    });
    w.set(length, add(length, 1));
    again();
  });
  w.give(entry);
  return w.define(module, false);
}

/**
 * `decode(state, parts, end of parts, block, zigzag, MCUs)`: decodes MCUs until the data ends; gives how many. `put` is the
 * function that transforms a block, and clears it.
 */
export function defineDecode(module: ModuleBuilder, putBlock: number): void {
  const longCode = defineLongCode(module);
  const w = new Writer('decode', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], ['i32']);
  const [state, parts, partsEnd, block, zigzag, mcus] = w.params as [Local, Local, Local, Local, Local, Local];
  const at = w.local('i32', load('i32.load', state, STATE.at));
  const count = w.local('i32', load('i32.load', state, STATE.count));
  const bits = w.local('i64', load('i64.load', state, STATE.bits));
  const end = w.local('i32', load('i32.load', state, STATE.end));
  const [done, part, dc, ac, multipliers] = [0, 0, 0, 0, 0].map(() => w.local('i32')) as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const [entry, size, k, last, word, value] = [0, 0, 0, 0, 0, 0].map(() => w.local('i32')) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  /** At least 32 bits: enough for a code and the number after it. */
  const fill = (): void =>
    w.if(op('i32.lt_s', count, 32), () => {
      w.set(word, load('i32.load', at));
      const swapped = op(
        'i32.or',
        and(op('i32.rotl', word, 8), 0x00ff00ff),
        and(op('i32.rotr', word, 8), 0xff00ff00 | 0),
      );
      w.set(bits, op('i64.or', op('i64.shl', bits, i64(32)), op('i64.extend_i32_u', swapped)));
      w.set(at, add(at, 4));
      w.set(count, add(count, 32));
    });
  const readCode = (table: Local): void => {
    w.set(entry, load('i32.load16_u', add(table, shl(peek(bits, count, LOOK, (1 << LOOK) - 1), 1)), TABLE.look));
    w.if(op('i32.eqz', entry), () => {
      w.call(longCode, table, peek(bits, count, 16, 0xffff));
      w.set(entry, () => {});
    });
    w.set(count, sub(count, shr(entry, 8)));
    w.set(size, and(entry, 15));
  };
  /** A number of `size` bits, which is negative where its first bit is 0. */
  const readNumber = (): void => {
    w.set(count, sub(count, size));
    w.set(value, peek(bits, count, 0, sub(shl(1, size), 1)));
    w.if(op('i32.lt_s', value, shl(1, sub(size, 1))), () => {
      w.set(value, add(sub(value, shl(1, size)), 1));
    });
  };
  const setCoefficient = (coefficient: Value): void => {
    w.store(
      'i32.store',
      add(block, load('i32.load8_u', add(zigzag, k))),
      mul(coefficient, load('i32.load', add(multipliers, shl(k, 2)))),
    );
    w.set(last, k);
    w.set(k, add(k, 1));
  };

  w.set(done, 0);
  w.loop((again, leave) => {
    leave(op('i32.ge_s', done, mcus));
    // The MCU in which the data ends is filled up with zero bits; none is begun after that.
    leave(op('i32.gt_s', sub(shl(sub(at, end), 3), count), 0));
    w.set(part, parts);
    w.loop((nextPart) => {
      w.set(dc, load('i32.load', part, PART.dc));
      w.set(ac, load('i32.load', part, PART.ac));
      w.set(multipliers, load('i32.load', part, PART.multipliers));
      fill();
      readCode(dc);
      w.set(word, load('i32.load', part, PART.predictor));
      w.set(value, 0);
      w.if(size, readNumber);
      w.set(value, add(value, load('i32.load', word)));
      w.store('i32.store', word, value);
      w.store('i32.store', block, mul(value, load('i32.load', multipliers)));
      w.set(last, 0);
      w.set(k, 1);
      w.loop((nextCoefficient, ready) => {
        fill();
        // Most codes are short, and found together with the number after them.
        w.set(word, load('i32.load', add(ac, shl(peek(bits, count, LOOK, (1 << LOOK) - 1), 2)), TABLE.coefficients));
        w.if(
          word,
          () => {
            w.set(count, sub(count, and(word, 255)));
            w.set(k, add(k, and(shr(word, 8), 15)));
            setCoefficient(shr(word, 16));
          },
          () => {
            readCode(ac);
            w.set(word, and(shr(entry, 4), 15));
            w.if(
              size,
              () => {
                w.set(k, add(k, word));
                readNumber();
                setCoefficient(value);
              },
              () => {
                ready(op('i32.ne', word, 15));
                w.set(k, add(k, 16));
              },
            );
          },
        );
        nextCoefficient(op('i32.lt_s', k, 64));
      });
      w.set(value, load('i32.load', part, PART.out));
      w.call(putBlock, block, value, load('i32.load', part, PART.stride), load('i32.load', part, PART.transform), last);
      w.store('i32.store', part, add(value, load('i32.load', part, PART.step)), PART.out);
      w.if(op('i32.gt_s', at, add(end, 16)), () => w.set(at, add(end, 16)));
      w.set(part, add(part, PART.size));
      nextPart(op('i32.lt_u', part, partsEnd));
    });
    w.set(done, add(done, 1));
    again();
  });
  w.store('i32.store', state, at, STATE.at);
  w.store('i32.store', state, count, STATE.count);
  w.store('i64.store', state, bits, STATE.bits);
  w.give(done);
  w.define(module);
}
