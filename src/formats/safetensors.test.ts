// safetensors: the bytes of the format's own description, our own back again, and damaged headers.
import { describe, expect, test } from 'vitest';
import { survives } from '../../test/support/mutations.ts';
import { type ArrayData, arrayData, stringData } from './array-data.ts';
import { Safetensors, writeSafetensors } from './safetensors.ts';

const arrays = new Map<string, ArrayData>([
  ['weight', arrayData('float32', [2, 2], Float32Array.of(1, 2, 3, 4))],
  ['half', arrayData('float16', [2], Float32Array.of(1.5, -2))],
  ['brain', arrayData('bfloat16', [1], Float32Array.of(-0.5))],
  ['ids', arrayData('int64', [1], BigInt64Array.of(-9n))],
  ['mask', arrayData('bool', [3], Uint8Array.of(1, 0, 1))],
  ['none', arrayData('float64', [0, 4], new Float64Array(0))],
]);
const build = (header: string, data: number[] = []) => {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
};

test('the layout of the description', () => {
  const file = new Safetensors(build('{"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}  ', [1, 255]), 'a');
  expect(file.read('a')).toEqual({ dtype: 'int8', shape: [2], data: Int8Array.of(1, -1) });
});

test('what is written comes back', () => {
  const bytes = writeSafetensors(arrays, { format: 'pt' });
  const file = new Safetensors(bytes, 'm.safetensors');
  expect(file.metadata).toEqual({ format: 'pt' });
  expect(file.names).toEqual([...arrays.keys()]);
  for (const [name, array] of arrays) expect(file.read(name)).toEqual(array);
  expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0);
  expect(() => writeSafetensors(new Map([['t', stringData('x')]]))).toThrow(/holds no string/);
});

describe('damaged files', () => {
  const entry = (text: string) => build(`{"a":${text}}`, [0, 0, 0, 0]);
  test.each([
    ['empty', new Uint8Array(0), /empty/],
    ['cut off', writeSafetensors(arrays).subarray(0, 40), /header of \d+ bytes in a file of 40/],
    ['a header of exabytes', build('').fill(255, 0, 7), /header/],
    ['no JSON', build('{"a"'), /no JSON/],
    ['a list', build('[]'), /no JSON object/],
    ['beyond the end', entry('{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'), /cut off or damaged/],
    ['backwards', entry('{"dtype":"F32","shape":[0],"data_offsets":[4,0]}'), /cut off or damaged/],
    ['another size', entry('{"dtype":"F32","shape":[3],"data_offsets":[0,4]}'), /needs 12 bytes, it has 4/],
    ['a negative size', entry('{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}'), /no list of sizes/],
    ['an unknown dtype', entry('{"dtype":"F8_E5M2","shape":[4],"data_offsets":[0,4]}'), /F8_E5M2/],
    ['a dtype of the prototype', entry('{"dtype":"toString","shape":[4],"data_offsets":[0,4]}'), /toString/],
    [
      'overlap',
      build(
        '{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}',
        [1, 2, 3, 4],
      ),
      /overlaps/,
    ],
  ])('%s', (_, bytes, wanted) => {
    expect(() => new Safetensors(bytes, 'm.safetensors')).toThrow(wanted);
  });

  test('mutations give typed errors', async () => {
    const read = (bytes: Uint8Array) => {
      const file = new Safetensors(bytes, 'm');
      return file.names.map((name) => file.read(name));
    };
    const tally = await survives(writeSafetensors(arrays), read, { seed: 3, count: 500 });
    expect(tally.bad_safetensors).toBeGreaterThan(100);
  });
});
