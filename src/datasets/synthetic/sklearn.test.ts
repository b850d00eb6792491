// Data sets and splits against scikit-learn 1.9: the golden cases, and for many more arguments the CRC-32 of the float64 bytes of
// everything that scikit-learn returned, for randomState 0 and 42. One wrong bit spoils a checksum.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../formats/checksum.ts';
import { NpzArchive } from '../../formats/npy/npz.ts';
import { type NDArray, RandomState } from '../../random/index.ts';
import * as synthetic from './index.ts';
import { makeBlobs, makeClassification, makeMoons, makeRegression, trainTestIndices, trainTestSplit } from './index.ts';

interface Case {
  readonly id: string;
  readonly call: { readonly function: string; readonly arguments: Readonly<Record<string, unknown>> };
  readonly expected: readonly string[];
}
type Make = (options: object) => NDArray[];
type Row = readonly [name: string, options: object, seed0: number, seed42: number];

const makers: Readonly<Record<string, unknown>> = synthetic;
const make = (name: string, options: object) => (makers[name] as Make)(options);
const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const golden = (path: string) => readFileSync(new URL(`../../../test/golden/${path}`, import.meta.url));
const cases = (JSON.parse(golden('random.json').toString()) as Case[]).filter(({ id }) => id.startsWith('sklearn'));
const arrays = new NpzArchive(new Uint8Array(golden('random.npz')), 'random.npz');

describe('golden cases', () => {
  test('there are cases', () => expect(cases.length).toBeGreaterThan(10));

  test.each(cases)('$id', async ({ id, call, expected }) => {
    const options = Object.fromEntries(Object.entries(call.arguments).map(([name, value]) => [camelCase(name), value]));
    const made = make(camelCase(call.function), options);
    for (const [i, name] of expected.entries()) {
      const wanted = await arrays.read(`${id}/${name}`);
      expect(made[i]!.shape, name).toEqual(wanted.shape);
      expect(Array.from(made[i]!), name).toEqual(Array.from(wanted.data as Float64Array, Number));
    }
  });
});

