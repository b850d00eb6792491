// Makes every run of the tests the same run: what the library would draw from the system's randomness is drawn from a seed.
// Loaded before each test file and, by `--import`, into the programs that tests start. `CORNU_SEED=7 npm test` is another run.

let state = Number(process.env.CORNU_SEED) >>> 0;

/** The next byte of a mulberry32 stream. */
function nextByte() {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) & 0xff;
}

// As many bytes as a word of `getRandomValues`, in the same order.
Math.random = () => (nextByte() + nextByte() * 2 ** 8 + nextByte() * 2 ** 16 + nextByte() * 2 ** 24) / 2 ** 32;

globalThis.crypto.getRandomValues = (array) => {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  for (let i = 0; i < bytes.length; i++) bytes[i] = nextByte();
  return array;
};
