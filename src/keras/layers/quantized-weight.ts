// One weight of a layer kept in few bits: its codes, their scale and, in groups, zero points.
// Owns: the variables, quantizing into them, and the floats that they stand for. The formulas are in ../quantizers.

import type { DType } from '../../base/dtype.ts';
import { expandDims, reshape, squeeze, transpose } from '../../ops/core/arrange.ts';
import type { Variable } from '../../ops/core/variable.ts';
import { cast, divide } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { QuantizationConfig } from '../quantizers/configuration.ts';
import {
  absMaxQuantize,
  absMaxQuantizeGroupedWithZeroPoint,
  dequantizeGroups,
  packInt4,
  unpackInt4,
} from '../quantizers/numbers.ts';
import type { WeightOptions } from './layer.ts';

/** How a weight is laid out. */
export interface QuantizedLayout {
  /** Its name in paths and files. */
  readonly name: string;
  /** Of the floats. */
  readonly dims: readonly number[];
  /** The axes that are summed over in the product: along them one scale holds. */
  readonly reduced: readonly number[];
  /** How scales, kept with axes of length 1, stand in the variable; without those axes by default. */
  readonly scale?: { store(scale: Tensor): Tensor; restore(stored: Tensor): Tensor; readonly dims: readonly number[] };
  /** Along which axis of the matrix two codes of 4 bits share a byte; the last by default. */
  readonly packed?: 0 | -1;
  /** Whether groups have zero points of floats, as one weight of Keras's has. */
  readonly floatZero?: boolean;
  /** Groups of another weight of the layer, used for this one too. */
  readonly groupsOf?: () => Variable | null;
}

export class QuantizedWeight {
  readonly codes: Variable;
  readonly scale: Variable;
  readonly zero: Variable | null = null;
  readonly groups: Variable | null = null;
  readonly #layout: QuantizedLayout;
  readonly #bits: 4 | 8;
  readonly #blockSize: number | null;
  /** (rows, columns) where 4 bits are kept: the summed axes first, unless the matrix is stood up the other way. */
  readonly #matrix: readonly [number, number];

  constructor(
    addWeight: (options: WeightOptions) => Variable,
    layout: QuantizedLayout,
    bits: 4 | 8,
    blockSize: number | null,
  ) {
    this.#layout = layout;
    this.#bits = bits;
    this.#blockSize = bits === 4 ? blockSize : null;
    const { dims, reduced, name } = layout;
    const product = (wanted: boolean): number =>
      dims.reduce((size, n, i) => (reduced.includes(i) === wanted ? size * n : size), 1);
    const [rows, columns] = [product(true), product(false)];
    this.#matrix = [rows, columns];
    const make = (part: string, shape: readonly number[], dtype?: DType, initializer = 'zeros'): Variable =>
      addWeight({ name: part, shape, initializer, trainable: false, ...(dtype ? { dtype } : {}) } as WeightOptions);
    this.codes = make(name, bits === 8 ? dims : this.#packedDims(), 'int8');
    const size = this.#blockSize;
    if (size === null) {
      const kept = dims.filter((_, i) => !reduced.includes(i));
      const plain = bits === 4 ? [columns] : kept;
      this.scale = make(`${name}_scale`, bits === 8 && layout.scale ? layout.scale.dims : plain, undefined, 'ones');
      return;
    }
    const counted = Math.ceil(rows / size);
    const grouped = this.#isLying ? [columns, counted] : [counted, columns];
    this.scale = make(`${name}_scale`, grouped, undefined, 'ones');
    this.zero = make(`${name}_zero`, grouped, layout.floatZero ? undefined : 'int8');
    if (layout.groupsOf) return;
    this.groups = make('g_idx', [rows], 'float32');
    this.groups.assign(Array.from({ length: rows }, (_, i) => Math.floor(i / size)));
  }
  /** Whether the summed axis is the last of a matrix: the table of an embedding. */
  get #isLying(): boolean {
    const { dims, reduced } = this.#layout;
    return dims.length === 2 && reduced.length === 1 && reduced[0] === 1;
  }
  #packedDims(): readonly number[] {
    const [rows, columns] = this.#matrix;
    const [first, last] = this.#isLying ? [columns, rows] : [rows, columns];
    return this.#layout.packed === 0 ? [Math.ceil(first / 2), last] : [first, Math.ceil(last / 2)];
  }
  /** In the order of files. */
  get variables(): Variable[] {
    return [this.codes, this.scale, this.zero, this.groups].filter((part) => part !== null);
  }

  /** What the variables are to hold for these floats. */
  encode(value: Tensor, config: QuantizationConfig | null): Map<Variable, Tensor> {
    const { dims, reduced } = this.#layout;
    const found = new Map<Variable, Tensor>();
    const axis = [...reduced];
    const own = config?.weightQuantizer;
    if (this.#bits === 8) {
      const [codes, scale] = own ? own(value) : absMaxQuantize(value, { axis });
      return found.set(this.codes, codes).set(this.scale, this.#storeScale(scale));
    }
    const [rows, columns] = this.#matrix;
    const matrix = dims.length === 2 ? value : reshape(value, [rows, columns]);
    const summed = this.#isLying ? 1 : 0;
    const pack = (codes: Tensor): Tensor => packInt4(codes, this.#layout.packed ?? -1)[0];
    if (this.#blockSize === null) {
      const [codes, scale] =
        own && dims.length === 2 ? own(matrix) : absMaxQuantize(matrix, { axis: summed, valueRange: [-8, 7] });
      return found.set(this.codes, pack(codes)).set(this.scale, squeeze(scale, summed));
    }
    const standing = this.#isLying ? transpose(matrix) : matrix;
    const back = (x: Tensor): Tensor => (this.#isLying ? transpose(x) : x);
    const [codes, scale, zero] = absMaxQuantizeGroupedWithZeroPoint(standing, this.#blockSize, { toNumpy: true });
    found.set(this.codes, pack(back(codes))).set(this.scale, back(scale));
    return found.set(this.zero!, cast(back(zero), this.zero!.dtype));
  }
  #storeScale(scale: Tensor): Tensor {
    const { scale: layout, reduced } = this.#layout;
    return layout ? layout.store(scale) : squeeze(scale, [...reduced]);
  }

  /** The floats that rows of the codes stand for, by default all: `pick` chooses rows of an embedding's table. */
  decode(dtype: DType, pick: (x: Tensor) => Tensor = (x) => x): Tensor {
    const { dims, reduced, packed, groupsOf } = this.#layout;
    if (this.#bits === 8) {
      const scale = this.#layout.scale?.restore(this.scale);
      const wide =
        scale ?? [...reduced].sort((a, b) => a - b).reduce((x, axis) => expandDims(x, axis), this.scale as Tensor);
      return divide(cast(pick(this.codes), dtype), cast(pick(wide), dtype));
    }
    const [rows, columns] = this.#matrix;
    const length = packed === 0 ? (this.#isLying ? columns : rows) : this.#isLying ? rows : columns;
    const codes = pick(unpackInt4(this.codes, length, packed ?? -1));
    const groups = this.groups ?? groupsOf?.() ?? null;
    const scale = this.#isLying ? pick(this.scale) : this.scale;
    let matrix: Tensor;
    if (this.zero && groups)
      matrix = cast(
        dequantizeGroups(codes, scale, this.#isLying ? pick(this.zero) : this.zero, groups, this.#isLying ? -1 : 0),
        dtype,
      );
    else matrix = divide(cast(codes, dtype), cast(this.#isLying ? expandDims(scale, -1) : scale, dtype));
    return dims.length === 2 ? matrix : reshape(matrix, dims);
  }
}
