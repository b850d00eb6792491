// The planes of a JPEG picture: one for each component, filled block by block.
// Owns: the choice of the transform, the place of each block. Leaves their joining to pixels to upsample.ts.
import { MULTIPLIERS } from './entropy-kernel.ts';
import type { Component, Frame } from './headers.ts';
import { multipliersOf } from './small-transforms.ts';
import { TRANSFORM } from './transform-kernels.ts';
import type { Workspace } from './workspace.ts';

/** libjpeg's transforms for whole pictures; smaller ones are made by one transform only. */
export type DctMethod = 'fast' | 'accurate';

export class Plane {
  readonly component: Component;
  /** Pixels of a block's side: 8, 4, 2 or 1. */
  readonly blockSize: number;
  readonly stride: number;
  /** Address of the first sample. */
  readonly samples: number;
  /** Width and height of what belongs to the picture. */
  readonly width: number;
  readonly height: number;
  readonly transform: number;
  /** Address of the multipliers. */
  readonly multipliers: number;
  readonly #workspace: Workspace;
  readonly #method: DctMethod;
  #factors: ArrayLike<number> | null = null;

  constructor(workspace: Workspace, frame: Frame, component: Component, blockSize: number, method: DctMethod) {
    this.#workspace = workspace;
    this.component = component;
    this.blockSize = blockSize;
    this.stride = component.storedWide * blockSize;
    const size = Plane.sizeOf(component, blockSize);
    this.samples = workspace.allocate(size);
    // 128 is what a block without data looks like.
    workspace.kernels.grey(this.samples, size);
    this.width = Math.ceil((frame.width * component.h * blockSize) / (frame.maxH * 8));
    this.height = Math.ceil((frame.height * component.v * blockSize) / (frame.maxV * 8));
    this.#method = blockSize === 8 ? method : 'accurate';
    this.transform = blockSize === 8 ? TRANSFORM[method] : TRANSFORM.small + Math.log2(4 / blockSize);
    this.multipliers = workspace.place.multipliers + frame.components.indexOf(component) * MULTIPLIERS;
  }

  static sizeOf(component: Component, blockSize: number): number {
    return component.storedWide * component.storedHigh * blockSize ** 2;
  }

  /** Writes the multipliers, once the component's first scan has begun; gives them. */
  loadMultipliers(): ArrayLike<number> {
    const { quantization } = this.component;
    if (!quantization) throw new RangeError('the component has no quantization table yet');
    if (!this.#factors) {
      this.#factors = multipliersOf(quantization, this.#method);
      this.#workspace.setMultipliers(this.multipliers, this.#factors);
    }
    return this.#factors;
  }

  /** Address of the first pixel of a block. */
  at(x: number, y: number): number {
    return this.samples + (y * this.stride + x) * this.blockSize;
  }

  /** Writes the workspace's block of multiplied coefficients, of which those after zigzag position `last` are zero, and clears it. */
  put(x: number, y: number, last: number): void {
    this.#workspace.put(this.at(x, y), this.stride, this.transform, last);
  }
}
