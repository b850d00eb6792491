// The checksum of HDF5's newer structures: Bob Jenkins' lookup3 hash (public domain), as `H5_checksum_lookup3`.

const rotate = (x: number, bits: number) => (x << bits) | (x >>> (32 - bits));

/** The hash of bytes, starting from 0. */
export function lookup3(bytes: Uint8Array): number {
  let left = bytes.length;
  let a = (0xdeadbeef + left) | 0;
  let b = a;
  let c = a;
  let at = 0;
  const word = (offset: number, count: number) => {
    let value = 0;
    for (let i = 0; i < Math.min(4, count - offset); i++) value |= bytes[at + offset + i]! << (8 * i);
    return value;
  };
  for (; left > 12; left -= 12, at += 12) {
    a = (a + word(0, 12)) | 0;
    b = (b + word(4, 12)) | 0;
    c = (c + word(8, 12)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (left === 0) return c >>> 0;
  a = (a + word(0, left)) | 0;
  b = (b + word(4, left)) | 0;
  c = (c + word(8, left)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}