// biome-ignore format: a table
const rows: readonly Row[] = [
  ['makeClassification', {}, 0xe7dd2592, 0x1dadd452],
  ['makeClassification', {nSamples: 100, nFeatures: 2, nInformative: 2, nRedundant: 0}, 0xdd12c0ff, 0xd8894e24],
  ['makeClassification', {nSamples: 60, nFeatures: 8, nInformative: 3, nRedundant: 2, nClasses: 3, flipY: 0.05}, 0x8ebe141a, 0x45f2b90d],
  ['makeClassification', {nSamples: 50, nFeatures: 4, nInformative: 2, nRedundant: 1, nRepeated: 1}, 0x7f4d3bee, 0x23b43cc7],
  ['makeClassification', {nSamples: 50, nFeatures: 5, nInformative: 2, nRedundant: 1, shift: null, scale: null}, 0xea40db3b, 0xd1ea52e3],
  ['makeClassification', {nSamples: 1000, nFeatures: 20, nInformative: 15, nRedundant: 5}, 0x76bd74b7, 0x5edbf1c5],
  ['makeClassification', {nSamples: 200, nFeatures: 4, nInformative: 2, nRedundant: 0, nClustersPerClass: 1, classSep: 2.0, flipY: 0}, 0xe3c3c1d6, 0x6027cf30],
  ['makeClassification', {nSamples: 90, nFeatures: 6, nInformative: 4, nRedundant: 1, nClasses: 3, weights: [0.2, 0.5], hypercube: false}, 0x6c8de377, 0x813bfcc9],
  ['makeClassification', {nSamples: 90, nFeatures: 6, nInformative: 4, shuffle: false, weights: [0.9, 0.1]}, 0x5d5b35c0, 0x7e85e6c0],
  ['makeClassification', {nSamples: 33, nFeatures: 3, nInformative: 1, nRedundant: 1, nClustersPerClass: 1}, 0x0a5a10f3, 0x330a411b],
  ['makeClassification', {nSamples: 80, nFeatures: 12, nInformative: 10, nRedundant: 2}, 0xc06096f5, 0xe990919a],
  ['makeClassification', {nSamples: 100, nFeatures: 10, shift: [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10], scale: 2.5, nClasses: 2}, 0xd16ffb9e, 0x4ae4a5ee],
  ['makeClassification', {nSamples: 500, nFeatures: 2, nInformative: 2, nRedundant: 0, nClustersPerClass: 1, nClasses: 3, classSep: 1.5}, 0xeeec691d, 0xc8a9db9c],
  ['makeClassification', {nSamples: 5000, nFeatures: 20}, 0x4cb86b04, 0x8f36c4aa],
  ['makeMoons', {}, 0x0701fc8d, 0x9077c5d0],
  ['makeMoons', {nSamples: 200, noise: 0.1}, 0x9c16dce3, 0xe5c4209c],
  ['makeMoons', {nSamples: 81, noise: 0.05, shuffle: false}, 0xb330038e, 0xe242a9bc],
  ['makeMoons', {nSamples: [30, 50]}, 0x90e3e5b4, 0x60731a39],
  ['makeMoons', {nSamples: 1000, noise: 0.2}, 0x1bdf80e1, 0x09e06005],
  ['makeMoons', {nSamples: 1}, 0xc77104d2, 0xc77104d2],
  ['makeCircles', {}, 0xf4ec56d5, 0xa41a2f9e],
  ['makeCircles', {nSamples: 200, noise: 0.1}, 0x8a26dc2c, 0x84bdbe01],
  ['makeCircles', {nSamples: 81, noise: 0.05, shuffle: false}, 0xd6ffbdc1, 0x1bb4f41b],
  ['makeCircles', {nSamples: [30, 50]}, 0xdb7eacb0, 0xcb6402e4],
  ['makeCircles', {nSamples: 1000, noise: 0.2}, 0x305955a6, 0x687e159a],
  ['makeCircles', {nSamples: 1}, 0x4895fb65, 0x4895fb65],
  ['makeCircles', {factor: 0.3, nSamples: 500}, 0xc7a32e1a, 0x67464e78],
  ['makeBlobs', {}, 0x20bda8a8, 0xb6984b0f],
  ['makeBlobs', {nSamples: 60, centers: 3}, 0x98d86803, 0x89a6674f],
  ['makeBlobs', {nSamples: 61, centers: 4, nFeatures: 5, clusterStd: 2.5}, 0xc41eb680, 0xcd279e35],
  ['makeBlobs', {nSamples: 50, centers: [[0.0, 0], [5, 5], [1, 2]], clusterStd: [0.5, 1, 2.0]}, 0x2a759afc, 0xba246a09],
  ['makeBlobs', {nSamples: [10, 20, 30], shuffle: false}, 0xac697c12, 0x618b4539],
  ['makeBlobs', {nSamples: [10, 20], centers: [[1.0, 2, 3], [4, 5, 6]]}, 0x0a1c58c8, 0x02d35240],
  ['makeBlobs', {nSamples: 30, returnCenters: true, centerBox: [-1.0, 1.0]}, 0xf2578c25, 0x5fed79b0],
  ['makeRegression', {nSamples: 50, nFeatures: 3, noise: 1.0}, 0x164c6a17, 0x5021a434],
  ['makeRegression', {}, 0xcf61860c, 0x2f145e33],
  ['makeRegression', {nSamples: 20, nFeatures: 1, noise: 5}, 0x69de8d0f, 0xd03eaf9e],
  ['makeRegression', {nSamples: 77, nFeatures: 5, nInformative: 2, bias: 3.5, coef: true}, 0xd51b5f65, 0xaaa6ff92],
  ['makeRegression', {nSamples: 50, nFeatures: 4, nTargets: 2, noise: 0.5, coef: true}, 0x6b5b2018, 0x68fa18c8],
  ['makeRegression', {nSamples: 101, nFeatures: 10, shuffle: false, noise: 0.1}, 0xcbf6c604, 0x2607a44f],
  ['makeRegression', {nSamples: 1000, nFeatures: 20, noise: 10}, 0x2c47c66d, 0x616cfbfb],
  ['makeRegression', {nSamples: 100, nFeatures: 10, nTargets: 3}, 0x48f95e40, 0x3c938724],
];

