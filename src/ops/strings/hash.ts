// The hashes of TensorFlow's string ops, on bytes.
// Owns: FarmHash's Fingerprint64, SipHash-2-4, and the 64-bit Murmur variant behind toHashBucket.
// Sources: FarmHash (farmhashna), Aumasson & Bernstein (2012), MurmurHash64A.

const MASK = 0xffffffffffffffffn;
const u64 = (x: bigint): bigint => x & MASK;
const rotate = (x: bigint, n: bigint): bigint => (n === 0n ? x : u64((x >> n) | (x << (64n - n))));
const rotateLeft = (x: bigint, n: bigint): bigint => u64((x << n) | (x >> (64n - n)));

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const mix = (x: bigint): bigint => x ^ (x >> 47n);
function hash16(u: bigint, v: bigint, mul: bigint): bigint {
  const a = mix(u64((u ^ v) * mul));
  return u64(mix(u64((v ^ a) * mul)) * mul);
}

/** FarmHash's Fingerprint64: what toHashBucketFast and tf.fingerprint use. */
export function fingerprint64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fetch = (at: number): bigint => view.getBigUint64(at, true);
  const n = bytes.length;
  const length = BigInt(n);
  const mul = u64(K2 + length * 2n);
  if (n <= 16) {
    if (n >= 8) {
      const a = u64(fetch(0) + K2);
      const b = fetch(n - 8);
      return hash16(u64(rotate(b, 37n) * mul + a), u64((rotate(a, 25n) + b) * mul), mul);
    }
    if (n >= 4)
      return hash16(length + (BigInt(view.getUint32(0, true)) << 3n), BigInt(view.getUint32(n - 4, true)), mul);
    if (n === 0) return K2;
    const y = BigInt(bytes[0]!) + (BigInt(bytes[n >> 1]!) << 8n);
    const z = length + (BigInt(bytes[n - 1]!) << 2n);
    return u64(mix(u64(y * K2) ^ u64(z * K0)) * K2);
  }
  if (n <= 32) {
    const [a, b] = [u64(fetch(0) * K1), fetch(8)];
    const [c, d] = [u64(fetch(n - 8) * mul), u64(fetch(n - 16) * K2)];
    return hash16(u64(rotate(u64(a + b), 43n) + rotate(c, 30n) + d), u64(a + rotate(u64(b + K2), 18n) + c), mul);
  }
  if (n <= 64) {
    const [a, b] = [u64(fetch(0) * K2), fetch(8)];
    const [c, d] = [u64(fetch(n - 8) * mul), u64(fetch(n - 16) * K2)];
    const y = u64(rotate(u64(a + b), 43n) + rotate(c, 30n) + d);
    const z = hash16(y, u64(a + rotate(u64(b + K2), 18n) + c), mul);
    const [e, f] = [u64(fetch(16) * mul), fetch(24)];
    const g = u64((y + fetch(n - 32)) * mul);
    const h = u64((z + fetch(n - 24)) * mul);
    return hash16(u64(rotate(u64(e + f), 43n) + rotate(g, 30n) + h), u64(e + rotate(u64(f + a), 18n) + g), mul);
  }
  const weak = (at: number, seedA: bigint, seedB: bigint): [bigint, bigint] => {
    const [w, x, y, z] = [fetch(at), fetch(at + 8), fetch(at + 16), fetch(at + 24)];
    let a = u64(seedA + w);
    let b = rotate(u64(seedB + a + z), 21n);
    const c = a;
    a = u64(a + x + y);
    b = u64(b + rotate(a, 44n));
    return [u64(a + z), u64(b + c)];
  };
  let x = 81n;
  let y = u64(81n * K1 + 113n);
  let z = u64(mix(u64(y * K2 + 113n)) * K2);
  let [v, w]: [bigint, bigint][] = [
    [0n, 0n],
    [0n, 0n],
  ];
  x = u64(x * K2 + fetch(0));
  const end = Math.floor((n - 1) / 64) * 64;
  const step = (at: number, factor: bigint, last: boolean): void => {
    x = u64(rotate(u64(x + y + v![0] + fetch(at + 8)), 37n) * factor);
    y = u64(rotate(u64(y + v![1] + fetch(at + 48)), 42n) * factor);
    x ^= last ? u64(w![1] * 9n) : w![1];
    y = u64(y + (last ? v![0] * 9n : v![0]) + fetch(at + 40));
    z = u64(rotate(u64(z + w![0]), 33n) * factor);
    v = weak(at, u64(v![1] * factor), u64(x + w![0]));
    w = weak(at + 32, u64(z + w![1]), u64(y + fetch(at + 16)));
    [z, x] = [x, z];
  };
  for (let at = 0; at < end; at += 64) step(at, K1, false);
  const factor = u64(K1 + ((z & 0xffn) << 1n));
  w![0] = u64(w![0] + BigInt((n - 1) & 63));
  v![0] = u64(v![0] + w![0]);
  w![0] = u64(w![0] + v![0]);
  step(n - 64, factor, true);
  return hash16(
    u64(hash16(v![0], w![0], factor) + u64(mix(y) * K0) + z),
    u64(hash16(v![1], w![1], factor) + x),
    factor,
  );
}

