// Runs a compiled program in plain JavaScript, its kernels by the interpreter of the loop IR: tells mistakes of the
// compiler from mistakes of a code generator.
// Owns: slots as views of one block of memory, steps. Slow; used where the engine failed.
import type { Step } from '../../src/backends/backend.ts';
import { ownBytes } from '../../src/backends/wasm/program.ts';
import { type Data, type DType, dtypes, type TypedArray } from '../../src/base/dtype.ts';
import { sizeOf } from '../../src/base/shape.ts';
import type { Compiled } from '../../src/compiler/compile.ts';
import { interpretLoops } from '../../src/compiler/interpret-loop-ir.ts';
import type { ContractKernel, Storage } from '../../src/compiler/loop-ir.ts';
import { randomBits } from '../../src/primitives/random/random-bits.ts';

const arrays = {
  f32: Float32Array,
  f64: Float64Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  i64: BigInt64Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies Record<Storage, unknown>;

/** The elements of all outputs, given those of the parameters. */
export function interpretProgram(compiled: Compiled, parameters: readonly Data[]): Data[] {
  const { slots, graph, program } = compiled;
  // Parameters and constants lie behind the arena.
  let end = compiled.arenaBytes;
  const room = (bytes: number): number => {
    const at = end;
    end = Math.ceil((end + Math.max(bytes, 1)) / 64) * 64;
    return at;
  };
  const bytesOf = (data: Data): Uint8Array => {
    const { buffer, byteOffset, byteLength } = data as Uint8Array;
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  const given: { at: number; data: Data }[] = [];
  const place = (data: Data): number => {
    const at = room(bytesOf(data).length);
    given.push({ at, data });
    return at;
  };
  const constants = compiled.constants.map((value) => place(value.node.data!));
  const variables = parameters.map((data) => room(bytesOf(data).length));
  const own = room(ownBytes(program.steps));
  const addressOf = (index: number): number => {
    const slot = slots[index]!;
    switch (slot.kind) {
      case 'arena':
        return slot.offset;
      case 'constant':
        return constants[slot.index]!;
      case 'view':
        return addressOf(slot.base) + slot.offset;
      case 'own':
        return own;
      default:
        return variables[slot.index]!;
    }
  };
  const table = slots.map((_, i) => addressOf(i));
  const memory = new ArrayBuffer(end + 64);
  // What was never written is noise, as in the engine.
  new Uint8Array(memory).fill(0xa5);
  for (const { at, data } of given) new Uint8Array(memory).set(bytesOf(data), at);
  parameters.forEach((data, i) => {
    new Uint8Array(memory).set(bytesOf(data), table[i]!);
  });
  const view = (address: number, dtype: DType, dims: readonly number[]): Data =>
    new dtypes[dtype].array!(memory, address, sizeOf(dims) * dtypes[dtype].lanes);

  const run = (steps: readonly Step[]): void => {
    for (const step of steps) {
      switch (step.kind) {
        case 'kernel': {
          const kernel = program.kernels[step.kernel]!;
          const at = step.slots.map((slot) => table[slot]!);
          if (kernel.kind === 'contract')
            contract(
              kernel,
              at.map((address) => new Float32Array(memory, address)),
            );
          else if (kernel.kind === 'philox') philox(memory, at, kernel.count);
          else {
            const buffers = kernel.buffers.map(({ storage }, i): TypedArray => {
              const bytes = arrays[storage].BYTES_PER_ELEMENT;
              return new arrays[storage](memory, at[i]!, Math.floor((memory.byteLength - at[i]!) / bytes));
            });
            if (kernel.kind === 'loops') interpretLoops(kernel, buffers);
            else
              for (const part of kernel.parts)
                interpretLoops(
                  part.kernel,
                  part.buffers.map((buffer) => buffers[buffer]!),
                );
          }
          break;
        }
        case 'host': {
          const { node, inputs, outputs } = compiled.hosts[step.host]!;
          const value = (slot: number, spec: { dims: readonly number[]; dtype: DType }) => ({
            ...spec,
            data: view(table[slot]!, spec.dtype, spec.dims),
          });
          const results = outputs.map((slot, i) => value(slot, node.outputs[i]!));
          for (const { data } of results) bytesOf(data).fill(0);
          node.primitive!.evaluate(
            inputs.map((slot, i) => value(slot, node.inputs[i]!)),
            node.params as never,
            results,
          );
          break;
        }
        case 'copy':
          new Uint8Array(memory).copyWithin(table[step.to]!, table[step.from]!, table[step.from]! + step.bytes);
          break;
        case 'if':
          run(new Uint8Array(memory)[table[step.flag]!] ? step.then : step.otherwise);
          break;
        case 'while':
          for (run(step.condition); new Uint8Array(memory)[table[step.flag]!]; run(step.condition)) run(step.body);
          break;
        case 'repeat': {
          const before = step.advance.map(({ slot }) => table[slot]!);
          for (let i = 0; i < step.count; i++) {
            if (i > 0) {
              for (const { slot, bytes } of step.advance) table[slot]! += bytes;
              for (const [a, b] of step.swap) [table[a], table[b]] = [table[b]!, table[a]!];
            }
            run(step.body);
          }
          step.advance.forEach(({ slot }, i) => {
            table[slot] = before[i]!;
          });
        }
      }
    }
  };
  run(program.steps);
  return compiled.outputs.map((slot, i) => {
    const { dtype, dims } = graph.outputs[i]!;
    return view(table[slot]!, dtype, dims).slice();
  });
}

function contract({ batch, m, n, k, a, b, c }: ContractKernel, [x, y, z]: readonly Float32Array[]): void {
  for (let g = 0; g < batch; g++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++)
          sum +=
            x![g * a.batchStride + i * a.rowStride + l * a.columnStride]! *
            y![g * b.batchStride + l * b.rowStride + j * b.columnStride]!;
        z![g * c.batchStride + i * c.rowStride + j * c.columnStride] = sum;
      }
}

function philox(memory: ArrayBuffer, [from, to]: readonly number[], count: number): void {
  const spec = (dims: readonly number[], data: Data) => ({ dims, dtype: 'uint32', data }) as const;
  const given = new Uint32Array(memory, from, 8);
  const first = { dims: [], dtype: 'uint64', data: new BigUint64Array(given.slice(6, 8).buffer) } as const;
  randomBits.evaluate([spec([2], given.slice(0, 2)), spec([4], given.slice(2, 6)), first], { dims: [count] }, [
    spec([count], new Uint32Array(memory, to, count)),
  ]);
}
