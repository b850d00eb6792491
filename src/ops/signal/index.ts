// tf.signal.
export {
  fft,
  fft2d,
  fft3d,
  fftshift,
  ifft,
  ifft2d,
  ifft3d,
  ifftshift,
  irfft,
  irfft2d,
  irfft3d,
  rfft,
  rfft2d,
  rfft3d,
} from './fourier.ts';
export { fftnd, ifftnd, irfftnd, rfftnd } from './fourier-nd.ts';
export {
  dct,
  frame,
  hammingWindow,
  hannWindow,
  idct,
  inverseStft,
  inverseStftWindowFn,
  kaiserBesselDerivedWindow,
  kaiserWindow,
  linearToMelWeightMatrix,
  mfccsFromLogMelSpectrograms,
  overlapAndAdd,
  stft,
  vorbisWindow,
} from './frames.ts';
export { inverseMdct, mdct } from './mdct.ts';