describe('more arguments', () => {
  test.each(rows)('%s(%j)', (name, options, seed0, seed42) => {
    for (const [randomState, wanted] of [[0, seed0] as const, [42, seed42] as const]) {
      const made = make(name, { ...options, randomState });
      const checksum = made.reduce((crc, array) => {
        const numbers = Float64Array.from(array, (x) => x + 0);
        return crc32(new Uint8Array(numbers.buffer), crc);
      }, 0);
      expect(checksum, `randomState ${randomState}`).toBe(wanted);
    }
  });

  test('to rounding where matrices are large or factorized', () => {
    const close = (found: NDArray, wanted: readonly number[]) => {
      for (const [i, value] of wanted.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-12);
    };
    const [X] = makeClassification({ nSamples: 80, nFeatures: 40, nInformative: 35, nRedundant: 2, randomState: 0 });
    close(X, [1.630343650263291, -0.3429113770471719, 5.97981238326703, 0.34794976582578063]);
    const [inputs, targets] = makeRegression({
      nSamples: 30,
      nFeatures: 6,
      effectiveRank: 2,
      noise: 0.1,
      randomState: 0,
    });
    close(inputs, [0.19048236874292934, 0.08683255927390549, 0.022074498388526712, -0.0027310699578873806]);
    close(targets, [20.86572143947386, 7.884784294439396, -31.5632096670156, -12.021215024434568]);
  });
});

// biome-ignore format: a table
const splits: readonly (readonly [samples: number, options: object, seed: number, stratified: boolean, checksum: number])[] = [
  [100, {}, 0, false, 0xf382d9a4],
  [100, {testSize: 0.2}, 0, false, 0x0ea7876f],
  [37, {testSize: 0.33}, 0, false, 0xccbd7cb8],
  [50, {testSize: 10}, 0, false, 0x35ec46a4],
  [50, {trainSize: 0.6}, 0, false, 0x78a13dcd],
  [50, {trainSize: 20, testSize: 5}, 0, false, 0x75562a29],
  [50, {shuffle: false}, 0, false, 0x15a5c7d1],
  [10, {testSize: 0.25}, 0, false, 0x3e5ed4a4],
  [100, {testSize: 0.2}, 0, true, 0xaaa12da9],
  [100, {testSize: 0.33}, 0, true, 0xb1a65e0d],
  [100, {trainSize: 0.5, testSize: 0.1}, 0, true, 0x3d3231dc],
  [100, {}, 42, false, 0xcd395355],
  [100, {testSize: 0.2}, 42, false, 0xa4a92e64],
  [37, {testSize: 0.33}, 42, false, 0xd225b8f7],
  [50, {testSize: 10}, 42, false, 0x16967c7b],
  [50, {trainSize: 0.6}, 42, false, 0xff626b74],
  [50, {trainSize: 20, testSize: 5}, 42, false, 0xe6fb2c26],
  [50, {shuffle: false}, 42, false, 0x15a5c7d1],
  [10, {testSize: 0.25}, 42, false, 0x2c6e8d5a],
  [100, {testSize: 0.2}, 42, true, 0x9b5d4107],
  [100, {testSize: 0.33}, 42, true, 0xc9097461],
  [100, {trainSize: 0.5, testSize: 0.1}, 42, true, 0x4f596619],
];