/** SipHash-2-4 with a key of two numbers: what toHashBucketStrong uses. */
export function sipHash(bytes: Uint8Array, key: readonly [bigint, bigint]): bigint {
  const [k0, k1] = key.map((k) => BigInt.asUintN(64, k)) as [bigint, bigint];
  const v: [bigint, bigint, bigint, bigint] = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ];
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v[0] = u64(v[0] + v[1]);
      v[1] = rotateLeft(v[1], 13n) ^ v[0];
      v[0] = rotateLeft(v[0], 32n);
      v[2] = u64(v[2] + v[3]);
      v[3] = rotateLeft(v[3], 16n) ^ v[2];
      v[0] = u64(v[0] + v[3]);
      v[3] = rotateLeft(v[3], 21n) ^ v[0];
      v[2] = u64(v[2] + v[1]);
      v[1] = rotateLeft(v[1], 17n) ^ v[2];
      v[2] = rotateLeft(v[2], 32n);
    }
  };
  const whole = bytes.length - (bytes.length % 8);
  const absorb = (word: bigint): void => {
    v[3] ^= word;
    rounds(2);
    v[0] ^= word;
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < whole; at += 8) absorb(view.getBigUint64(at, true));
  let last = BigInt(bytes.length & 0xff) << 56n;
  for (let i = whole; i < bytes.length; i++) last |= BigInt(bytes[i]!) << BigInt(8 * (i - whole));
  absorb(last);
  v[2] ^= 0xffn;
  rounds(4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/** TensorFlow's own 64-bit hash: what toHashBucket uses. */
export function hash64(bytes: Uint8Array, seed = 0xdecafcaffen): bigint {
  const m = 0xc6a4a7935bd1e995n;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shift = (x: bigint): bigint => x ^ (x >> 47n);
  let h = seed ^ u64(BigInt(bytes.length) * m);
  const whole = bytes.length - (bytes.length % 8);
  for (let at = 0; at < whole; at += 8) {
    const k = u64(shift(u64(view.getBigUint64(at, true) * m)) * m);
    h = u64((h ^ k) * m);
  }
  if (whole < bytes.length) {
    for (let i = bytes.length - 1; i >= whole; i--) h ^= BigInt(bytes[i]!) << BigInt(8 * (i - whole));
    h = u64(h * m);
  }
  return shift(u64(shift(h) * m));
}

const FACTOR = 0xc6a4a7935bd1e995n;
/** TensorFlow's FingerprintCat64: the fingerprint of two, in order. */
export function joinFingerprints(a: bigint, b: bigint): bigint {
  const inner = a ^ FACTOR ^ u64(mix(u64(b * FACTOR)) * FACTOR);
  return mix(u64(mix(u64(inner * FACTOR)) * FACTOR));
}
