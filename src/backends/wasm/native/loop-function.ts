// The function of a module that hands an elementwise or row kernel to the native executor.
// Owns: telling it where the buffers lie, by a line of addresses in front of its registers.
import { FunctionBuilder } from '../../../assembler/module.ts';

/** (begin, end, pointer per buffer, scratch): calls `loops` with the plan at word `planAt`. */
export function loopFunction(buffers: number, name: string, loops: number, planAt: number): FunctionBuilder {
  const params = new Array<'i32'>(2 + buffers + 1).fill('i32');
  const fn = new FunctionBuilder(name, { params, results: [] });
  const [begin, end, firstPointer] = [0, 1, 2];
  const scratch = firstPointer + buffers;
  const code = fn.body;
  code.get(begin).get(end).op('i32.lt_s').if();
  for (let i = 0; i < buffers; i++)
    code
      .get(scratch)
      .get(firstPointer + i)
      .memory('i32.store', i * 4);
  code.i32(planAt).get(begin).get(end).get(scratch).call(loops).end();
  return fn;
}
