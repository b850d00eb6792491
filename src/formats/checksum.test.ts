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

test('every length and alignment, against a bit at a time', () => {
  const slow = (bytes: Uint8Array) => {
    let crc = ~0;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  const all = new Uint8Array(80).map((_, i) => i * 37 + 11);
  for (let start = 0; start < 8; start++) {
    for (let end = start; end <= all.length; end++) {
      expect(crc32(all.subarray(start, end))).toBe(slow(all.subarray(start, end)));
    }
  }
});

test('a checksum can be continued', () => {
  expect(crc32(letters.subarray(4), crc32(letters.subarray(0, 4)))).toBe(0xcbf43926);
});

test('the mask of the RecordIO format', () => {
  // The length of the first record in test/golden/datafiles/data.tfrecord and its masked checksum are checked in tfrecord.test.ts.
  expect(maskedCrc32c(letters)).toBe(maskCrc(0xe3069283));
});
