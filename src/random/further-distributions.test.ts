// The rarer distributions against NumPy 2.4, and Python's against Python 3.11: for each series of calls on one generator the CRC-32
// of the float64 bytes that came. One wrong bit in one call also spoils all calls after it.
import { describe, expect, test } from 'vitest';
import { expm1, log1p } from '../base/random/c-library/log1p-expm1.ts';
import { crc32 } from '../formats/checksum.ts';
import { defaultRng, laplace, type NDArray, Random, RandomState, seed } from './index.ts';

type Call = readonly [method: string, args: readonly unknown[], ...sums: number[]];

// biome-ignore format: a table
const calls: readonly Call[] = [
  ['laplace', [1, 2, 40], 0x2bea13d1, 0xfe03cbf4, 0xf94c5a09, 0xcbc9428e],
  ['laplace', [], 0x6bcbdba1, 0x96e40e68, 0x8afdb343, 0x9108bd55],
  ['gumbel', [-1, 0.5, 40], 0x6d9dc0b3, 0x1db7be95, 0x617340b9, 0x51fc2134],
  ['logistic', [3, 2, 40], 0xaff38d23, 0x2cdcf9e1, 0x00bd4bf4, 0x94e6473c],
  ['lognormal', [0.5, 1.5, 40], 0xc367d515, 0x2b165d09, 0x853cbb52, 0x1f017dc1],
  ['lognormal', [[0, 1], [1, 0.1]], 0xc39e6ef3, 0xfca121a4, 0xe8800f62, 0x15631809],
  ['rayleigh', [2, 200], 0x3490d347, 0x4e31637f, 0xbc5c6490, 0x3a9b5cc7],
  ['weibull', [0, 3], 0xa3c1ca20, 0xa3c1ca20, 0xa3c1ca20, 0xa3c1ca20],
  ['weibull', [1.7, 60], 0x868a86a3, 0xaf38a87f, 0xe5f5e201, 0x3d1c0be1],
  ['power', [0.4, 200], 0x8aa9b7ba, 0x6595201b, 0x030f9e1c, 0x63a1f101],
  ['power', [3, 60], 0xed59c006, 0x18cd787c, 0x54c2ae25, 0xf7a3f6c6],
  ['pareto', [3, 200], 0xcec4ece2, 0x28aafd02, 0x8df88f76, 0x4cd349d5],
  ['zipf', [2.2, 60], 0xd4144c04, 0x170b70a4, 0x1288ecc4, 0xd44770d9],
  ['zipf', [1.1, 30], 0xfd8b97a4, 0x288a4d7d, 0xd88d422a, 0x6c620636],
  ['chisquare', [0.7, 30], 0x8a2cd625, 0x9c9c15e5, 0x5e1178ef, 0x0d8d0702],
  ['chisquare', [5, 30], 0xd1a60613, 0xbb95e269, 0x6af2f3f0, 0xfcfa08d4],
  ['f', [3, 8, 40], 0x2652dece, 0x74f84288, 0x84ec204a, 0x77dcd637],
  ['standardT', [4.5, 40], 0x98b89725, 0x3b2726da, 0xed2456a2, 0x425973d9],
  ['standardCauchy', [60], 0x8aae6e08, 0xdb7ef32e, 0xa2f56bd3, 0xa2b53a32],
  ['triangular', [-1, 0.5, 4, 60], 0x9a0a5486, 0xb1525e59, 0x25f09115, 0xd7d94404],
  ['triangular', [[0, 1], 1, [[2], [3]]], 0x6bce086c, 0x6dcb469e, 0x058a7a7e, 0x00cd3a86],
  ['wald', [1.5, 3, 60], 0x5a1e9cd0, 0x5be00818, 0x1f3daf2e, 0xab07c48b],
  ['geometric', [0.05, 60], 0x6c41cdcc, 0xbe5f7276, 0x1bc8cb66, 0xfab7ef03],
  ['geometric', [0.6, 60], 0xd0b5d06f, 0x020acbd9, 0xad696d94, 0xedf44ca8],
  ['geometric', [1, 4], 0x7b9db26c, 0x7b9db26c, 0x7b9db26c, 0x7b9db26c],
  ['negativeBinomial', [3, 0.4, 60], 0x3f4e9659, 0xe219469e, 0x000bd023, 0x77d2c211],
  ['negativeBinomial', [0.5, 0.02, 60], 0x009eb3cc, 0x24081911, 0xcf1455b8, 0x7e51cbdb],
  ['logseries', [0.3, 60], 0xe2bb95a4, 0x07f560a0, 0xf6acb4f6, 0xe8c4cbc8],
  ['logseries', [0.95, 200], 0x27a3f5dd, 0xc9c65e1c, 0xe75f6668, 0x3681eac9],
  ['multinomial', [20, [0.2, 0.3, 0.5], 6], 0xa70a71b2, 0x0bef44b8, 0xd82e520f, 0x967bb35f],
  ['multinomial', [1000, [0.1, 0.2, 0.6, 0.05], [2, 3]], 0xb9a59c09, 0x32207b86, 0x52c352c8, 0x072c5fdc],
  ['multinomial', [5, [1, 0, 0]], 0xdb8c24ca, 0xdb8c24ca, 0xdb8c24ca, 0xdb8c24ca],
  ['dirichlet', [[1, 2, 3.5], 5], 0x6b3bcfab, 0x1cf32008, 0xe00754d2, 0x2fec8cdd],
  ['dirichlet', [[0.05, 0.01, 0.09], 6], 0x4661618b, 0x26f2ec2c, 0xe8f8d08a, 0x69536e59],
  ['dirichlet', [[0.3, 0.6], [2, 2]], 0x1ae8d178, 0xccba11c1, 0x9ddcd49c, 0x301ea60c],
  ['lognormal', [], 0xe2b9e275, 0x05e649ff, 0x9379f33c, 0x1f79287c],
  ['triangular', [0, 0, 1], 0x9cad6258, 0x70350dd8, 0x3453a14a, 0x1072bcd8],
];

