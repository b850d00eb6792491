// tf.DType: what is known of a dtype. A dtype itself is its name here, `tf.float32 === 'float32'`; this looks a name up.
// Owns: TensorFlow's names for what the table of dtypes (base/dtype.ts) holds.
import { type Class, callable } from '../base/callable.ts';
import { asDType, type DType as DTypeName, dtypes, isBig, isComplex, isFloating, isInteger } from '../base/dtype.ts';
import { DTypeError, show, ValueError } from '../base/errors.ts';
import { inspect } from '../base/short-form.ts';
import { DATA_TYPES, dtypeOfDataType } from '../formats/tensorflow/tensor-proto.ts';

type ArrayClass = NonNullable<(typeof dtypes)[DTypeName]['array']> | ArrayConstructor;

class DTypeOfName {
  readonly name: DTypeName;

  constructor(typeEnum: DTypeName | number | DTypeOfName) {
    if (typeof typeEnum === 'number') {
      const found = dtypeOfDataType(typeEnum);
      if (!found) throw new DTypeError(`DType: found ${typeEnum}, which is no number of a dtype here.`);
      this.name = found;
    } else this.name = typeEnum instanceof DTypeOfName ? typeEnum.name : asDType(typeEnum, 'DType: typeEnum');
  }

  get isFloating(): boolean {
    return isFloating(this.name);
  }
  get isInteger(): boolean {
    return isInteger(this.name);
  }
  get isUnsigned(): boolean {
    return dtypes[this.name].kind === 'uint';
  }
  get isComplex(): boolean {
    return isComplex(this.name);
  }
  get isBool(): boolean {
    return this.name === 'bool';
  }
  get isNumeric(): boolean {
    return this.isFloating || this.isInteger || this.isComplex;
  }
  /** Never: there are no quantized dtypes here. */
  get isQuantized(): boolean {
    return false;
  }
  get isNumpyCompatible(): boolean {
    return true;
  }
  /** Bytes of one element as TensorFlow counts them; 0 for strings. */
  get size(): number {
    return dtypes[this.name].bits / 8;
  }
  #ends(which: 'min' | 'max'): number | bigint {
    if (!this.isFloating && !this.isInteger)
      throw new DTypeError(`DType.${which}: ${this.name} has none; wanted a dtype of whole or floating numbers.`);
    if (!isBig(this.name)) return dtypes[this.name][which];
    const bits = this.isUnsigned ? 64n : 63n;
    return which === 'max' ? 2n ** bits - 1n : this.isUnsigned ? 0n : -(2n ** bits);
  }
  /** The smallest number, a bigint in 64 bits. */
  get min(): number | bigint {
    return this.#ends('min');
  }
  get max(): number | bigint {
    return this.#ends('max');
  }
  /** What pictures of the dtype hold: 0 to 1 for floats, 0 to the largest number for integers. */
  get limits(): readonly [number, number | bigint | boolean] {
    if (this.isBool) return [0, true];
    if (this.name === 'float32' || this.name === 'float64') return [0, 1];
    if (!this.isInteger) throw new ValueError(`DType.limits: ${this.name} has none.`);
    return [0, this.max];
  }
  /** The class of typed arrays that hold the elements; Array for strings. */
  get asNumpyDtype(): ArrayClass {
    return dtypes[this.name].array ?? Array;
  }
  /** The number by which files name it. */
  get asDatatypeEnum(): number {
    return DATA_TYPES[this.name];
  }
  get baseDtype(): DTypeInformation {
    return this;
  }
  /** The dtype of the real and imaginary parts. */
  get realDtype(): DTypeInformation {
    return this.isComplex ? new DTypeOfName('float32') : this;
  }
  isCompatibleWith(other: DTypeName | number | DTypeInformation): boolean {
    return new DTypeOfName(other).name === this.name;
  }
  isSubtypeOf(other: DTypeName | number | DTypeInformation): boolean {
    return this.isCompatibleWith(other);
  }
  /** Itself where all are the same, else null. */
  mostSpecificCommonSupertype(types: readonly (DTypeName | number | DTypeInformation)[]): DTypeInformation | null {
    if (!Array.isArray(types))
      throw new ValueError(`DType.mostSpecificCommonSupertype: found ${show(types)}, wanted a list of dtypes.`);
    return types.every((type) => this.isCompatibleWith(type)) ? this : null;
  }
  toString(): string {
    return `<dtype: '${this.name}'>`;
  }
  toJSON(): DTypeName {
    return this.name;
  }
  [inspect](): string {
    return `tf.${this.name}`;
  }
}

/** `tf.DType('int8').max`: of a name, or of the number by which files name a dtype. */
export const DType: Class<[typeEnum: DTypeName | number | DTypeInformation], DTypeInformation> = callable(
  DTypeOfName,
  'DType',
);
/** As a type it is a name. */
export type DType = DTypeName;
export interface DTypeInformation extends DTypeOfName {}
