// tf.config: devices and settings. There is one device, the processor.
// Owns: the names: they do what they can here, and say what they cannot.
import { runsFunctionsEagerly, runFunctionsEagerly as setEager } from '../../runtime/function.ts';

export * from './devices.ts';
export * as experimental from './experimental.ts';
export * as optimizer from './optimizer.ts';
export * as threading from './threading.ts';

/** Whether tf.function and fit run op by op: for debugging. */
export const runFunctionsEagerly = (runEagerly: boolean): void => setEager(runEagerly);
export const functionsRunEagerly = (): boolean => runsFunctionsEagerly();
/** Older names. */
export {
  functionsRunEagerly as experimentalFunctionsRunEagerly,
  runFunctionsEagerly as experimentalRunFunctionsEagerly,
};
