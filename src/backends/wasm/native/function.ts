// The function of a module that hands a matrix product to the native kernels, task by task.
// Owns: places of tasks, padded copies of A before a call, what runs on a task's rows afterwards. The same order of tasks as
// the generated kernels', but that groups of columns come first, so that what is packed for one serves all of its rows.
import { FunctionBuilder } from '../../../assembler/module.ts';
import { type BlockHooks, PARAMETERS } from '../contract/blocks.ts';
import { sizeOf } from '../contract/nest.ts';
import { type Place, PlaceCode } from '../contract/places.ts';
import { type NativePlan, nativeTaskCount } from './plan.ts';

/** The flag of a call: C holds the beginning of the sums. The group of columns stands above it. */
const [ACCUMULATE, GROUP] = [1, 2];

/** Bytes before the offsets of further arrays in scratch. */
const EXTRAS_AT = 16;

/** (begin, end, a, b, c, scratch, …): calls `contract` with the plan at word `planAt` for each task. */
export function nativeFunction(
  plan: NativePlan,
  name: string,
  contract: number,
  planAt: number,
  hooks: BlockHooks = {},
): FunctionBuilder {
  const { nest, taskAxes, chunkAxis, chunk, matrices, rowsInside, rowCount, columnGroups, depthOutside } = plan;
  const params = new Array<'i32'>(PARAMETERS + (hooks.extraPointers ?? 0)).fill('i32');
  const fn = new FunctionBuilder(name, { params, results: [] });
  const [task, end, aPointer, bPointer, cPointer, scratch] = [0, 1, 2, 3, 4, 5];
  const code = fn.body;
  const places = new PlaceCode(fn);
  const local = () => fn.local('i32');
  const [rest, digit, first, count, flags] = [local(), local(), local(), local(), local()];
  const pieces = Math.ceil(chunkAxis.extent / chunk);
  // Pieces in one call, of those that this thread has.
  const taken = plan.together > 1 && !hooks.copyA ? local() : undefined;
  const tasksInGroup = nativeTaskCount(plan) / columnGroups;
  const base = places.make();

  code.block().get(task).get(end).op('i32.ge_s').branchIf(0);
  code.loop();
  places.start(base, [aPointer, bPointer, cPointer], nest.offsets);
  // task = (group · axes… ) · pieces + piece
  code.get(task).i32(tasksInGroup).op('i32.rem_u').set(rest);
  code.i32(0).set(first).i32(chunkAxis.extent).set(count);
  if (pieces > 1) {
    places.takeDigit(rest, digit, pieces);
    code.get(digit).i32(chunk).op('i32.mul').set(first);
    if (taken === undefined) {
      code.i32(chunkAxis.extent).get(first).op('i32.sub').set(count);
      places.smaller(count, chunk);
    } else {
      code.get(end).get(task).op('i32.sub').set(taken);
      places.smaller(taken, plan.together);
      code.tee(taken).i32(pieces).get(digit).op('i32.sub').tee(count);
      code.get(taken).get(count).op('i32.lt_s', 'select').tee(taken).i32(chunk).op('i32.mul').set(count);
      code.i32(chunkAxis.extent).get(first).op('i32.sub').tee(digit).get(count).get(digit).get(count);
      code.op('i32.lt_s', 'select');
    }
    code.set(count);
    if (matrices) places.moveTo(base, chunkAxis, first);
  }
  for (const axis of [...taskAxes].reverse()) {
    places.takeDigit(rest, digit, axis.extent);
    places.moveTo(base, axis, digit);
  }
  if (columnGroups > 1) code.get(task).i32(tasksInGroup).op('i32.div_u').i32(GROUP).op('i32.mul').set(flags);
  const call = (at: Place) => {
    hooks.furtherArrays?.forEach((address, i) => {
      code.get(scratch);
      address(code, at, [aPointer, bPointer, cPointer]);
      code.memory('i32.store', EXTRAS_AT + 4 * i);
    });
    code.i32(planAt).get(at.a).get(at.b).get(at.c).get(scratch);
    if (matrices) code.i32(0).i32(rowCount).get(flags).get(count);
    else {
      places.scaled(first, rowsInside);
      places.scaled(count, rowsInside);
      code.get(flags).i32(1);
    }
    code.call(contract);
  };
  places.over(depthOutside, base, (outer) => {
    let at = outer;
    if (hooks.copyA) {
      at = places.make();
      places.copy(at, outer);
      hooks.copyA(code, at.a, scratch);
    }
    call(at);
    if (sizeOf(depthOutside) > 1) code.get(flags).i32(ACCUMULATE).op('i32.or').set(flags);
  });
  if (sizeOf(depthOutside) > 1)
    code
      .get(flags)
      .i32(-1 - ACCUMULATE)
      .op('i32.and')
      .set(flags);
  hooks.finish?.(code, task, first, count);
  code.get(task);
  if (taken === undefined) code.i32(1);
  else code.get(taken);
  code.op('i32.add').tee(task).get(end).op('i32.lt_s').branchIf(0).end().end();
  return fn;
}
