// The driver of a program: a WebAssembly function run(table, scratch) that executes the steps without returning to JavaScript.
// Owns: control steps and the table of addresses. How a kernel is called is given by program.ts.
import type { Step } from '../backend.ts';
import { FunctionBuilder } from './assembler/module.ts';

/** The driver's second parameter: the address of memory for packed operands. */
export const SCRATCH_PARAMETER = 1;

export interface DriverCalls {
  /** The imported function (i32) → () for host steps. */
  readonly host: number;
  /** Emits the call of a kernel; `slot(n)` pushes the address in slot n. */
  kernel(kernel: number, slots: readonly number[], driver: FunctionBuilder, slot: (n: number) => void): void;
}

export function driverFunction(steps: readonly Step[], calls: DriverCalls): FunctionBuilder {
  const fn = new FunctionBuilder('run', { params: ['i32', 'i32'], results: [] });
  const code = fn.body;
  const table = 0;
  const slot = (n: number) => {
    code.get(table).memory('i32.load', n * 4);
  };
  const move = (n: number, bytes: number) => {
    code.get(table);
    slot(n);
    code
      .i32(bytes)
      .op('i32.add')
      .memory('i32.store', n * 4);
  };
  const emit = (list: readonly Step[]): void => {
    for (const step of list) {
      switch (step.kind) {
        case 'host':
          code.i32(step.host).call(calls.host);
          break;
        case 'kernel':
          calls.kernel(step.kernel, step.slots, fn, slot);
          break;
        case 'copy':
          slot(step.to);
          slot(step.from);
          code.i32(step.bytes).memoryCopy();
          break;
        case 'repeat': {
          if (step.count <= 0) break;
          const left = fn.local('i32');
          const held = fn.local('i32');
          code.i32(step.count).set(left).loop();
          emit(step.body);
          code.get(left).i32(1).op('i32.sub').tee(left).if();
          for (const { slot: n, bytes } of step.advance) move(n, bytes);
          for (const [a, b] of step.swap) {
            slot(a);
            code.set(held).get(table);
            slot(b);
            code.memory('i32.store', a * 4);
            code
              .get(table)
              .get(held)
              .memory('i32.store', b * 4);
          }
          code.branch(1).end().end();
          for (const { slot: n, bytes } of step.advance) move(n, -bytes * (step.count - 1));
          fn.release(left);
          fn.release(held);
          break;
        }
        case 'while':
          code.block().loop();
          emit(step.condition);
          slot(step.flag);
          code.memory('i32.load8_u').op('i32.eqz').branchIf(1);
          emit(step.body);
          code.branch(0).end().end();
          break;
        case 'if':
          slot(step.flag);
          code.memory('i32.load8_u').if();
          emit(step.then);
          code.else();
          emit(step.otherwise);
          code.end();
          break;
      }
    }
  };
  emit(steps);
  return fn;
}
