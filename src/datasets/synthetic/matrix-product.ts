// Products of small matrices with the roundings of OpenBLAS on processors with fused multiply-add, on which scikit-learn's data
// sets were made: which terms are summed in which order, and where a product is not rounded. Owns that order, as far as it
// was found by comparison: all vectors, and matrices of some hundred numbers; beyond, the last bit may differ.
import { fusedMultiplyAdd } from '../../base/random/c-library/fused.ts';

/** A view of some columns of a row-major matrix. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** The distance between rows. */
  readonly stride: number;
  /** Where the first row begins. */
  readonly start: number;
}

export const matrix = (data: Float64Array, rows: number, columns: number, stride = columns, start = 0): Matrix => ({
  data,
  rows,
  columns,
  stride,
  start,
});

/** a · b, row-major, shape (a.rows, b.columns). */
export function multiply(a: Matrix, b: Matrix): Float64Array {
  if (b.columns === 1 && a.rows > 1) return multiplyVector(a, b);
  const product = new Float64Array(a.rows * b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.columns; j++) {
      let sum = a.data[a.start + i * a.stride]! * b.data[b.start + j]!;
      for (let k = 1; k < a.columns; k++) {
        sum = fusedMultiplyAdd(a.data[a.start + i * a.stride + k]!, b.data[b.start + k * b.stride + j]!, sum);
      }
      product[i * b.columns + j] = sum;
    }
  }
  return product;
}

/** Four rows at a time in four fused lanes; then a pair of rows in two lanes and a single one in four, both not fused. */
function multiplyVector(a: Matrix, b: Matrix): Float64Array {
  const x = Float64Array.from({ length: b.rows }, (_, k) => b.data[b.start + k * b.stride]!);
  const whole = x.length & ~3;
  const blocks = a.rows & ~3;
  const pairs = blocks + (a.rows & 2);
  return Float64Array.from({ length: a.rows }, (_, i) => {
    const row = a.data.subarray(a.start + i * a.stride, a.start + i * a.stride + x.length);
    const lanes = [0, 0, 0, 0];
    for (let k = 0; k < whole; k++) {
      const lane = i >= blocks && i < pairs ? k & 1 : k & 3;
      lanes[lane] = i < blocks ? fusedMultiplyAdd(row[k]!, x[k]!, lanes[lane]!) : lanes[lane]! + row[k]! * x[k]!;
    }
    return addRest(lanes[0]! + lanes[2]! + (lanes[1]! + lanes[3]!), row, x, whole);
  });
}

/** The up to three products that no lane took. */
function addRest(sum: number, row: Float64Array, x: Float64Array, from: number): number {
  if (from === x.length) return sum;
  if (from + 1 === x.length) return fusedMultiplyAdd(row[from]!, x[from]!, sum);
  const two = fusedMultiplyAdd(row[from]!, x[from]!, row[from + 1]! * x[from + 1]!);
  return sum + (from + 2 === x.length ? two : fusedMultiplyAdd(row[from + 2]!, x[from + 2]!, two));
}
