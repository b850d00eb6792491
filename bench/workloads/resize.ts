// The same pictures brought to 180 × 180 on the way.
import { join } from 'node:path';
import * as tf from 'cornu';
import { report, timePasses } from './common.ts';

const folder = join(process.env.CORNU_BENCH_INPUT!, 'pictures');
const options = { batchSize: 32, seed: 1, verbose: false, imageSize: [180, 180] } as const;
const dataset = await tf.keras.utils.imageDatasetFromDirectory(folder, options);
report('resize', await timePasses(dataset, ([images]) => images.shape[0]!), 'elementsPerSecond');
