// Pictures a second from imageDatasetFromDirectory: 2,000 JPEG files of 256 × 256 in batches of 32; best of four passes.
import { join } from 'node:path';
import * as tf from 'cornu';
import { report, timePasses } from './common.ts';

const folder = join(process.env.CORNU_BENCH_INPUT!, 'pictures');
const options = { batchSize: 32, seed: 1, verbose: false };
const dataset = await tf.keras.utils.imageDatasetFromDirectory(folder, options);
report('pictures', await timePasses(dataset, ([images]) => images.shape[0]!), 'elementsPerSecond');