describe('trainTestSplit', () => {
  test.each(splits)('%d samples, %j, seed %d, stratified %j', (samples, options, randomState, stratified, wanted) => {
    const labels = new RandomState(randomState).choice(4, 100, { p: [0.4, 0.3, 0.2, 0.1] });
    const { train, test: testing } = trainTestIndices(samples, {
      ...options,
      randomState,
      ...(stratified ? { stratify: labels } : {}),
    });
    const numbers = Float64Array.from([...train, ...testing]);
    expect(crc32(new Uint8Array(numbers.buffer))).toBe(wanted);
  });

  test('divides arrays by rows and lists by elements, the same samples of each', () => {
    const [X, y] = makeMoons({ nSamples: 20, randomState: 1 });
    const names = Array.from(y, (label, i) => `${label}-${i}`);
    const [xTrain, xTest, yTrain, yTest] = trainTestSplit(X, y, { testSize: 0.25, randomState: 3 });
    expect([xTrain.shape, xTest.shape, yTrain.shape, yTest.shape]).toEqual([[15, 2], [5, 2], [15], [5]]);
    const [namesTrain, namesTest] = trainTestSplit(names, { testSize: 0.25, randomState: 3 });
    expect(namesTest!.map((name) => Number(name[0]))).toEqual(Array.from(yTest));
    expect(new Set([...namesTrain!, ...namesTest!])).toEqual(new Set(names));
  });
});

describe('arguments', () => {
  test('a generator goes on, null takes the generator of the program', () => {
    const random = new RandomState(5);
    const [first] = makeBlobs({ nSamples: 5, randomState: random });
    const [second] = makeBlobs({ nSamples: 5, randomState: random });
    expect(second).not.toEqual(first);
    expect(makeBlobs({ nSamples: 5 })[0].shape).toEqual([5, 2]);
  });

  /** A call as JavaScript may make it: the compiler would not let it pass. */
  const untyped = (name: string, options: object) => make(name, options);
  test.each<[string, () => unknown, RegExp]>([
    [
      'an unknown option',
      () => untyped('makeMoons', { nSample: 3 }),
      /unknown option 'nSample'. Did you mean 'nSamples'/,
    ],
    ['no samples', () => makeClassification({ nSamples: 0 }), /nSamples = 0, wanted an integer of at least 1/],
    [
      'too many useful features',
      () => makeClassification({ nFeatures: 3 }),
      /2 informative, 2 redundant and 0 repeated/,
    ],
    ['too many clusters', () => makeClassification({ nClasses: 5 }), /at most 2\^nInformative = 4/],
    ['weights for other classes', () => makeClassification({ weights: [0.1, 0.2, 0.3, 0.4] }), /found 4 weights/],
    ['weights above 1', () => makeClassification({ weights: [1, 1] }), /sum to at most 1/],
    ['negative noise', () => makeMoons({ noise: -1 }), /noise = -1, wanted a number ≥ 0/],
    ['centers of one dimension', () => makeBlobs({ centers: [1, 2] }), /wanted \(centers, features\)/],
    ['deviations for other centers', () => makeBlobs({ clusterStd: [1, 2] }), /2 values of clusterStd for 3 centers/],
    ['a share above 1', () => trainTestIndices(10, { testSize: 1.5 }), /testSize = 1.5/],
    [
      'too many for both parts',
      () => trainTestIndices(10, { testSize: 6, trainSize: 6 }),
      /6 samples for training and 6/,
    ],
    ['nothing left to train on', () => trainTestIndices(1, { testSize: 0.5 }), /leave none for training/],
    ['a lonely class', () => trainTestIndices(4, { testSize: 2, stratify: [0, 0, 0, 1] }), /only one member/],
    ['arrays of different length', () => trainTestSplit([1, 2, 3], [1, 2]), /arrays of 3, 2 samples/],
  ])('%s', (_, call, message) => expect(call).toThrow(message));
});
