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

/**
 * The multipliers of a component: for each coefficient its factor and the address where it goes, 64 of them, and as many again as a
 * run can go beyond the block.
 */
export const MULTIPLIER = 8;
export const MULTIPLIERS = 80 * MULTIPLIER;
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
/** The state between two calls: the next word's address, bits that were taken and not used (the highest ones), their number, the data's end. */
export const STATE = { at: 0, count: 4, bits: 8, end: 16, size: 32 } as const;

/** The next `size` bits of the window; a constant, or a variable from 1 on. */
const peek = (window: Local, size: number): Value => op('i32.wrap_i64', op('i64.shr_u', window, i64(64 - size)));
const wide = (value: Value): Value => op('i64.extend_i32_u', value);

/**
 * `decode(state, parts, end of parts, block, MCUs)`: decodes MCUs until the data ends; gives how many. `put` is the
 * function that transforms a block, and clears it. Nothing else is called: what lives across a call is no register.
 */
export function defineDecode(module: ModuleBuilder, putBlock: number): void {
  const w = new Writer('decode', ['i32', 'i32', 'i32', 'i32', 'i32'], ['i32']);
  const [state, parts, partsEnd, block, mcus] = w.params as [Local, Local, Local, Local, Local];
  const at = w.local('i32', load('i32.load', state, STATE.at));
  const count = w.local('i32', load('i32.load', state, STATE.count));
  const window = w.local('i64', load('i64.load', state, STATE.bits));
  const end = w.local('i32', load('i32.load', state, STATE.end));
  const [done, part, dc, ac, multipliers] = [0, 0, 0, 0, 0].map(() => w.local('i32')) as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const [entry, size, k, behind, word, value] = [0, 0, 0, 0, 0, 0].map(() => w.local('i32')) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const rest = w.local('i64');
  /** At least 32 bits: enough for a code and the number after it. Words lie with their first byte highest. */
  const fill = (): void =>
    w.if(op('i32.lt_s', count, 32), () => {
      w.set(window, op('i64.or', window, op('i64.shl', load('i64.load32_u', at), wide(sub(32, count)))));
      w.set(at, add(at, 4));
      w.set(count, add(count, 32));
    });
  const drop = (bits: Value): void => {
    w.set(window, op('i64.shl', window, wide(bits)));
    w.set(count, sub(count, bits));
  };
  /** A code that one look does not find; what is no code counts as symbol 0. */
  const findLongCode = (table: Local): void => {
    w.set(size, LOOK + 1);
    w.set(value, peek(window, 16));
    w.set(entry, 16 << 8);
    w.loop((again, leave) => {
      leave(op('i32.gt_s', size, 16));
      const ofLength = (part: number): Value => load('i32.load', add(table, shl(size, 2)), part);
      w.if(op('i32.lt_s', value, ofLength(TABLE.limit)), () => {
        const symbol = add(shr(value, sub(16, size)), ofLength(TABLE.offset));
        w.set(entry, op('i32.or', shl(size, 8), load('i32.load8_u', add(table, and(symbol, 255)), TABLE.symbols)));
        leave();
      });
      w.set(size, add(size, 1));
      again();
    });
  };
  /** `length << 8 | symbol` in `entry`. */
  const readCode = (table: Local): void => {
    w.set(entry, load('i32.load16_u', add(table, shl(peek(window, LOOK), 1)), TABLE.look));
    w.if(op('i32.eqz', entry), () => findLongCode(table));
    drop(shr(entry, 8));
    w.set(size, and(entry, 15));
  };
  /** A number whose bits come first in `from`, `gap` = 64 − their number: it is negative where the first is 0. */
  const number = (from: Local, gap: Value): Value => {
    const sign = op('i64.shr_s', op('i64.xor', from, i64(-1)), i64(63));
    return op('i32.wrap_i64', op('i64.sub', op('i64.shr_u', from, wide(gap)), op('i64.shr_u', sign, wide(gap))));
  };
  const readNumber = (): void => {
    w.set(value, number(window, sub(64, size)));
    drop(size);
  };
  const setCoefficient = (coefficient: Value): void => {
    w.store('i32.store', load('i32.load', k, 4), mul(coefficient, load('i32.load', k)));
    w.set(k, add(k, MULTIPLIER));
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
      w.set(k, add(multipliers, MULTIPLIER));
      w.set(behind, add(multipliers, 64 * MULTIPLIER));
      w.loop((nextCoefficient, ready) => {
        // Most codes are short: a look gives their length, the run before and the place of the number after them.
        w.loop((again, rare) => {
          fill();
          w.set(word, load('i32.load', add(ac, shl(peek(window, LOOK), 2)), TABLE.coefficients));
          rare(op('i32.le_s', word, 0));
          w.set(rest, op('i64.shl', window, wide(op('i32.shr_u', word, 8))));
          w.set(k, add(k, shr(word, 24)));
          w.set(window, op('i64.shl', window, wide(word)));
          w.set(count, sub(count, and(word, 63)));
          setCoefficient(number(rest, op('i32.shr_u', word, 16)));
          again(op('i32.lt_u', k, behind));
          ready();
        });
        w.if(word, () => {
          drop(and(word, 63));
          ready();
        });
        readCode(ac);
        w.set(word, shl(and(shr(entry, 4), 15), Math.log2(MULTIPLIER)));
        w.if(
          size,
          () => {
            w.set(k, add(k, word));
            readNumber();
            setCoefficient(value);
          },
          () => {
            ready(op('i32.ne', word, 15 * MULTIPLIER));
            w.set(k, add(k, 16 * MULTIPLIER));
          },
        );
        nextCoefficient(op('i32.lt_u', k, behind));
      });
      w.set(word, sub(shr(sub(k, multipliers), Math.log2(MULTIPLIER)), 1));
      w.set(value, load('i32.load', part, PART.out));
      w.call(putBlock, block, value, load('i32.load', part, PART.stride), load('i32.load', part, PART.transform), word);
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
  w.store('i64.store', state, window, STATE.bits);
  w.give(done);
  w.define(module);
}
