// A seed for layers that write theirs to files even where none was given.
import { makeDefaultSeed } from '../../../../base/random/keras-seed.ts';
import type { Kind } from '../../../schema.ts';

export const randomSeed: Kind<number | null, number> = {
  wanted: 'a whole number, or null',
  parse: (value) => {
    if (value === null) return { value: Number(makeDefaultSeed()) };
    return typeof value === 'number' && Number.isInteger(value) ? { value } : null;
  },
};
