// tf.audio: WAV files of 16-bit samples.
// Owns: tensors around the container, which is src/formats/wav.ts.
import type { StringElement } from '../base/dtype.ts';
import { ShapeError, show } from '../base/errors.ts';
import { decodeWav as decodeBytes, encodeWav as encodeSamples } from '../formats/wav.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from './core/convert.ts';
import { known } from './core/host.ts';
import { integersTensor } from './core/shapes.ts';
import { signature } from './core/signature.ts';
import { bytesOf, elementOf, stringTensor } from './strings/text.ts';

const EAGER = 'Call it outside tf.function.';

export interface DecodedWav {
  /** float32 (samples, channels), from −1 to 1. */
  readonly audio: Tensor;
  readonly sampleRate: Tensor;
}
/** The samples of a WAV file; missing channels repeat the last one, missing samples are silence. */
export const decodeWav = signature(
  'audio.decodeWav',
  ['contents', 'desiredChannels', 'desiredSamples'],
  (
    contents: Uint8Array | TensorLike,
    desiredChannels: number | Tensor = -1,
    desiredSamples: number | Tensor = -1,
  ): DecodedWav => {
    const [text] =
      contents instanceof Uint8Array
        ? [contents]
        : (known(
            stringTensor(contents as TensorLike, 'audio.decodeWav'),
            'audio.decodeWav',
            EAGER,
          ) as readonly StringElement[]);
    const { samples, channels, rate } = decodeBytes(bytesOf(text!), 'audio.decodeWav');
    const wide = asInteger(desiredChannels, 'audio.decodeWav: desiredChannels');
    const long = asInteger(desiredSamples, 'audio.decodeWav: desiredSamples');
    const [width, length] = [wide < 0 ? channels : wide, long < 0 ? samples.length / channels : long];
    const audio = Float32Array.from({ length: width * length }, (_, i) => {
      const [at, channel] = [Math.floor(i / width), i % width];
      return samples[at * channels + Math.min(channel, channels - 1)] ?? 0;
    });
    return { audio: eagerTensor(audio, [length, width], 'float32'), sampleRate: integersTensor([rate], [], 'int32') };
  },
);
/** (samples, channels) as a WAV file of 16 bits a sample: a string scalar. */
export const encodeWav = signature(
  'audio.encodeWav',
  ['audio', 'sampleRate'],
  (audio: TensorLike, sampleRate: number | Tensor): Tensor => {
    const x = convertToTensor(audio, undefined, 'audio.encodeWav');
    if (x.dims.length !== 2)
      throw new ShapeError(`audio.encodeWav: found shape ${show(x.dims)}; wanted (samples, channels).`);
    const samples = known(x, 'audio.encodeWav', EAGER) as Float32Array;
    const bytes = encodeSamples(samples, x.dims[1]!, asInteger(sampleRate, 'audio.encodeWav: sampleRate'));
    return eagerTensor([elementOf(bytes)], [], 'string');
  },
);
