// Makes all built-in layers known to files.
import { registerModule } from '../serialization.ts';
import { SlicingOpLambda, TFOpLambda } from './core/tf-op-lambda.ts';
import * as layers from './index.ts';

// A class has several names (MaxPool2D, MaxPooling2D): files get its own.
// TFSMLayer, a function that reads a folder, is known to files by the class behind it.
const { TFSMLayer: _, ...classes } = layers;
const ownNames = Object.entries(classes).filter(([name, entry]) => typeof entry === 'function' && entry.name === name);
registerModule('keras.layers', Object.fromEntries(ownNames));
registerModule('keras.layers', classes);
// Only files have these names.
registerModule('keras.layers', { TFOpLambda, SlicingOpLambda, GroupedQueryAttention: layers.GroupQueryAttention });
