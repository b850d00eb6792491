// Batches as one list, and back: for training steps of one's own.
import { asBatch } from '../training/batch-source.ts';
import type { Structure } from '../types.ts';

type Parts = [x: Structure, y: Structure | null, sampleWeight: Structure | null];

/** x, y and weights of samples as what data sets give: without those that are missing. */
export function packXYSampleWeight(
  x: Structure,
  y: Structure | null = null,
  sampleWeight: Structure | null = null,
): Structure {
  if (y === null) return Array.isArray(x) ? [x] : x;
  return sampleWeight === null ? [x, y] : [x, y, sampleWeight];
}
/** The parts of a batch, null for those that are missing. */
export const unpackXYSampleWeight = (data: Structure): Parts => asBatch(data);
