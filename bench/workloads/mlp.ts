// Flatten, Dense 128 relu, Dropout 0.2, Dense 10 softmax; sparse cross-entropy, accuracy; 28×28, batch 32.
import { classes, images, mlp, timeFit } from './common.ts';

await timeFit('mlp', mlp(), images(19200, 28, 28), classes(19200, 10), 32);