// biome-ignore format: a table
const python: readonly Call[] = [
  ['lognormvariate', [0.3, 1.2], 0x4c7dc856],
  ['gammavariate', [2.5, 1.5], 0x7213d6ad],
  ['gammavariate', [1.0, 2.0], 0x83a47752],
  ['gammavariate', [0.4, 3.0], 0x5e2bc619],
  ['betavariate', [2.0, 3.0], 0xcd6414f0],
  ['betavariate', [0.5, 0.5], 0x2057091a],
  ['paretovariate', [2.5], 0xc4eecaf1],
  ['weibullvariate', [1.5, 0.7], 0xda618438],
  ['expovariate', [], 0xa5614af1],
  ['randbytes', [11], 0xa8ba20af],
];

type Drawer = Record<string, (...args: readonly unknown[]) => number | NDArray | Uint8Array>;
const sumOf = (numbers: readonly number[]) => crc32(new Uint8Array(Float64Array.from(numbers, (x) => x + 0).buffer));

describe('NumPy, call by call', () => {
  test.each([
    ['RandomState(0)', () => new RandomState(0), 0],
    ['RandomState([1, 2, 3])', () => new RandomState([1, 2, 3]), 1],
    ['default_rng(0)', () => defaultRng(0), 2],
    ['default_rng(2**40)', () => defaultRng(2 ** 40), 3],
  ] as const)('%s', (_, make, which) => {
    const generator = make() as object as Drawer;
    calls.forEach(([method, args, ...sums], i) => {
      const drawn = generator[method]!(...args);
      const numbers = typeof drawn === 'number' ? [drawn] : Array.from(drawn);
      expect(sumOf(numbers), `call ${i}: ${method}(${JSON.stringify(args)})`).toBe(sums[which]);
    });
  });
});

test("Python's Random(42), fifty of each", () => {
  const random = new Random(42) as object as Drawer;
  for (const [method, args, sum] of python) {
    const drawn = Array.from({ length: 50 }, () => random[method]!(...args));
    const numbers = drawn.flatMap((one) => (typeof one === 'number' ? one : Array.from(one)));
    expect(sumOf(numbers), method).toBe(sum);
  }
});

test('the functions are those of the global generator, and take names', () => {
  seed(3);
  const wanted = new RandomState(3).laplace(1, 2, [2, 2]);
  const found = laplace({ loc: 1, scale: 2, size: [2, 2] });
  expect([Array.from(found), found.shape]).toEqual([Array.from(wanted), [2, 2]]);
  expect(new RandomState(1).multinomial(5, [0.5, 0.5], { size: 3 }).shape).toEqual([3, 2]);
  expect(new RandomState(1).geometric(0.5, 4).dtype).toBe('int64');
});

test.each<[string, () => unknown, RegExp]>([
  ['a negative scale', () => new RandomState(1).laplace(0, -1), /laplace: found scale = -1, wanted a number ≥ 0/],
  ['modes outside', () => new RandomState(1).triangular(0, 3, 2), /left ≤ mode ≤ right/],
  ['too much probability', () => new RandomState(1).multinomial(3, [0.9, 0.9, 0.1]), /sum is at most 1/],
  ['no vector', () => new RandomState(1).dirichlet([[1, 2]]), /alpha of shape \[1, 2\], wanted \(n,\)/],
  ['a zero concentration', () => new RandomState(1).dirichlet([0, 2]), /alpha/],
  ['a shape of nothing', () => new Random(1).gammavariate(0, 1), /numbers above 0/],
])('%s is refused', (_, call, message) => expect(call).toThrow(message));

test('log1p and expm1 at their borders, against series', () => {
  expect([log1p(0), log1p(-1), expm1(0), expm1(-800), expm1(800)]).toEqual([0, -Infinity, 0, -1, Infinity]);
  expect([log1p(-2), expm1(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  for (let i = 1; i < 200; i++) {
    const x = (i - 100) * 10 ** -(i % 13);
    if (x > -1) expect(Math.abs(log1p(x) / (Math.log1p(x) || 1) - (x === 0 ? 0 : 1))).toBeLessThan(5e-16);
    expect(Math.abs(expm1(x) / (Math.expm1(x) || 1) - (x === 0 ? 0 : 1))).toBeLessThan(5e-16);
  }
});
