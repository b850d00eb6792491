// tf.random.experimental.
export { Algorithm, createRngState, Generator, getGlobalGenerator, setGlobalGenerator } from './generator.ts';
export { indexShuffle, statelessFoldIn, statelessShuffle, statelessSplit } from './stateless.ts';
