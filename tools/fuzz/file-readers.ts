// The readers that `npm run fuzz -- files` gives damaged files to, with sound files of each to begin from.
// Owns: which readers there are, and how each is called: as a user calls it, by a path. Leaves mutations to mutate-*.ts, the counting
// and what is a failure to files.ts.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync, gzipSync } from 'node:zlib';
import { decodeText } from '../../src/formats/array-data.ts';
import { inflateStream } from '../../src/formats/gzip.ts';
import { readIdx } from '../../src/formats/idx.ts';
import { decodeDefaults, decodePicture } from '../../src/formats/images/decode-picture.ts';
import { readPickle } from '../../src/formats/pickle.ts';
import { readTar } from '../../src/formats/tar.ts';
import { Example } from '../../src/formats/tensorflow/example-proto.ts';
import { readTfRecords, writeTfRecords } from '../../src/formats/tfrecord.ts';
import { decodeWav, encodeWav } from '../../src/formats/wav.ts';
import { ZipArchive } from '../../src/formats/zip/zip-read.ts';
import { writeZip } from '../../src/formats/zip/zip-write.ts';
import * as tf from '../../src/index.ts';
import { readWebp } from '../../src/platform/webp.ts';
import { mutate } from '../../test/support/mutations.ts';
import { onnxModels } from '../../test/support/onnx-models.ts';
import {
  mutateBmp,
  mutateGif,
  mutateHdf5,
  mutateJpeg,
  mutateNpy,
  mutatePng,
  mutateRecords,
  mutateSafetensors,
  mutateTar,
  mutateWav,
  mutateWebp,
  mutateZip,
} from './mutate-binary.ts';
import {
  asText,
  type Json,
  mutateArchive,
  mutateIndex,
  mutateJson,
  mutateMessage,
  type Random,
} from './mutate-structures.ts';

export interface Seed {
  readonly name: string;
  /** Writes a damaged copy below the folder; gives the path to read. */
  damage(folder: string, random: Random): Promise<string>;
}
export interface FileReader {
  readonly name: string;
  /** How many of a hundred files go to it, more or less: readers of models have more to get wrong. */
  readonly share: number;
  readonly seeds: readonly Seed[];
  read(path: string): Promise<unknown>;
}
type Change = (bytes: Uint8Array, random: Random) => Uint8Array | Promise<Uint8Array>;

const test = fileURLToPath(new URL('../../test/', import.meta.url));
const models = join(test, 'golden/models');
const load = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

const single = (name: string, bytes: Uint8Array, change: Change): Seed => ({
  name,
  damage: async (folder, random) => {
    writeFileSync(join(folder, name), await change(bytes, random));
    return join(folder, name);
  },
});
/** A copy of a folder with some of its files changed; reads `path` in it. */
const several = (
  name: string,
  from: string,
  changes: readonly (readonly [file: string, share: number, change: Change])[],
  path = '',
): Seed => ({
  name,
  damage: async (folder, random) => {
    const copy = join(folder, name);
    cpSync(from, copy, { recursive: true });
    let at = random() * changes.reduce((sum, [, share]) => sum + share, 0);
    const chosen = changes.find(([, share]) => (at -= share) < 0) ?? changes[0]!;
    writeFileSync(join(copy, chosen[0]), await chosen[2](load(join(from, chosen[0])), random));
    return join(copy, path);
  },
});
const filesIn = (folder: string, pattern: RegExp): string[] =>
  readdirSync(folder)
    .filter((name) => pattern.test(name) && !/^damaged|^garbage|^truncated|^cut|^corrupt/.test(name))
    .sort();
const goldenModels = (pattern: RegExp, change: Change): Seed[] =>
  filesIn(models, pattern).map((name) => single(name, load(join(models, name)), change));
const pictures = (pattern: RegExp, change: Change): Seed[] => {
  const folder = join(test, 'golden/images/files');
  return filesIn(folder, pattern).map((name) => single(name, load(join(folder, name)), change));
};
const dataFiles = (pattern: RegExp, change: Change): Seed[] => {
  const folder = join(test, 'golden/datafiles');
  return filesIn(folder, pattern).map((name) => single(name, load(join(folder, name)), change));
};

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const picture = async (path: string): Promise<unknown> =>
  decodePicture(load(path), { ...decodeDefaults, file: fileName(path) }, readWebp);

