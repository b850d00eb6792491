// WAV files of 16-bit samples, both ways.
// Owns: the container and the rounding of samples from −1…1, as TensorFlow's tf.audio.encodeWav does both.
import { FormatError } from './file-error.ts';

/** Interleaved samples of `channels` channels as a WAV file. */
export function encodeWav(samples: ArrayLike<number>, channels: number, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string): void => {
    for (let i = 0; i < 4; i++) bytes[at + i] = word.charCodeAt(i);
  };
  text(0, 'RIFF');
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, 'WAVE');
  text(12, 'fmt ');
  view.setUint32(16, 16, true);
  // 1: plain samples.
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  for (let i = 0; i < samples.length; i++) {
    const scaled = samples[i]! * 32768;
    // Halves go away from 0.
    const rounded = Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
    view.setInt16(44 + 2 * i, Math.min(Math.max(rounded, -32768), 32767), true);
  }
  return bytes;
}

/** A WAV file of 16-bit samples: interleaved samples from −1 to 1; `file` is its name for messages. */
export function decodeWav(bytes: Uint8Array, file: string): { samples: Float32Array; channels: number; rate: number } {
  const bad = (why: string): never => {
    throw new FormatError('unsupported', file, `${why}; wanted a WAV file of 16-bit samples.`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || word(0) !== 'RIFF' || word(8) !== 'WAVE') return bad('does not begin as a WAV file');
  let [channels, rate] = [0, 0];
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [name, size] = [word(at), view.getUint32(at + 4, true)];
    const start = at + 8;
    if (name === 'fmt ') {
      if (start + 16 > bytes.length) return bad('is cut off');
      const [format, bits] = [view.getUint16(start, true), view.getUint16(start + 14, true)];
      if ((format !== 1 && format !== 0xfffe) || bits !== 16)
        return bad(`has format ${format} with ${bits} bits a sample`);
      channels = view.getUint16(start + 2, true);
      rate = view.getUint32(start + 4, true);
    } else if (name === 'data') {
      if (channels === 0) return bad('names no channels');
      if (start + size > bytes.length) return bad('is cut off');
      const count = Math.floor(size / 2 / channels) * channels;
      const samples = Float32Array.from({ length: count }, (_, i) => view.getInt16(start + 2 * i, true) / 32768);
      return { samples, channels, rate };
    }
    at = start + size + (size % 2);
  }
  return bad('has no samples');
}
