// What one run of a program comes to: floating-point operations, and the bytes that its kernels read and write.
// Owns: the counts that a roofline needs. Bytes are counted as if nothing stayed in cache from one kernel to the next; of
// branches the dearer one counts, a loop of unknown length counts once.
import type { Program, Step } from '../backends/backend.ts';
import { countOperations } from './count-operations.ts';

export interface ProgramCost {
  readonly operations: number;
  readonly bytes: number;
}

/** `bytesOf`: the size of what lies in a slot. */
export function programCost({ kernels, steps }: Program, bytesOf: (slot: number) => number): ProgramCost {
  const operations = kernels.map(countOperations);
  /** Slots that walk through something: what one step of the loop sees of it. */
  const part = new Map<number, number>();
  const sizeOf = (slot: number): number => part.get(slot) ?? bytesOf(slot);
  const add = (a: ProgramCost, b: ProgramCost, times = 1): ProgramCost => ({
    operations: a.operations + times * b.operations,
    bytes: a.bytes + times * b.bytes,
  });
  const all = (list: readonly Step[]): ProgramCost =>
    list.reduce<ProgramCost>((sum, step) => add(sum, one(step)), { operations: 0, bytes: 0 });
  const one = (step: Step): ProgramCost => {
    switch (step.kind) {
      case 'kernel':
        return {
          operations: operations[step.kernel]!,
          bytes: [...new Set(step.slots)].reduce((sum, slot) => sum + sizeOf(slot), 0),
        };
      case 'copy':
        return { operations: 0, bytes: 2 * step.bytes };
      case 'repeat': {
        for (const { slot, bytes } of step.advance) part.set(slot, Math.abs(bytes));
        return add({ operations: 0, bytes: 0 }, all(step.body), step.count);
      }
      case 'while':
        return all([...step.condition, ...step.body]);
      case 'if': {
        const [a, b] = [all(step.then), all(step.otherwise)];
        return a.operations >= b.operations ? a : b;
      }
      default:
        return { operations: 0, bytes: 0 };
    }
  };
  return all(steps);
}
