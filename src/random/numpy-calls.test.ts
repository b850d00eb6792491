// Long series of calls on one generator against NumPy 2.4: for each call the CRC-32 of the float64 bytes of what NumPy returned
// (integers converted to float64, −0 to 0), for two seeds. One wrong bit in one call also spoils all calls after it.
import { describe, expect, test } from 'vitest';
import { crc32 } from '../formats/checksum.ts';
import { defaultRng, type NDArray, RandomState } from './index.ts';

type Call = readonly [method: string, args: readonly unknown[], first: number, second: number];

// biome-ignore format: a table
const legacy: readonly Call[] = [
  ['rand', [3, 4], 0xc19bbd70, 0x2ac06f10],
  ['randn', [7], 0x3914b8b1, 0xfde9aed7],
  ['randint', [0, 10, 20], 0x2eefdc9a, 0xcebb352c],
  ['uniform', [-2, 5, 6], 0x4176eae3, 0x1bd78c3b],
  ['normal', [1, 2, [5, 2]], 0xd564e67d, 0x126efbe4],
  ['randint', [-100, 100, {size: 9, dtype: 'int8'}], 0x5e6c0e8e, 0xbda51021],
  ['randint', [0, 256, {size: 9, dtype: 'uint8'}], 0xc4cc4dbb, 0x4a85e896],
  ['randint', [3, 200, {size: 9, dtype: 'uint8'}], 0x829ba506, 0xcbc7a3ef],
  ['randint', [-5, 9999, {size: 9, dtype: 'int16'}], 0x0f855447, 0x94a49df0],
  ['randint', [0, 65536, {size: 9, dtype: 'uint16'}], 0xdb31c4fc, 0xdaf48347],
  ['randint', [-(2 ** 31), 2 ** 31, {size: 9, dtype: 'int32'}], 0xa1edeb65, 0x908c9cc9],
  ['randint', [0, 7, {size: 9, dtype: 'int32'}], 0xed00cc69, 0x3c49cfc8],
  ['randint', [0, 2 ** 32, {size: 9, dtype: 'uint32'}], 0xdaf5973d, 0x413a1dd2],
  ['randint', [0, 2 ** 32, {size: 9, dtype: 'int64'}], 0x840b731d, 0x22f0fe2c],
  ['randint', [0, 2 ** 40, {size: 9, dtype: 'int64'}], 0xa972275c, 0x0ac61397],
  ['randint', [-(2 ** 52), 2 ** 52, {size: 9, dtype: 'int64'}], 0xedee1a44, 0x2732ee8d],
  ['randint', [0, 2, {size: 9, dtype: 'bool'}], 0xdf4629ae, 0xd86cc3a8],
  ['randint', [5, 6, {size: 9, dtype: 'int64'}], 0x6311f49f, 0x6311f49f],
  ['randint', [0, 2 ** 50, {size: 9, dtype: 'uint64'}], 0xe89334b6, 0xa124f72b],
  ['permutation', [11], 0xe09bd465, 0x8afc7f33],
  ['permutation', [[[1, 2], [3, 4], [5, 6], [7, 8]]], 0xd53ddb15, 0x2ca0ee09],
  ['choice', [10, 4, {replace: false}], 0x0f2ecfa6, 0x517e50e7],
  ['choice', [5, [2, 3], {p: [0.1, 0.2, 0.3, 0.15, 0.25]}], 0xe3359e30, 0xbcbc03fe],
  ['choice', [5, 3, {replace: false, p: [0.1, 0.2, 0.3, 0.15, 0.25]}], 0xd93e707d, 0x31e07056],
  ['choice', [[3, 1, 4, 1, 5], 6], 0xbb42baab, 0x118df2d3],
  ['choice', [7], 0x13fe9ef9, 0x91e506a0],
  ['binomial', [5, 0.3, 50], 0x208b4a16, 0x9a20aef4],
  ['binomial', [5, 0.9, 50], 0x4e3bfa8a, 0x3dfcdfed],
  ['binomial', [100, 0.4, 50], 0xe2cc3956, 0x000ba9f9],
  ['binomial', [1000, 0.5, 50], 0x5abfa3e7, 0xac8c40ea],
  ['binomial', [1000, 0.77, 50], 0x02736e64, 0x6bd25052],
  ['binomial', [10, 0, 50], 0x46220d0c, 0x46220d0c],
  ['binomial', [0, 0.5, 50], 0x46220d0c, 0x46220d0c],
  ['binomial', [40, 1, 50], 0xd1e30056, 0xd1e30056],
  ['binomial', [1000000, 0.001, 50], 0x039e7162, 0xdcd34586],
  ['binomial', [1000000, 0.3, 50], 0x27724dc0, 0x4701684c],
  ['binomial', [200, 0.16, 50], 0x28f22270, 0x940ae047],
  ['beta', [0.5, 0.5, 20], 0x4fe08c73, 0x93ba49f9],
  ['beta', [2, 3, 20], 0x3ad67e01, 0x0cbc1c41],
  ['beta', [0.2, 4, 20], 0x72308189, 0x63dbe8da],
  ['beta', [1, 1, 20], 0x752f9664, 0x54fae2bf],
  ['beta', [1.0, 0.3, 20], 0xa1b9f4ab, 0x60415555],
  ['gamma', [0.3, 1.7, 20], 0xa96530ca, 0x0b78fcd8],
  ['standardGamma', [0.3, 5], 0xda079631, 0x3c28f27a],
  ['gamma', [1, 1.7, 20], 0x68acc80d, 0x6d868cc6],
  ['standardGamma', [1, 5], 0x16d80038, 0x3db29d25],
  ['gamma', [2.5, 1.7, 20], 0xc6b0c3e0, 0x56b0b972],
  ['standardGamma', [2.5, 5], 0x1eab8eca, 0x4f25e9d2],
  ['gamma', [20, 1.7, 20], 0x4086edca, 0x03fe4193],
  ['standardGamma', [20, 5], 0x29a77128, 0xeb41dad2],
  ['exponential', [2.5, 9], 0x9831c261, 0x25547b6e],
  ['standardExponential', [4], 0xdb800809, 0x59a51116],
  ['poisson', [0.5, 30], 0x8080319b, 0xd8cbfce5],
  ['poisson', [3, 30], 0x22670246, 0x2d0ec434],
  ['poisson', [9.9, 30], 0x676867b1, 0x23dd1269],
  ['poisson', [10, 30], 0x328a62f1, 0xf5fd3b55],
  ['poisson', [50, 30], 0x1576baa4, 0xaef3a0e3],
  ['poisson', [1234.5, 30], 0x622b7513, 0x005414d0],
  ['poisson', [[1, 5, 20]], 0xbdc5995f, 0x54ceb2d2],
  ['normal', [[0, 1, 2], [1, 2, 3], [4, 3]], 0x7725ab5c, 0xbf69fb33],
  ['uniform', [[[0], [1]], [5, 6, 7]], 0x11f3b471, 0x7da92b2c],
  ['standardNormal', [3], 0x48d3ad89, 0xc4fc28a9],
  ['random', [[2, 2]], 0x9c1ff79d, 0x8a0eb89f],
  ['randomSample', [3], 0x744b78a3, 0x18872d90],
  ['random', [], 0x3f80d2b6, 0x8ae21669],
  ['randn', [2000], 0x2f1ac4d8, 0x9eb13ffb],
];

