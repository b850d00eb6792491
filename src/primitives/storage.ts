// How each dtype lies in the engine's memory.
// Owns: one table from dtype to storage. complex64 and string have none: the reference evaluates them.
import type { DType } from '../base/dtype.ts';
import { InternalError } from '../base/errors.ts';
import type { Storage } from '../compiler/loop-ir.ts';

const table: Partial<Record<DType, Storage>> = {
  float16: 'f32',
  bfloat16: 'f32',
  float32: 'f32',
  float64: 'f64',
  int8: 'i8',
  int16: 'i16',
  int32: 'i32',
  int64: 'i64',
  uint8: 'u8',
  uint16: 'u16',
  uint32: 'u32',
  uint64: 'u64',
  bool: 'bool',
};

export const hasStorage = (dtype: DType): boolean => table[dtype] !== undefined;

export function storageOf(dtype: DType): Storage {
  const storage = table[dtype];
  if (!storage) throw new InternalError(`dtype ${dtype} has no storage in the engine`);
  return storage;
}
