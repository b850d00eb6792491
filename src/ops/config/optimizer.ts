// tf.config.optimizer: the settings are kept; the compiler chooses by itself.
let jit: boolean | string = true;
let options: Record<string, unknown> = {};
/** Traced functions are always compiled. */
export const setJit = (enabled: boolean | string): void => {
  jit = enabled;
};
export const getJit = (): boolean | string => jit;
export const setExperimentalOptions = (given: Record<string, unknown>): void => {
  options = { ...options, ...given };
};
export const getExperimentalOptions = (): Record<string, unknown> => ({ ...options });
