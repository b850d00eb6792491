// Against the published check values, and against zlib.
import { expect, test } from 'vitest';
import { crc32, crc32c, maskCrc, maskedCrc32c } from './checksum.ts';

const letters = new TextEncoder().encode('123456789');

test('the check values of the two polynomials', () => {
  expect(crc32(letters)).toBe(0xcbf43926);
  expect(crc32c(letters)).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa); // RFC 3720, B.4
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test('a checksum can be continued', () => {
  expect(crc32(letters.subarray(4), crc32(letters.subarray(0, 4)))).toBe(0xcbf43926);
});

test('the mask of the RecordIO format', () => {
  // The length of the first record in test/golden/datafiles/data.tfrecord and its masked checksum are checked in tfrecord.test.ts.
  expect(maskedCrc32c(letters)).toBe(maskCrc(0xe3069283));
});
