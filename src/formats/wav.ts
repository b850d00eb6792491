// WAV files of 16-bit samples, written.
// Owns: the container and the rounding of samples from −1…1, as TensorFlow's tf.audio.encodeWav does both.

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
