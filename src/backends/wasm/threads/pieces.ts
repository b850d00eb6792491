// Who does which pieces of a call: a WebAssembly function take(thread, owners, pieces) that gives the number of the next piece
// for this thread, and above SHIFT how many follow it that it takes as well, or −1 when none is left.
// Owns: the words in which threads agree on that. What a piece is stands in driver.ts.
//
// Each of the first `owners` threads has a range of its own, which it takes from the beginning on, and then takes pieces from
// the ends of the others': processors are not equally fast, and now and then one stands still. It takes a part of what is left
// there: many pieces first, which make one call, single ones last, for which the others wait. A thread's range is one word:
// the number of the call that it belongs to, its end, its beginning. Threads go through the same calls in the same order and
// leave one when all its ranges are empty. So a word of an earlier call is done with, and whoever comes first writes what this
// call begins with; a word of a later call says that nothing of this one is left. Nobody waits for words to be set. Threads
// beyond the owners take pieces too: who left a call with pieces in it could write the words of the next.
import { FunctionBuilder } from '../../../assembler/module.ts';
import { control } from './control.ts';

/** Pieces of one call: the ends of a range have 16 bits each. */
export const MOST_PIECES = 0xffff;
/** Where the number of pieces stands that are taken at once, less one. */
export const TAKEN_SHIFT = 16;
/** Pieces that are left in a range for each that is taken, and the most at once. */
const [PART, MOST_TAKEN] = [3, 0x7fff];

export function takeFunction(): FunctionBuilder {
  const fn = new FunctionBuilder('take', { params: ['i32', 'i32', 'i32'], results: ['i32'] });
  const [thread, owners, pieces] = [0, 1, 2];
  const i32 = () => fn.local('i32');
  const [line, call, owner, left, at] = [i32(), i32(), i32(), i32(), i32()];
  const [age, begin, end, taken, count] = [i32(), i32(), i32(), i32(), i32()];
  const [old, next] = [fn.local('i64'), fn.local('i64')];
  const code = fn.body;
  const lineOf = (number: number) => code.get(number).i32(control.doneStride).op('i32.mul');
  lineOf(thread);
  code.tee(line).memory('i32.load', control.calls).i32(1).op('i32.add').set(call);
  code.get(thread).set(owner).get(owners).get(thread).get(owners).op('i32.ge_u', 'i32.add').set(left);
  code.loop().block();
  lineOf(owner);
  code.set(at).loop();
  code.get(at).memory('i64.atomic.load', control.range).set(old);
  code.get(call).get(old).i64(32n).op('i64.shr_u', 'i32.wrap_i64', 'i32.sub').tee(age).op('i32.eqz').if();
  code.get(old).op('i32.wrap_i64').tee(begin).i32(16).op('i32.shr_u').set(end);
  code.get(begin).i32(0xffff).op('i32.and').set(begin);
  code.else().i32(0).tee(begin).set(end);
  code.get(age).i32(0).op('i32.gt_s').get(owner).get(owners).op('i32.lt_u', 'i32.and').if();
  code.get(owner).get(pieces).op('i32.mul').get(owners).op('i32.div_u').set(begin);
  code.get(owner).i32(1).op('i32.add').get(pieces).op('i32.mul').get(owners).op('i32.div_u').set(end);
  code.end().end();
  code.get(begin).get(end).op('i32.eq').if();
  // A thread's own word is written in every call, that it never becomes so old as to look new.
  code.get(age).i32(0).op('i32.gt_s').get(owner).get(thread).op('i32.eq', 'i32.and', 'i32.eqz').branchIf(2);
  code.i32(-1).set(taken);
  code.else();
  code
    .get(end)
    .get(begin)
    .op('i32.sub')
    .i32(PART - 1)
    .op('i32.add')
    .i32(PART)
    .op('i32.div_u')
    .tee(count);
  code.i32(MOST_TAKEN).get(count).i32(MOST_TAKEN).op('i32.lt_u', 'select').set(count);
  code.get(owner).get(thread).op('i32.eq').if();
  code.get(begin).tee(taken).get(count).op('i32.add').set(begin);
  code.else().get(end).get(count).op('i32.sub').tee(end).set(taken).end();
  code.get(taken).get(count).i32(1).op('i32.sub').i32(TAKEN_SHIFT).op('i32.shl', 'i32.or').set(taken).end();
  code.get(call).op('i64.extend_i32_u').i64(32n).op('i64.shl');
  code.get(end).i32(16).op('i32.shl').get(begin).op('i32.or', 'i64.extend_i32_u', 'i64.or').set(next);
  code.get(at).get(old).get(next).memory('i64.atomic.rmw.cmpxchg', control.range).get(old).op('i64.ne').branchIf(0);
  code.get(taken).i32(0).op('i32.ge_s').if().get(taken).op('return').end();
  code.end().end();
  code.i32(0).get(owner).i32(1).op('i32.add').tee(owner).get(owner).get(owners).op('i32.ge_u', 'select').set(owner);
  code.get(left).i32(1).op('i32.sub').tee(left).branchIf(0).end();
  code.get(line).get(call).memory('i32.store', control.calls);
  code.i32(-1);
  return fn;
}
