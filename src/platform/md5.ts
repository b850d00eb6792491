// MD5 (RFC 1321) for browsers, whose own digests leave it out: old data sets are checked by it. Not for security.

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINES = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

/** The digest in hexadecimal. */
export function md5(bytes: Uint8Array): string {
  const blocks = Math.floor((bytes.length + 8) / 64) + 1;
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476] as [number, number, number, number];
  const last = new Uint8Array(blocks * 64 - Math.floor(bytes.length / 64) * 64);
  last.set(bytes.subarray(Math.floor(bytes.length / 64) * 64));
  last[bytes.length % 64] = 0x80;
  new DataView(last.buffer).setBigUint64(last.length - 8, BigInt(bytes.length) * 8n, true);
  const whole = Math.floor(bytes.length / 64);
  for (let block = 0; block < whole; block++) update(state, bytes, block * 64);
  for (let at = 0; at < last.length; at += 64) update(state, last, at);
  const out = new DataView(new ArrayBuffer(16));
  state.forEach((word, i) => void out.setInt32(4 * i, word, true));
  return Array.from(new Uint8Array(out.buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function update(state: [number, number, number, number], bytes: Uint8Array, at: number): void {
  const words = new DataView(bytes.buffer, bytes.byteOffset + at, 64);
  let [a, b, c, d] = state;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    let mixed: number;
    let word: number;
    if (round === 0) [mixed, word] = [(b & c) | (~b & d), i];
    else if (round === 1) [mixed, word] = [(d & b) | (~d & c), (5 * i + 1) & 15];
    else if (round === 2) [mixed, word] = [b ^ c ^ d, (3 * i + 5) & 15];
    else [mixed, word] = [c ^ (b | ~d), (7 * i) & 15];
    const sum = (a + mixed + SINES[i]! + words.getInt32(4 * word, true)) | 0;
    const shift = SHIFTS[round * 4 + (i & 3)]!;
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  state[0] = (state[0] + a) | 0;
  state[1] = (state[1] + b) | 0;
  state[2] = (state[2] + c) | 0;
  state[3] = (state[3] + d) | 0;
}
