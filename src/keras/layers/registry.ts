// Makes all built-in layers known to files.
import { registerModule } from '../serialization.ts';
import * as layers from './index.ts';

registerModule('keras.layers', layers);
