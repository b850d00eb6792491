// The folder where Keras keeps what it downloads, shared with Python's Keras.
// Owns: KERAS_HOME and `~/.keras`. Leaves what lies in it to the callers.
import { joinPath } from '../../platform/path.ts';
import { platform } from '../../platform/platform.ts';

/** `$KERAS_HOME`, else `.keras` in the user's home. */
export function kerasHome(): string {
  const machine = platform();
  return machine.env('KERAS_HOME') || joinPath(machine.homeFolder, '.keras');
}
