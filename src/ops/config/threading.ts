// tf.config.threading: how many threads share one operation.
// Owns: the numbers asked for; 0 leaves the choice to the engine.
let [intra, inter] = [0, 0];
export const setIntraOpParallelismThreads = (numThreads: number): void => {
  intra = numThreads;
};
export const getIntraOpParallelismThreads = (): number => intra;
export const setInterOpParallelismThreads = (numThreads: number): void => {
  inter = numThreads;
};
export const getInterOpParallelismThreads = (): number => inter;
