import { describe, expect, it } from 'vitest';
import { toMatrix, toValues } from './values.ts';

const tensor = (shape: (number | null)[], data: ArrayLike<unknown>, dtype = 'float32') => ({
  shape,
  dtype,
  dataSync: () => data,
});

describe('toValues', () => {
  it('reads tensors, typed arrays and nested arrays', () => {
    expect(toValues('f', 'x', tensor([2, 1], Float32Array.of(1, 2)))).toMatchObject({ shape: [2, 1], bytes: false });
    expect(toValues('f', 'x', tensor([2], Uint8Array.of(1, 2), 'uint8')).bytes).toBe(true);
    expect(toValues('f', 'x', tensor([2], Uint8Array.of(1, 0), 'bool')).bytes).toBe(false);
    expect([...toValues('f', 'x', BigInt64Array.of(3n, -4n)).data]).toEqual([3, -4]);
    const shaped = Object.assign(Float64Array.of(1, 2, 3, 4), { shape: [2, 2] });
    expect(toValues('f', 'x', shaped).shape).toEqual([2, 2]);
    expect(toValues('f', 'x', [[1, 2, 3], Float32Array.of(4, 5, 6)])).toMatchObject({ shape: [2, 3] });
    expect([...toValues('f', 'x', [true, 2n, 3]).data]).toEqual([1, 2, 3]);
    const rows = toValues('f', 'x', [tensor([2], [1, 2]), tensor([2], [3, 4])]);
    expect([rows.shape, [...rows.data]]).toEqual([
      [2, 2],
      [1, 2, 3, 4],
    ]);
  });

  it('copies, so that later changes do not show', () => {
    const data = Float64Array.of(1, 2);
    const values = toValues('f', 'x', data);
    data[0] = 99;
    expect(values.data[0]).toBe(1);
  });

  it('says what is wrong', () => {
    expect(() => toValues('plt.plot', 'x', Promise.resolve(1))).toThrow(/x is a promise.*`await`/);
    expect(() => toValues('plt.plot', 'x', tensor([null, 1], []))).toThrow(/symbolic tensor of shape \(None, 1\)/);
    expect(() => toValues('plt.plot', 'x', [[1, 2], [3]])).toThrow(/x\[1\] is shape \(1,\).*equal rows/);
    expect(() => toValues('plt.plot', 'x', [[1], 2])).toThrow(/x\[1\] is 2/);
    expect(() => toValues('plt.plot', 'x', ['a'])).toThrow(/x holds 'a'; wanted numbers/);
    expect(() => toValues('plt.plot', 'x', 5)).toThrow(/single number 5.*\[5\]/);
    expect(() => toValues('plt.plot', 'x', undefined)).toThrow(/x is undefined; wanted a tensor/);
    expect(() => toMatrix('plt.contourf', 'z', [1, 2])).toThrow(/shape \(2,\); wanted two dimensions/);
  });
});
