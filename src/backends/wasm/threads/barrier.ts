// The barrier of a program: a WebAssembly function barrier(thread, threads) that returns when all threads have come.
// Owns: spinning, sleeping, leaving a program that has failed. Every thread calls it equally often.
import { FunctionBuilder } from '../../../assembler/module.ts';
import { control } from './control.ts';

/** Looks at the word before a thread sleeps: some millisecond. Who sleeps wakes late where cores are shared. */
const SPINS = 500_000;
/** Looks between two questions of a thread that must not sleep. */
const PAGE_SPINS = 50_000_000;
/** Nanoseconds of sleep before a thread looks around. */
const NAP = 200_000_000n;

/** `stalled` is the imported function that the first thread calls while nothing happens. */
export function barrierFunction(stalled: number): FunctionBuilder {
  const fn = new FunctionBuilder('barrier', { params: ['i32', 'i32'], results: [] });
  const [thread, threads] = [0, 1];
  const [passed, spins, mayWait] = [fn.local('i32'), fn.local('i32'), fn.local('i32')];
  const code = fn.body;
  const load = (address: number) => code.i32(0).memory('i32.atomic.load', address);
  const leaveIfFailed = () => load(control.abort).if().op('unreachable').end();
  const waiting = () => load(control.passed).get(passed).op('i32.eq');
  code.get(threads).i32(2).op('i32.lt_u').if().op('return').end();
  // The order of these two matters: who fails raises the flag first, the count then.
  load(control.passed).set(passed);
  leaveIfFailed();
  code.i32(0).i32(1).memory('i32.atomic.rmw.add', control.arrived).i32(1).op('i32.add').get(threads).op('i32.eq').if();
  code.i32(0).i32(0).memory('i32.atomic.store', control.arrived);
  code.i32(0).i32(1).memory('i32.atomic.rmw.add', control.passed).op('drop');
  load(control.sleeping).if().i32(0).i32(-1).memory('memory.atomic.notify', control.passed).op('drop').end();
  code.else();
  code.i32(SPINS).set(spins);
  code.loop();
  waiting();
  code.if();
  code.get(spins).i32(-1).op('i32.add').tee(spins).branchIf(1);
  code.get(thread);
  load(control.mayWait);
  code.op('i32.or').tee(mayWait).if();
  code.i32(0).i32(1).memory('i32.atomic.rmw.add', control.sleeping).op('drop');
  code.i32(0).get(passed).i64(NAP).memory('memory.atomic.wait32', control.passed).op('drop');
  code.i32(0).i32(1).memory('i32.atomic.rmw.sub', control.sleeping).op('drop');
  code.end();
  // Still nothing: the first thread asks whether the others live.
  waiting();
  code.get(thread).op('i32.eqz', 'i32.and').if().call(stalled).end();
  code.i32(1).i32(PAGE_SPINS).get(mayWait).op('select').set(spins);
  code.branch(1).end().end();
  code.end();
  leaveIfFailed();
  return fn;
}
