// tf.identityN, tf.tuple, tf.parallelStack, tf.fingerprint, tf.editDistance: small ops on lists and strings.
// Owns: these.

import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { indexRows, type SparseTensor } from '../sparse/sparse-tensor.ts';
import { fingerprint64 } from '../strings/hash.ts';
import { bytesOf } from '../strings/text.ts';
import { identity, stack } from './arrange.ts';
import { convertToTensor } from './convert.ts';
import { signature } from './signature.ts';

/** The tensors as they are. */
export const identityN = guarded('identityN', ['input'], (input: readonly TensorLike[]): Tensor[] =>
  input.map((x) => identity(x)),
);
export const tuple = identityN;
/** Tensors of one shape along a new first axis. */
export const parallelStack = (values: readonly TensorLike[]): Tensor => stack(values, 0);

/** FarmHash fingerprints of the rows, as eight bytes each. */
export const fingerprint = signature(
  'fingerprint',
  ['data', 'method'],
  (data: TensorLike, method: string = 'farmhash64'): Tensor => {
    if (method !== 'farmhash64') throw new ValueError(`fingerprint: method ${show(method)}; there is 'farmhash64'.`);
    const x = convertToTensor(data, undefined, 'fingerprint');
    const [rows = 1] = x.dims;
    const out = new DataView(new ArrayBuffer(8 * rows));
    const row = x.size / rows;
    for (let i = 0; i < rows; i++) {
      let bytes: Uint8Array;
      if (x.dtype === 'string') {
        // One string stands for itself; several are hashed by their own hashes.
        const parts = (x.elements as string[]).slice(i * row, (i + 1) * row).map(bytesOf);
        if (parts.length === 1) [bytes] = parts as [Uint8Array];
        else {
          const hashes = new DataView(new ArrayBuffer(8 * parts.length));
          parts.forEach((part, k) => {
            hashes.setBigUint64(8 * k, fingerprint64(part), true);
          });
          bytes = new Uint8Array(hashes.buffer);
        }
      } else {
        const data = x.elements as Uint8Array;
        const size = data.BYTES_PER_ELEMENT * row;
        bytes = new Uint8Array(data.buffer, data.byteOffset + i * size, size);
      }
      out.setBigUint64(8 * i, fingerprint64(bytes), true);
    }
    return eagerTensor(new Uint8Array(out.buffer), [rows, 8], 'uint8');
  },
);

/** Levenshtein distances of the sequences along the last axis, by default over the length of the truth. */
export const editDistance = guarded(
  'editDistance',
  ['hypothesis', 'truth', 'options'],
  (hypothesis: SparseTensor, truth: SparseTensor, options: { readonly normalize?: boolean } = {}): Tensor => {
    const outer = truth.shape.slice(0, -1);
    if (hypothesis.rank !== truth.rank) throw new ShapeError('editDistance: hypothesis and truth differ in rank.');
    const rows = (x: SparseTensor): string[][] => {
      const lists = Array.from({ length: outer.reduce((a, b) => a * b, 1) }, (): string[] => []);
      const values = x.values.elements as ArrayLike<unknown>;
      indexRows(x).forEach((index, i) => {
        lists[index.slice(0, -1).reduce((at, n, axis) => at * outer[axis]! + n, 0)]!.push(String(values[i]));
      });
      return lists;
    };
    const [left, right] = [rows(hypothesis), rows(truth)];
    const distances = left.map((a, i) => {
      const b = right[i]!;
      let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
      a.forEach((item, r) => {
        const next = [r + 1];
        b.forEach((other, c) => {
          next.push(Math.min(previous[c + 1]! + 1, next[c]! + 1, previous[c]! + (item === other ? 0 : 1)));
        });
        previous = next;
      });
      const distance = previous[b.length]!;
      if (options.normalize === false) return distance;
      return b.length > 0 ? distance / b.length : distance > 0 ? Number.POSITIVE_INFINITY : 0;
    });
    return eagerTensor(Float32Array.from(distances), outer, 'float32');
  },
);
