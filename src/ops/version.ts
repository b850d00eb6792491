// tf.version: this library's version, and the versions of graphs that its files are written in.
import { VERSION } from '../base/version.ts';

export { VERSION };
export const GIT_VERSION: string = `v${VERSION}`;
export const COMPILER_VERSION: string = 'TypeScript';
/** Of the graphs in SavedModels that are written here. */
export const GRAPH_DEF_VERSION = 2000;
export const GRAPH_DEF_VERSION_MIN_CONSUMER = 12;
export const GRAPH_DEF_VERSION_MIN_PRODUCER = 0;
