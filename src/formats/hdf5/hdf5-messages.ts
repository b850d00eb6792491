// The messages of object headers as h5py writes them: dataspace, datatype, fill value, layout, attribute, symbol table.
// Owns: their bytes. Leaves their order and place in the file to hdf5-write.ts.
import type { DType } from '../../base/dtype.ts';
import { type ArrayData, encodeElements, encodeText } from '../array-data.ts';
import { ByteParts } from '../byte-cursor.ts';
import { FormatError } from '../file-error.ts';
import { MessageType } from './object-header.ts';

export interface MessageBytes {
  readonly type: number;
  /** Bit 0: the message never changes. */
  readonly flags: number;
  readonly body: Uint8Array;
}

/** Where a text of any length lies: a heap's address and a number in it. */
export interface TextReference {
  readonly length: number;
  address: number;
  index: number;
}

const LONGEST_MESSAGE = 0xffff;

const message = (type: number, flags: number, body: ByteParts): MessageBytes => ({
  type,
  flags,
  body: body.align(8).join(),
});

/** An object header of version 1 with these messages. */
export function objectHeader(messages: readonly MessageBytes[]): Uint8Array {
  const size = messages.reduce((total, { body }) => total + 8 + body.length, 0);
  const out = new ByteParts().u8(1).u8(0).u16(messages.length).u32(1).u32(size).u32(0);
  for (const { type, flags, body } of messages) {
    if (body.length > LONGEST_MESSAGE) {
      throw new FormatError(
        'invalid_value',
        '',
        `An HDF5 attribute takes at most 64 kB; one of ${body.length} bytes was to be written. Split it.`,
      );
    }
    out.u16(type).u16(body.length).u8(flags).zeros(3).bytes(body);
  }
  return out.join();
}

/** The shape; null for the dataspace without elements. */
function dataspace(shape: readonly number[] | null): Uint8Array {
  const out = new ByteParts();
  if (shape === null) return out.u8(2).u8(0).u8(0).u8(2).join();
  out.u8(1).u8(shape.length).u8(0).u8(0).u32(0);
  for (const size of shape) out.u64(size);
  return out.join();
}

/** Exponent's place, its bits, the mantissa's bits, the bias. */
const FLOATS = { float16: [10, 5, 10, 15], float32: [23, 8, 23, 127], float64: [52, 11, 52, 1023] } as const;
const INTEGER_BYTES = { int8: 1, int16: 2, int32: 4, int64: 8, uint8: 1, uint16: 2, uint32: 4, uint64: 8 } as const;

function integerType(bytes: number, signed: boolean): Uint8Array {
  return new ByteParts()
    .u8(0x10)
    .u8(signed ? 8 : 0)
    .u16(0)
    .u32(bytes)
    .u16(0)
    .u16(8 * bytes)
    .join();
}

function floatType(dtype: keyof typeof FLOATS): Uint8Array {
  const [exponentPlace, exponentBits, mantissaBits, bias] = FLOATS[dtype];
  const bits = 1 + exponentBits + mantissaBits;
  const out = new ByteParts()
    .u8(0x11)
    .u8(0x20)
    .u8(bits - 1)
    .u8(0)
    .u32(bits / 8)
    .u16(0)
    .u16(bits);
  return out.u8(exponentPlace).u8(exponentBits).u8(0).u8(mantissaBits).u32(bias).join();
}

/** h5py's bool: an enumeration of one byte. */
function boolType(): Uint8Array {
  const out = new ByteParts().u8(0x18).u8(2).u16(0).u32(1).bytes(integerType(1, true));
  return out.text('FALSE\0\0\0').text('TRUE\0\0\0\0').u8(0).u8(1).join();
}

/** h5py's complex64: a record of two float32. */
function complexType(): Uint8Array {
  const out = new ByteParts().u8(0x16).u8(2).u16(0).u32(8);
  for (const [name, place] of [
    ['r', 0],
    ['i', 4],
  ] as const) {
    out.text(name.padEnd(8, '\0')).u32(place).zeros(28).bytes(floatType('float32'));
  }
  return out.join();
}

/** Text of any length in UTF-8, over unsigned bytes. */
const textType = (): Uint8Array =>
  new ByteParts().u8(0x19).u8(1).u8(1).u8(0).u32(16).bytes(integerType(1, false)).join();

function datatype(dtype: DType): Uint8Array {
  switch (dtype) {
    case 'float16':
    case 'float32':
    case 'float64':
      return floatType(dtype);
    case 'bfloat16': // two opaque bytes, as h5py writes what it does not know
      return new ByteParts().u8(0x15).u8(0).u16(0).u32(2).join();
    case 'bool':
      return boolType();
    case 'complex64':
      return complexType();
    case 'string':
      return textType();
    default:
      return integerType(INTEGER_BYTES[dtype], dtype.startsWith('i'));
  }
}

export const dataspaceMessage = (shape: readonly number[]): MessageBytes =>
  message(MessageType.dataspace, 0, new ByteParts().bytes(dataspace(shape)));

export const datatypeMessage = (dtype: DType): MessageBytes =>
  message(MessageType.datatype, 1, new ByteParts().bytes(datatype(dtype)));

/** The default fill value: space allocated late, filled when set, defined with no bytes. */
export const fillValueMessage = (): MessageBytes =>
  message(MessageType.fillValue, 1, new ByteParts().u8(2).u8(2).u8(2).u8(1).u32(0));

export const contiguousLayoutMessage = (address: bigint, size: number): MessageBytes =>
  message(MessageType.layout, 0, new ByteParts().u8(3).u8(1).u64(address).u64(size));

export const symbolTableMessage = (btree: number, heap: number): MessageBytes =>
  message(MessageType.symbolTable, 0, new ByteParts().u64(btree).u64(heap));

/** An attribute; `references` say where its texts lie. */
export function attributeMessage(
  name: string,
  array: ArrayData | null,
  references: readonly TextReference[],
): MessageBytes {
  const nameBytes = encodeText(`${name}\0`);
  const type = datatype(array?.dtype ?? 'float32');
  const space = dataspace(array === null ? null : array.shape);
  const out = new ByteParts().u8(1).u8(0).u16(nameBytes.length).u16(type.length).u16(space.length);
  out.bytes(nameBytes).align(8).bytes(type).align(8).bytes(space).align(8);
  for (const { length, address, index } of references) out.u32(length).u64(address).u32(index);
  if (array !== null && array.dtype !== 'string') out.bytes(encodeElements(array));
  return message(MessageType.attribute, 0, out);
}