/** Weights go into a model that was loaded once. What cannot be read must leave it as it was. */
function weightsReader(
  name: string,
  share: number,
  seeds: readonly Seed[],
  modelOf: (seed: string) => string,
): FileReader {
  const loaded = new Map<string, Promise<tf.keras.Model>>();
  return {
    name,
    share,
    seeds,
    read: async (path) => {
      const seed = seeds.find((one) => path.includes(one.name))!.name;
      let model = loaded.get(seed);
      if (!model) loaded.set(seed, (model = tf.keras.models.loadModel(join(models, modelOf(seed)))));
      const built = await model;
      const before = built.weights.map((weight) => weight.dataSync().slice());
      try {
        await built.loadWeights(path);
      } catch (error) {
        built.weights.forEach((weight, i) => {
          const now = weight.dataSync();
          if (now.some((x, at) => !Object.is(x, before[i]![at])))
            throw new Error(`a failed load changed '${weight.path}' (${String(error)})`);
        });
        throw error;
      }
    },
  };
}

function tarOf(entries: readonly (readonly [name: string, content: Uint8Array])[]): Uint8Array {
  const blocks: Buffer[] = [];
  for (const [name, content] of entries) {
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write('0000644\0', 100);
    head.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    head.write('0', 156);
    head.write('ustar\x0000', 257, 'latin1');
    head.fill(0x20, 148, 156);
    head.write(
      `${head
        .reduce((a, b) => a + b, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    blocks.push(head, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return new Uint8Array(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

async function safetensorsSeeds(folder: string): Promise<Seed[]> {
  const seeds: Seed[] = [];
  for (const name of ['sequential_mlp', 'residual_cnn', 'transformer']) {
    const model = await tf.keras.models.loadModel(join(models, `${name}.keras`));
    const path = join(folder, `${name}.safetensors`);
    await model.saveWeights(path);
    seeds.push(single(`${name}.safetensors`, load(path), mutateSafetensors));
  }
  return seeds;
}
async function onnxSeeds(folder: string): Promise<Seed[]> {
  const seeds: Seed[] = [];
  for (const [name, make] of Object.entries(onnxModels)) {
    const path = join(folder, `${name}.onnx`);
    await make().exportOnnx(path);
    seeds.push(single(`${name}.onnx`, load(path), mutateMessage));
  }
  return seeds;
}
const changeJson: Change = (bytes, random) =>
  random() < 0.1 ? mutate(bytes, random) : asText(mutateJson(JSON.parse(String(decodeText(bytes))) as Json, random));

/** All readers; sound files that have to be written first are written to the folder. */
export async function fileReaders(folder: string): Promise<FileReader[]> {
  const { loadModel } = tf.keras.models;
  mkdirSync(folder, { recursive: true });
  const content = [
    ['a.txt', text('some text')],
    ['folder/b.bin', Uint8Array.from({ length: 700 }, (_, i) => (i * 7) % 256)],
  ] as const;
  const tar = tarOf(content);
  const zip = await writeZip(content.map(([name, data], i) => ({ name, data, compress: i === 1 })));
  const record = load(join(test, 'golden/datafiles/data.tfrecord'));
  const packed = await writeTfRecords(readTfRecords(record, 'data.tfrecord'), 'GZIP');
  const sound = encodeWav(
    Float32Array.from({ length: 300 }, (_, i) => Math.sin(i / 9)),
    1,
    8000,
  );
  const idx = Uint8Array.from([0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 5, ...Array.from({ length: 15 }, (_, i) => i)]);
  const tfjs = join(test, 'fixtures/tfjs');
  const safetensors = await safetensorsSeeds(folder);
  return [
    { name: '.keras', share: 14, seeds: goldenModels(/\.keras$/, mutateArchive), read: (path) => loadModel(path) },
    {
      name: '.h5 model',
      share: 12,
      seeds: goldenModels(/^(?!.*weights).*\.h5$/, mutateHdf5),
      read: (path) => loadModel(path),
    },
    weightsReader('.weights.h5', 10, goldenModels(/^(?!subclassed).*\.weights\.h5$/, mutateHdf5), (name) =>
      name.replace('.weights.h5', '.keras'),
    ),
    weightsReader('.h5 weights', 4, goldenModels(/legacy_weights\.h5$/, mutateHdf5), (name) =>
      name.replace('_legacy_weights.h5', '.keras'),
    ),
    weightsReader(
      'checkpoint',
      6,
      filesIn(models, /_checkpoint$/).map((name) => {
        const from = join(models, name);
        const index = readdirSync(from).find((file) => file.endsWith('.index'))!;
        const shard = readdirSync(from).find((file) => file.includes('.data-'))!;
        return several(
          name,
          from,
          [
            [index, 8, mutateIndex],
            [shard, 2, mutate],
          ],
          index.replace(/\.index$/, ''),
        );
      }),
      (name) => name.replace('_checkpoint', '.keras'),
    ),
    weightsReader('safetensors weights', 3, safetensors, (name) => name.replace('.safetensors', '.keras')),
    {
      name: 'SavedModel',
      share: 12,
      seeds: filesIn(models, /_export$|_savedmodel$/).map((name) => {
        const from = join(models, name);
        return several(name, from, [
          ['saved_model.pb', 6, mutateMessage],
          ['variables/variables.index', 3, mutateIndex],
          ...(readdirSync(from).includes('keras_metadata.pb')
            ? ([['keras_metadata.pb', 2, mutateMessage]] as const)
            : []),
        ]);
      }),
      read: (path) => loadModel(path),
    },
    {
      name: 'tfjs layers model',
      share: 5,
      seeds: readdirSync(tfjs).map((name) =>
        several(
          name,
          join(tfjs, name),
          [
            ['model.json', 8, changeJson],
            ['group1-shard1of2.bin', 2, mutate],
          ],
          'model.json',
        ),
      ),
      read: (path) => loadModel(path),
    },
    { name: 'ONNX', share: 8, seeds: await onnxSeeds(folder), read: (path) => loadModel(path) },
    { name: '.npy', share: 8, seeds: dataFiles(/\.npy$/, mutateNpy), read: (path) => tf.io.loadNpy(path) },
    {
      name: '.npz',
      share: 6,
      seeds: dataFiles(/^all.*\.npz$/, mutateZip),
      read: (path) => tf.io.loadNpz(path),
    },
    { name: 'safetensors', share: 6, seeds: safetensors, read: (path) => tf.io.loadSafetensors(path) },
    {
      name: 'TFRecord',
      share: 8,
      seeds: [single('data.tfrecord', record, mutateRecords), single('data.tfrecord.gz', packed, mutate)],
      read: async (path) => {
        const bytes = load(path);
        const plain = path.endsWith('.gz') ? await inflateStream(bytes, 'gzip', fileName(path), 'bad_tfrecord') : bytes;
        for (const example of readTfRecords(plain, fileName(path))) Example.decode(example, fileName(path));
      },
    },
    { name: 'PNG', share: 8, seeds: pictures(/\.png$/, mutatePng), read: picture },
    { name: 'JPEG', share: 8, seeds: pictures(/\.jpg$/, mutateJpeg), read: picture },
    { name: 'GIF', share: 5, seeds: pictures(/\.gif$/, mutateGif), read: picture },
    { name: 'BMP', share: 3, seeds: pictures(/\.bmp$/, mutateBmp), read: picture },
    {
      name: 'WebP',
      share: 3,
      seeds: [single('one.webp', load(join(test, 'fixtures/one.webp')), mutateWebp)],
      read: picture,
    },
    {
      name: 'zip',
      share: 7,
      seeds: [single('some.zip', zip, mutateZip)],
      read: async (path) => {
        const archive = new ZipArchive(load(path), fileName(path));
        for (const name of archive.names) await archive.read(name);
      },
    },
    {
      name: 'tar',
      share: 7,
      seeds: [single('some.tar', tar, mutateTar)],
      read: async (path) => readTar(load(path), fileName(path)),
    },
    {
      name: 'gzip and zlib',
      share: 3,
      seeds: [single('some.gz', gzipSync(tar), mutate), single('some.zlib', deflateSync(tar), mutate)],
      read: (path) => inflateStream(load(path), path.endsWith('.gz') ? 'gzip' : 'zlib', fileName(path), 'bad_archive'),
    },
    {
      name: 'WAV',
      share: 2,
      seeds: [single('some.wav', sound, mutateWav)],
      read: async (path) => decodeWav(load(path), fileName(path)),
    },
    {
      name: 'IDX',
      share: 2,
      seeds: [single('some.idx', idx, mutate)],
      read: async (path) => readIdx(load(path), fileName(path)),
    },
    {
      name: 'pickle',
      share: 2,
      seeds: [single('some.pkl', Uint8Array.from(Buffer.from('80045d94284b014b0258010000006194652e', 'hex')), mutate)],
      read: async (path) => readPickle(load(path), fileName(path)),
    },
  ];
}
