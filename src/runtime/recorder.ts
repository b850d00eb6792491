// What a traced function has done from its beginning, for tf.gradients, which asks for gradients without a tape.
// Owns: recording everything, and running a function again, recorded, when it turns out to ask. Most functions do not ask, so
// nothing is recorded before one does. Leaves the walk back to tape.ts.
import { isDifferentiable } from '../base/dtype.ts';
import type { Value } from '../graph/value.ts';
import { Tape } from './tape.ts';
import type { Tensor } from './tensor.ts';
import type { VariableTensor } from './variable.ts';

/** A tape to which everything matters. */
class Recorder extends Tape {
  constructor() {
    super({ persistent: true });
  }
  override follows(tensor: Value): boolean {
    return isDifferentiable(tensor.dtype);
  }
  override readVariable(variable: VariableTensor, value: Tensor): void {
    if (isDifferentiable(variable.dtype)) this.note(variable, value);
  }
}

/** Thrown where gradients are asked for and nothing was recorded: the function has to run once more. */
class RecordingWanted extends Error {}

/** Whether a function is running that can be run again, recorded or not. */
let state: 'outside' | 'plain' | 'recorded' = 'outside';
let recorder: Recorder | null = null;

/** What a function remembers: whether it asks for gradients. */
export interface RecordingMemory {
  records: boolean;
}

/** Runs `run`, which runs a function by `recorded`; once more, recorded, if the function asks for gradients. */
export function recordable<T>(memory: RecordingMemory, run: () => T): T {
  const outer = state;
  try {
    state = memory.records ? 'recorded' : 'plain';
    return run();
  } catch (error) {
    if (!(error instanceof RecordingWanted)) throw error;
    memory.records = true;
    state = 'recorded';
    return run();
  } finally {
    state = outer;
  }
}

/** Runs the function itself. */
export function recorded<T>(f: () => T): T {
  if (state !== 'recorded') return f();
  const outer = recorder;
  recorder = new Recorder();
  try {
    return recorder.record(f);
  } finally {
    recorder = outer;
  }
}

/** What was recorded of the function that is running; null outside of functions. */
export function currentRecorder(): Tape | null {
  if (state === 'plain') throw new RecordingWanted();
  return recorder;
}