// biome-ignore format: a table
const modern: readonly Call[] = [
  ['random', [5], 0x59a6f810, 0x2d1e13ff],
  ['standardNormal', [3000], 0xbb1c0750, 0xec8af341],
  ['integers', [0, 10, 20], 0x14c7cb16, 0x1c038719],
  ['integers', [-100, 100, {size: 9, dtype: 'int8'}], 0xeca5ec63, 0xa7d81d1b],
  ['integers', [0, 256, {size: 9, dtype: 'uint8'}], 0xb194be1e, 0x4891a13b],
  ['integers', [3, 200, {size: 9, dtype: 'uint8'}], 0xf0cc2f6b, 0xb737f64b],
  ['integers', [-5, 9999, {size: 9, dtype: 'int16'}], 0xc00c1d26, 0xf00bc1e0],
  ['integers', [0, 65536, {size: 9, dtype: 'uint16'}], 0x44a812a3, 0x9f996334],
  ['integers', [-(2 ** 31), 2 ** 31, {size: 9, dtype: 'int32'}], 0x68452a8a, 0xb61e9861],
  ['integers', [0, 7, {size: 9, dtype: 'int32'}], 0xd1e51a1d, 0xe9836d33],
  ['integers', [0, 2 ** 32, {size: 9, dtype: 'uint32'}], 0x298a8675, 0xf937aed1],
  ['integers', [0, 2 ** 32, {size: 9, dtype: 'int64'}], 0xb9154bb1, 0xf51b6a3d],
  ['integers', [0, 2 ** 40, {size: 9, dtype: 'int64'}], 0x45f3fb7e, 0x1ab4f482],
  ['integers', [-(2 ** 52), 2 ** 52, {size: 9, dtype: 'int64'}], 0x0597f5f8, 0x36273f4c],
  ['integers', [0, 2, {size: 9, dtype: 'bool'}], 0x3241774f, 0x4226ed58],
  ['integers', [5, 6, {size: 9, dtype: 'int64'}], 0x6311f49f, 0x6311f49f],
  ['integers', [0, 2 ** 50, {size: 9, dtype: 'uint64'}], 0x4ff34e2c, 0x104dcfcb],
  ['integers', [1, 6, {size: 9, endpoint: true}], 0x3b7ac7dd, 0x4b7fc7d7],
  ['integers', [100], 0xa4a8ba28, 0x19683976],
  ['uniform', [-2, 5, 6], 0xd07c9e75, 0x2dbcb194],
  ['normal', [1, 2, 5], 0xe448f8ff, 0xb44f71db],
  ['permutation', [11], 0x3265578e, 0x5ec7ad18],
  ['permutation', [[[1, 2], [3, 4], [5, 6], [7, 8]]], 0xd53ddb15, 0xb287a86b],
  ['choice', [10, 4, {replace: false}], 0x12c730b4, 0x9014237b],
  ['choice', [5, [2, 3], {p: [0.1, 0.2, 0.3, 0.15, 0.25]}], 0xd96122a1, 0x3ee25510],
  ['choice', [5, 3, {replace: false, p: [0.1, 0.2, 0.3, 0.15, 0.25]}], 0xbfbb7cbf, 0x340cd183],
  ['choice', [[3, 1, 4, 1, 5], 6], 0x1134eba1, 0x9677ce16],
  ['choice', [7], 0x91e506a0, 0xc7f813e9],
  ['choice', [20000, 30, {replace: false}], 0xbf74910a, 0xb6773e73],
  ['choice', [20000, 3000, {replace: false}], 0x09d1630b, 0xb55a3efd],
  ['choice', [50, 20, {replace: false, shuffle: false}], 0x40023e0f, 0xda55ed72],
  ['choice', [6, 6, {replace: false}], 0x6903c390, 0xe3c87761],
  ['binomial', [5, 0.3, 50], 0x27b259ac, 0xef5f280d],
  ['binomial', [5, 0.9, 50], 0x2536e847, 0x4e11d0b6],
  ['binomial', [100, 0.4, 50], 0x1debc973, 0x66ea9095],
  ['binomial', [1000, 0.5, 50], 0x7332f4aa, 0xfcf98439],
  ['binomial', [1000, 0.77, 50], 0x97c1b826, 0xdf334354],
  ['binomial', [10, 0, 50], 0x46220d0c, 0x46220d0c],
  ['binomial', [0, 0.5, 50], 0x46220d0c, 0x46220d0c],
  ['binomial', [40, 1, 50], 0xd1e30056, 0xd1e30056],
  ['binomial', [1000000, 0.001, 50], 0xfbe271c9, 0x89137422],
  ['binomial', [1000000, 0.3, 50], 0xf9349843, 0xed84c97f],
  ['binomial', [200, 0.16, 50], 0x709e57b8, 0x513f913d],
  ['beta', [0.5, 0.5, 20], 0xda48c471, 0xd2cb0857],
  ['beta', [2, 3, 20], 0xc0dab582, 0x3baff186],
  ['beta', [0.2, 4, 20], 0x1647f66e, 0x008162c0],
  ['beta', [1, 1, 20], 0xc6a9e7f7, 0x0da8483a],
  ['beta', [1.0, 0.3, 20], 0x49473dcc, 0xb7618ee0],
  ['gamma', [0.3, 1.7, 20], 0xea91a138, 0xace73a5f],
  ['standardGamma', [0.3, 5], 0x68e1b071, 0x6c6dffd4],
  ['gamma', [1, 1.7, 20], 0x7a577ed9, 0xcc64507c],
  ['standardGamma', [1, 5], 0x8276d17a, 0x093dabd3],
  ['gamma', [2.5, 1.7, 20], 0xdee29fa1, 0xd157ff8c],
  ['standardGamma', [2.5, 5], 0xcaf69f3c, 0x104d7ea3],
  ['gamma', [20, 1.7, 20], 0x4311be79, 0xa2e40f77],
  ['standardGamma', [20, 5], 0x2f8d2752, 0x3baac95b],
  ['exponential', [2.5, 2000], 0x918b2909, 0x21a7e449],
  ['poisson', [0.5, 30], 0x0c778163, 0xcc2f793d],
  ['poisson', [3, 30], 0xfede91f6, 0x293ed4ae],
  ['poisson', [9.9, 30], 0x82d45df6, 0x358e9337],
  ['poisson', [10, 30], 0xf4ecd7fd, 0x943490af],
  ['poisson', [50, 30], 0x8c751a5e, 0xb0104837],
  ['poisson', [1234.5, 30], 0x81d36fc6, 0x8df07f7a],
];

type Drawer = Record<string, (...args: readonly unknown[]) => number | NDArray>;

function check(generator: object, calls: readonly Call[], which: 2 | 3) {
  calls.forEach((call, i) => {
    const [method, args] = call;
    const drawn = (generator as Drawer)[method]!(...args);
    const numbers = Float64Array.from(typeof drawn === 'number' ? [drawn] : drawn, (x) => x + 0);
    expect(crc32(new Uint8Array(numbers.buffer)), `call ${i}: ${method}(${JSON.stringify(args)})`).toBe(call[which]);
  });
}

describe('NumPy, call by call', () => {
  test('RandomState(0)', () => check(new RandomState(0), legacy, 2));
  test('RandomState([1, 2, 3])', () => check(new RandomState([1, 2, 3]), legacy, 3));
  test('default_rng(0)', () => check(defaultRng(0), modern, 2));
  test('default_rng(2**40)', () => check(defaultRng(2 ** 40), modern, 3));
});
