// The runner proves itself without the library: fakes that are right, wrong, missing, and refusing.
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { adapters } from './areas/index.ts';
import { indices } from './areas/ops.ts';
import { parseCall } from './areas/random.ts';
import { compare } from './compare.ts';
import { areasIn, type Case, expectedFields, loadArea } from './folder.ts';
import {
  argument,
  camelCase,
  fn,
  labelled,
  loadLibrary,
  lookup,
  nested,
  options,
  result,
  useModule,
} from './library.ts';
import { perturbations } from './perturb.ts';
import { type Area, isRefusal, MissingError, runCase, toleranceOfCase } from './runner.ts';
import { ArrayValue, decode, type Fields, RaggedValue, SparseValue, type Value } from './values.ts';

const golden = fileURLToPath(new URL('../golden', import.meta.url));
const exact = () => ({ rtol: 0, atol: 0 });
const loose = () => ({ rtol: 1e-3, atol: 1e-6 });
const float32 = (...values: number[]) => new ArrayValue('float32', [values.length], Float32Array.from(values));

describe('compare', () => {
  it('measures |got - want| against atol + rtol * |want|', () => {
    expect(compare(float32(100), float32(100.09), loose)).toEqual([]);
    const [difference] = compare(float32(1, 100), float32(1, 101), loose);
    expect(difference?.largest).toBeCloseTo(1, 5);
  });

  it('takes NaN for NaN and an infinity for itself only', () => {
    const special = float32(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    expect(compare(special, special, loose)).toEqual([]);
    expect(compare(special, float32(0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY), loose)).toHaveLength(1);
    expect(
      compare(special, float32(Number.NaN, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY), loose),
    ).toHaveLength(1);
    expect(compare(float32(1), float32(Number.NaN), () => ({ rtol: 1, atol: 1e9 }))).toHaveLength(1);
  });

  it('looks at dtype, shape, missing and additional fields', () => {
    const flat = float32(1, 2);
    expect(compare(flat, new ArrayValue('float64', [2], Float64Array.of(1, 2)), exact)[0]?.message).toContain('dtype');
    expect(compare(flat, new ArrayValue('float32', [2, 1], flat.data), exact)[0]?.message).toContain('shape');
    expect(compare({ a: 1 }, {}, exact)).toHaveLength(1);
    expect(compare({ a: 1 }, { a: 1, b: 2 }, exact)).toHaveLength(1);
    expect(compare([1, 2], [1], exact)).toHaveLength(2);
    expect(compare(null, 0, exact)).toHaveLength(1);
  });

  it('takes integers exactly, also beyond 2^53, unless pixels may differ', () => {
    const big = (x: bigint) => new ArrayValue('int64', [1], BigInt64Array.of(x));
    expect(compare(big(2n ** 60n), big(2n ** 60n), loose)).toEqual([]);
    expect(compare(big(2n ** 60n), big(2n ** 60n + 1n), loose)).toHaveLength(1);
    const pixel = (x: number) => new ArrayValue('uint8', [1], Uint8Array.of(x));
    expect(compare(pixel(200), pixel(201), loose)).toHaveLength(1);
    expect(compare(pixel(200), pixel(201), () => ({ rtol: 0, atol: 1 }))).toEqual([]);
  });

  it('takes strings by their bytes', () => {
    const text = (x: string | Uint8Array) => new ArrayValue('string', [1], [x]);
    expect(compare(text('é'), text(new TextEncoder().encode('é')), exact)).toEqual([]);
    expect(compare(text(Uint8Array.of(255)), text(Uint8Array.of(254)), exact)).toHaveLength(1);
  });
});

describe('perturbations', () => {
  it('all go against a right value of every kind, and are noticed', () => {
    const tree: Fields = {
      floats: new ArrayValue('float32', [2, 2], Float32Array.of(0, -1, 1e-30, 3e38)),
      halves: new ArrayValue('float16', [2], Float32Array.of(0.5, 65504)),
      ints: new ArrayValue('int32', [2], Int32Array.of(2147483647, -5)),
      bytes: new ArrayValue('uint8', [1], Uint8Array.of(255)),
      bigs: new ArrayValue('int64', [2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
      bools: new ArrayValue('bool', [2], Uint8Array.of(0, 1)),
      texts: new ArrayValue('string', [2], ['', Uint8Array.of(200)]),
      scalar: new ArrayValue('float64', [], Float64Array.of(7)),
      empty: new ArrayValue('float32', [0, 3], new Float32Array(0)),
      special: float32(Number.NaN, Number.POSITIVE_INFINITY),
      ragged: new RaggedValue('int64', [[1], []], [[1, 0]]),
      sparse: new SparseValue('sparse', float32(1), float32(2), [3]),
      plain: { text: 'a', yes: true, nothing: null, number: 0.1, list: [1, [2, 'x']], none: {} },
    };
    for (const tolerance of [exact, loose, () => ({ rtol: 5e-2, atol: 5e-2 })]) {
      expect(compare(tree, tree, tolerance)).toEqual([]);
      const all = [...perturbations(tree, tolerance)];
      expect(all.length).toBeGreaterThan(90);
      const unnoticed = all.filter(({ value }) => compare(value, tree, tolerance).length === 0);
      expect(unnoticed.map(({ path, what }) => `${path} ${what}`)).toEqual([]);
    }
  });

  it('are noticed also where the result is anywhere within the tolerance', () => {
    const tolerance = () => ({ rtol: 1e-2, atol: 1e-2 });
    const want = { value: float32(3, -40) };
    const got = { value: float32(3.03, -40.4) };
    expect(compare(want, got, tolerance)).toEqual([]);
    const unnoticed = [...perturbations(want, tolerance)].filter(
      ({ value }) => compare(value, got, tolerance).length === 0,
    );
    expect(unnoticed).toEqual([]);
  });
});

const numbers = { value: float32(1, 2), config: { name: 'a' } };
const fakeCase = (expected: Fields, json: object = {}): Case => ({
  id: 'fake',
  area: 'fake',
  folder: '',
  json: { rtol: 1e-5, atol: 1e-6, ...json },
  array: () => float32(),
  field: (name) => (name === 'expected' ? expected : undefined),
});
const refusal = class ValueError extends Error {};
const raises = { raises: 'ValueError', message: 'bad' };

describe('runCase', () => {
  const right: Area = { run: () => numbers };

  it('passes a right result, and the self-test notices every change', async () => {
    const outcome = await runCase(right, fakeCase(numbers), true);
    expect(outcome.differences).toEqual([]);
    expect(outcome.unnoticed).toEqual([]);
    expect(outcome.perturbed).toBeGreaterThan(8);
  });

  it('finds an adapter that leaves out a field', async () => {
    expect((await runCase({ run: () => ({ value: numbers.value }) }, fakeCase(numbers))).differences).toHaveLength(1);
  });

  it('reports what a blind comparison would not notice', async () => {
    const blind: Area = { tolerance: () => ({ rtol: 2, atol: 0 }), run: () => numbers };
    expect((await runCase(blind, fakeCase(numbers), true)).unnoticed.length).toBeGreaterThan(0);
  });

  it('fails a case without an adapter, one that throws, and one that does not fail but must', async () => {
    expect((await runCase(undefined, fakeCase(numbers))).differences).toHaveLength(1);
    const throws = (error: Error): Area => ({ run: () => Promise.reject(error) });
    expect((await runCase(throws(new refusal('x')), fakeCase(numbers))).differences).toHaveLength(1);
    expect((await runCase(right, fakeCase(raises))).differences[0]?.message).toContain('must');
  });

  it('accepts a refusal where one is wanted, but no accident and no missing function', async () => {
    const throws = (error: Error): Area => ({
      run: () => {
        throw error;
      },
    });
    const outcome = await runCase(throws(new refusal('bad')), fakeCase(raises), true);
    expect(outcome.differences).toEqual([]);
    expect(outcome.unnoticed).toEqual([]);
    expect(outcome.perturbed).toBeGreaterThan(0);
    for (const error of [new TypeError('x is not a function'), new RangeError('x'), new MissingError('no tf.x')]) {
      expect(isRefusal(error)).toBe(false);
      expect((await runCase(throws(error), fakeCase(raises))).differences).toHaveLength(1);
    }
  });
});

describe('the golden folder', () => {
  it('has an adapter for every area, and every expectation decodes', async () => {
    for (const name of areasIn(golden)) {
      const area = await adapters[name]?.();
      expect(area, name).toBeDefined();
      const cases = await loadArea(golden, name);
      expect(cases.length).toBeGreaterThan(0);
      for (const c of cases) {
        const want = (area!.expected ?? expectedFields)(c);
        const { rtol, atol } = toleranceOfCase(c);
        expect(Number.isFinite(rtol + atol), c.id).toBe(true);
        if (want === undefined) continue;
        expect(Object.keys(want).length, c.id).toBeGreaterThan(0);
        // What is wanted agrees with itself.
        expect(
          compare(want, want, (path) => area!.tolerance?.(c, path) ?? { rtol, atol }),
          c.id,
        ).toEqual([]);
      }
    }
  });

  it('would notice every wrong expectation of a library that gave exactly what is wanted', async () => {
    let count = 0;
    for (const name of areasIn(golden)) {
      const area = (await adapters[name]!())!;
      const echo: Area = {
        ...area,
        run: (c) => (area.expected ?? expectedFields)(c) ?? Promise.reject(new refusal('refused')),
      };
      // A sample: the whole is what --self-test is for.
      for (const c of (await loadArea(golden, name)).filter((_, i) => i % 7 === 0)) {
        const outcome = await runCase(echo, c, true);
        expect(outcome.differences, `${name} ${c.id}`).toEqual([]);
        expect(outcome.unnoticed, `${name} ${c.id}`).toEqual([]);
        count += outcome.perturbed;
      }
    }
    expect(count).toBeGreaterThan(10_000);
  });
});

describe('the library by Python names', () => {
  class FakeTensor {
    readonly dtype: string;
    readonly shape: number[];
    readonly data: unknown;
    constructor(data: unknown, { dtype = 'float32', shape = [] }: { dtype?: string; shape?: number[] } = {}) {
      [this.dtype, this.shape, this.data] = [dtype, shape, data];
    }
    dataSync = () => this.data;
  }
  beforeAll(async () => {
    await loadLibrary();
    useModule('tf', {
      reduceSum: (x: unknown, given?: object) => [x, given],
      constant: (data: unknown, given: object) => new FakeTensor(data, given),
      keras: { losses: { deserialize: (x: unknown) => x } },
      math: { l2Normalize: () => 1 },
    });
  });

  it('turns names and keyword arguments into those of cornu', () => {
    expect(['reduce_sum', 'beta_1', 'log1p', 'conv2d_transpose', 'is_nan', 'RandomState'].map(camelCase)).toEqual([
      'reduceSum',
      'beta1',
      'log1p',
      'conv2dTranspose',
      'isNan',
      'RandomState',
    ]);
    expect(fn('tf.reduce_sum')(1, options({ keep_dims: true }))).toEqual([1, { keepDims: true }]);
    expect(fn('tf_keras.losses.deserialize')(3)).toBe(3);
    expect(lookup('tf.math.l2_normalize')).toBeTypeOf('function');
    expect(() => fn('tf.no_such_thing')).toThrow(MissingError);
    expect(() => fn('tf.no.such_thing')).toThrow(MissingError);
  });

  it('takes values in and out unchanged', () => {
    const values: Value[] = [
      float32(1, 2),
      new ArrayValue('string', [1, 2], ['a', 'b']),
      [1, { a: float32(3) }],
      null,
      'x',
    ];
    expect(result(argument(values[0]!))).toEqual(values[0]);
    expect(result(argument(values[2]!))).toEqual(values[2]);
    expect((argument(values[1]!) as FakeTensor).data).toEqual([['a', 'b']]);
    expect(nested([1, 2, 3, 4, 5, 6], [3, 2])).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(nested([7], [])).toBe(7);
  });

  it('labels arrays only with a dtype that their numbers have', () => {
    expect(
      labelled(
        [
          [1, 2],
          [3, 4],
        ],
        'int64',
      ),
    ).toMatchObject({ dtype: 'int64', shape: [2, 2] });
    expect(labelled([1.5], 'int64').dtype).toBe('float64');
  });
});

describe("the readers of Python's text", () => {
  it('reads calls', () => {
    expect(parseCall('random() x5')).toMatchObject({ name: 'random', args: [], times: 5 });
    expect(parseCall('choice(10,4,replace=False)')).toMatchObject({ args: [10, 4], kwargs: { replace: false } });
    expect(parseCall('uniform([3],0,10,int32)')).toMatchObject({ args: [[3], 0, 10, 'int32'] });
    expect(parseCall('categorical(zeros((2,4)),3)').args[0]).toMatchObject({ name: 'zeros', args: [[2, 4]] });
    expect(parseCall('binomial(5,.3,6)').args).toEqual([5, 0.3, 6]);
    expect(parseCall('normal([4],seed=3)').kwargs).toEqual({ seed: 3 });
    expect(parseCall('randint((5,),0,10)').args).toEqual([[5], 0, 10]);
  });

  it('reads slices', () => {
    expect(indices('..., 1')).toEqual(['...', 1]);
    expect(indices(':, tf.newaxis, -2:')).toEqual([':', null, '-2:']);
    expect(indices('2:0:-1, ...')).toEqual(['2:0:-1', '...']);
  });

  it('decodes what JSON lacks', () => {
    expect(decode({ $float: '-inf' }, () => float32())).toBe(Number.NEGATIVE_INFINITY);
    expect(decode({ $int64: '9223372036854775807' }, () => float32())).toBe(9223372036854775807n);
    expect(decode({ $strings: ['a', { $hex: 'ff' }], shape: [2] }, () => float32())).toMatchObject({
      data: ['a', Uint8Array.of(255)],
    });
  });
});
