// Several runs of a program in one call of WebAssembly: steps of some microseconds, between which JavaScript would cost as much.
// Owns: a small module around a program's driver, made when a program first runs so. What the runs are given and what is taken
// from them lies in a block of memory that begins with one address for each of these parts.
import { FunctionBuilder, type MemoryImport, ModuleBuilder } from '../../assembler/module.ts';
import type { Turns } from '../backend.ts';

/** turns(table, scratch, block, times): the number of runs that ended without a flag. */
export type TurnsFunction = (table: number, scratch: number, block: number, times: number) => number;
const [TABLE, SCRATCH, BLOCK, TIMES] = [0, 1, 2, 3];

/** Imports `run`, the program's driver, beside the memory. */
export function turnsModule({ given, taken, flag }: Turns, memory: MemoryImport): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder(memory);
  const run = module.importFunction('program', 'run', { params: ['i32', 'i32', 'i32', 'i32'], results: [] });
  const fn = new FunctionBuilder('turns', { params: ['i32', 'i32', 'i32', 'i32'], results: ['i32'] });
  const code = fn.body;
  const slot = (n: number) => code.get(TABLE).memory('i32.load', n * 4);
  const parts = [...given, ...taken].map((part, i) => {
    const at = fn.local('i32');
    code
      .get(BLOCK)
      .memory('i32.load', i * 4)
      .set(at);
    return { ...part, at };
  });
  const next = (at: number, bytes: number) => code.get(at).i32(bytes).op('i32.add').set(at);
  const done = fn.local('i32');
  code.i32(0).set(done).block().loop();
  for (const { slot: to, bytes, at } of parts.slice(0, given.length)) {
    slot(to);
    code.get(at).i32(bytes).memoryCopy();
    next(at, bytes);
  }
  code.get(TABLE).get(SCRATCH).i32(0).i32(1).call(run);
  if (flag >= 0) {
    slot(flag);
    code.memory('i32.load').branchIf(1);
  }
  for (const { slot: from, bytes, at } of parts.slice(given.length)) {
    code.get(at);
    slot(from);
    code.i32(bytes).memoryCopy();
    next(at, bytes);
  }
  code.get(done).i32(1).op('i32.add').tee(done).get(TIMES).op('i32.lt_u').branchIf(0).end().end();
  code.get(done);
  module.export('turns', module.define(fn));
  return module.encode();
}
