// SHA-512 of a short text: Python's `random.seed` hashes strings with it. Owns nothing else: files are hashed elsewhere.

const MASK = (1n << 64n) - 1n;

interface Constants {
  readonly initial: readonly bigint[];
  readonly rounds: readonly bigint[];
}
let constants: Constants | undefined;

/** The first 64 bits of the fractional part of the square or cube root of `n`. */
function rootFraction(n: bigint, degree: 2 | 3): bigint {
  const scaled = n << BigInt(64 * degree);
  let low = 0n;
  let high = 1n << 72n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= scaled) low = middle;
    else high = middle;
  }
  return low & MASK;
}

function makeConstants(): Constants {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < 80; n++) if (primes.every((prime) => n % prime !== 0n)) primes.push(n);
  return {
    initial: primes.slice(0, 8).map((prime) => rootFraction(prime, 2)),
    rounds: primes.map((prime) => rootFraction(prime, 3)),
  };
}

const rotate = (x: bigint, n: bigint) => ((x >> n) | (x << (64n - n))) & MASK;

/** The 64 bytes of the SHA-512 hash of `bytes` (FIPS 180-4). */
export function sha512(bytes: Uint8Array): Uint8Array {
  constants ??= makeConstants();
  const padded = new Uint8Array(Math.ceil((bytes.length + 17) / 128) * 128);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  const hash = [...constants.initial];
  const w: bigint[] = new Array(80);
  for (let block = 0; block < padded.length; block += 128) {
    for (let t = 0; t < 16; t++) w[t] = view.getBigUint64(block + 8 * t);
    for (let t = 16; t < 80; t++) {
      const [x, y] = [w[t - 15]!, w[t - 2]!];
      const s0 = rotate(x, 1n) ^ rotate(x, 8n) ^ (x >> 7n);
      const s1 = rotate(y, 19n) ^ rotate(y, 61n) ^ (y >> 6n);
      w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) & MASK;
    }
    let [a, b, c, d, e, f, g, h] = hash as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
    for (let t = 0; t < 80; t++) {
      const sum1 = rotate(e, 14n) ^ rotate(e, 18n) ^ rotate(e, 41n);
      const choice = (e & f) ^ (~e & MASK & g);
      const t1 = h + sum1 + choice + constants.rounds[t]! + w[t]!;
      const sum0 = rotate(a, 28n) ^ rotate(a, 34n) ^ rotate(a, 39n);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      [a, b, c, d, e, f, g, h] = [(t1 + sum0 + majority) & MASK, a, b, c, (d + t1) & MASK, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      hash[i] = (hash[i]! + value) & MASK;
    });
  }
  const out = new Uint8Array(64);
  const outView = new DataView(out.buffer);
  hash.forEach((value, i) => {
    outView.setBigUint64(8 * i, value);
  });
  return out;
}
