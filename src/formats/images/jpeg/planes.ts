// The planes of a JPEG picture: one for each component, filled block by block.
// Owns: the choice of the transform, the place of each block. Leaves their joining to pixels to upsample.ts.
import type { Component, Frame } from './headers.ts';
import { zigzag } from './headers.ts';
import {
  accurateFlat,
  accurateTransform,
  eighthTransform,
  fastFlat,
  fastMultipliers,
  fastTransform,
  halfTransform,
  type InverseTransform,
  quarterTransform,
} from './idct.ts';

/** libjpeg's transforms for whole pictures; smaller ones are made by one transform only. */
export type DctMethod = 'fast' | 'accurate';

export class Plane {
  readonly component: Component;
  /** Pixels of a block's side: 8, 4, 2 or 1. */
  readonly blockSize: number;
  readonly stride: number;
  readonly samples: Uint8ClampedArray;
  /** Width and height of what belongs to the picture. */
  readonly width: number;
  readonly height: number;
  readonly #method: DctMethod;
  readonly #transform: InverseTransform;
  #multipliers: Int32Array | null = null;

  constructor(frame: Frame, component: Component, blockSize: number, method: DctMethod) {
    this.component = component;
    this.blockSize = blockSize;
    this.stride = component.storedWide * blockSize;
    // 128 is what a block without data looks like.
    this.samples = new Uint8ClampedArray(this.stride * component.storedHigh * blockSize).fill(128);
    this.width = Math.ceil((frame.width * component.h * blockSize) / (frame.maxH * 8));
    this.height = Math.ceil((frame.height * component.v * blockSize) / (frame.maxV * 8));
    this.#method = method;
    this.#transform =
      blockSize === 4
        ? halfTransform
        : blockSize === 2
          ? quarterTransform
          : blockSize === 1
            ? eighthTransform
            : method === 'fast'
              ? fastTransform
              : accurateTransform;
  }

  get isFast(): boolean {
    return this.blockSize === 8 && this.#method === 'fast';
  }

  /** What coefficients are multiplied with, in zigzag order. */
  get multipliers(): Int32Array {
    const { quantization } = this.component;
    if (!quantization) throw new RangeError('the component has no quantization table yet');
    this.#multipliers ??= this.isFast ? fastMultipliers(quantization, zigzag) : Int32Array.from(quantization);
    return this.#multipliers;
  }

  /** Writes a block of multiplied coefficients, of which those after zigzag position `last` are zero, and clears it. */
  put(x: number, y: number, block: Int32Array, last: number): void {
    const { blockSize, stride, samples } = this;
    const at = y * blockSize * stride + x * blockSize;
    if (last === 0) {
      const value = this.isFast ? fastFlat(block[0]!) : accurateFlat(block[0]!);
      for (let row = 0; row < blockSize; row++) {
        const start = at + row * stride;
        for (let i = start; i < start + blockSize; i++) samples[i] = value;
      }
      block[0] = 0;
      return;
    }
    this.#transform(block, samples, at, stride);
    block.fill(0);
  }
}
