// Rows of bytes to rows of floats on vectors, for resizing pictures: the inner loops of plain-resize.ts.
// Owns: the functions, their memory (one for each thread, or what the results lie in themselves) and where things lie in it. Sums are rounded after each operation, as
// TensorFlow rounds them. All functions read and write up to SLACK bytes beyond their rows.
import { ModuleBuilder } from '../../assembler/module.ts';
import { add, type Local, load, mul, op, shl, sub, type Value, vector, Writer } from '../../assembler/writer.ts';
import { FLOAT_SLACK } from '../../formats/images/jpeg/color-kernels.ts';
import type { FloatTarget } from '../../formats/images/jpeg/jpeg-decode.ts';

const PAGE = 65536;
const SLACK = 64;

/** Room for a column's taps: where its first and second pixel begin, in bytes of floats, and the second one's share. */
export const COLUMN = 12;

interface Kernels {
  /** Bytes to floats. */
  widen(from: number, to: number, count: number): void;
  /** Between the two pixels of each column: `left + (right − left) · share`. `pixel` is the size of a pixel in bytes of floats. */
  across(from: number, columns: number, width: number, to: number, pixel: number): void;
  /** Between two rows, in place of what lies at `to`. */
  between(above: number, below: number, share: number, to: number, count: number): void;
  /** Adds a row of bytes times a weight. */
  accumulate(from: number, weight: number, to: number, count: number): void;
  /** For each column the sum of its pixels times their weights: `taps` is a list of (number of taps, then place and weight of each). */
  gather(from: number, taps: number, width: number, to: number, pixel: number): void;
}

/** Sixteen bytes as four vectors of floats. */
function floats(w: Writer, address: Value): Value[] {
  const bytes = w.local('v128', load('v128.load', address));
  return (['low', 'high'] as const).flatMap((end) => {
    const shorts = w.local('v128', op(`i16x8.extend_${end}_i8x16_u`, bytes));
    return (['low', 'high'] as const).map((half) =>
      op('f32x4.convert_i32x4_s', op(`i32x4.extend_${half}_i16x8_u`, shorts)),
    );
  });
}

/** Steps of sixteen elements over `count`, at least one. */
function steps(w: Writer, count: Local, body: (i: Local) => void): void {
  const i = w.local('i32', 0);
  w.loop((again) => {
    body(i);
    w.set(i, add(i, 16));
    again(op('i32.lt_s', i, count));
  });
}

function defineKernels(shared: boolean): ModuleBuilder {
  const memory = { module: 'env', name: 'memory', shared, minimumPages: 1, maximumPages: PAGE };
  const module = new ModuleBuilder(memory);
  {
    const w = new Writer('widen', ['i32', 'i32', 'i32']);
    const [from, to, count] = w.params as [Local, Local, Local];
    steps(w, count, (i) => {
      const at = w.local('i32', add(to, shl(i, 2)));
      floats(w, add(from, i)).forEach((four, k) => {
        w.store('v128.store', at, four, 16 * k);
      });
    });
    w.define(module);
  }
  {
    const w = new Writer('across', ['i32', 'i32', 'i32', 'i32', 'i32']);
    const [from, columns, width, to, pixel] = w.params as [Local, Local, Local, Local, Local];
    const end = w.local('i32', add(columns, mul(width, COLUMN)));
    const left = w.local('v128');
    // A vector holds a pixel and what comes after it; the next pixel overwrites that.
    w.loop((again) => {
      w.set(left, load('v128.load', add(from, load('i32.load', columns))));
      const right = load('v128.load', add(from, load('i32.load', columns, 4)));
      const share = load('v128.load32_splat', columns, 8);
      w.store('v128.store', to, op('f32x4.add', left, op('f32x4.mul', op('f32x4.sub', right, left), share)));
      w.set(columns, add(columns, COLUMN));
      w.set(to, add(to, pixel));
      again(op('i32.lt_u', columns, end));
    });
    w.define(module);
  }
  {
    const w = new Writer('between', ['i32', 'i32', 'f32', 'i32', 'i32']);
    const [above, below, share, to, count] = w.params as [Local, Local, Local, Local, Local];
    const part = w.local('v128', op('f32x4.splat', share));
    const high = w.local('v128');
    steps(w, count, (i) => {
      const at = w.local('i32', shl(i, 2));
      for (let k = 0; k < 64; k += 16) {
        w.set(high, load('v128.load', add(above, at), k));
        const low = load('v128.load', add(below, at), k);
        w.store('v128.store', add(to, at), op('f32x4.add', high, op('f32x4.mul', op('f32x4.sub', low, high), part)), k);
      }
    });
    w.define(module);
  }
  {
    const w = new Writer('accumulate', ['i32', 'f32', 'i32', 'i32']);
    const [from, weight, to, count] = w.params as [Local, Local, Local, Local];
    const factor = w.local('v128', op('f32x4.splat', weight));
    steps(w, count, (i) => {
      const at = w.local('i32', add(to, shl(i, 2)));
      floats(w, add(from, i)).forEach((four, k) => {
        w.store(
          'v128.store',
          at,
          op('f32x4.add', load('v128.load', at, 16 * k), op('f32x4.mul', four, factor)),
          16 * k,
        );
      });
    });
    w.define(module);
  }
  {
    const w = new Writer('gather', ['i32', 'i32', 'i32', 'i32', 'i32']);
    const [from, taps, width, to, pixel] = w.params as [Local, Local, Local, Local, Local];
    const [sum, left] = [w.local('v128'), w.local('i32')];
    w.loop((again) => {
      w.set(sum, vector(0));
      w.set(left, load('i32.load', taps));
      w.set(taps, add(taps, 4));
      w.loop((next, leave) => {
        leave(op('i32.eqz', left));
        const four = load('v128.load', add(from, load('i32.load', taps)));
        w.set(sum, op('f32x4.add', sum, op('f32x4.mul', four, load('v128.load32_splat', taps, 4))));
        w.set(taps, add(taps, 8));
        w.set(left, sub(left, 1));
        next();
      });
      w.store('v128.store', to, sum);
      w.set(to, add(to, pixel));
      w.set(width, sub(width, 1));
      again(op('i32.gt_s', width, 0));
    });
    w.define(module);
  }
  return module;
}

const modules = new Map<boolean, WebAssembly.Module>();
function moduleFor(shared: boolean): WebAssembly.Module {
  let module = modules.get(shared);
  if (!module) {
    module = new WebAssembly.Module(defineKernels(shared).encode());
    modules.set(shared, module);
  }
  return module;
}

/** Bytes that kernels may write beyond a result, also those that decode into it. */
export const BEYOND = Math.max(SLACK, FLOAT_SLACK);

/** The kernels with their memory; buffers are given out anew for each picture. */
export class ResizeMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #from: number;
  readonly kernels: Kernels;
  bytes!: Uint8Array;
  floats!: Float32Array;
  words!: Int32Array;
  /** The memory as results see it: an array on it does not change when the memory grows. */
  readonly #whole: ArrayBufferLike;

  private constructor(memory: WebAssembly.Memory, from: number, module: WebAssembly.Module) {
    this.#memory = memory;
    this.#from = from;
    this.#whole = memory.buffer;
    this.kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as object as Kernels;
    this.#look();
  }
  #look(): void {
    const { buffer } = this.#memory;
    [this.bytes, this.floats, this.words] = [new Uint8Array(buffer), new Float32Array(buffer), new Int32Array(buffer)];
  }

  static #kept: ResizeMemory | undefined;
  /** The thread's own. */
  static own(): ResizeMemory {
    ResizeMemory.#kept ??= new ResizeMemory(new WebAssembly.Memory({ initial: 1, maximum: PAGE }), 0, moduleFor(false));
    return ResizeMemory.#kept;
  }
  /** The kernels on shared memory in which results lie: its bytes from `from` on are theirs. */
  static beside(memory: WebAssembly.Memory, from: number): ResizeMemory {
    return new ResizeMemory(memory, from, moduleFor(true));
  }

  /** Addresses of buffers of so many bytes, what was there before is no more; null where the memory cannot grow so far. */
  places(...sizes: readonly number[]): readonly number[] | null {
    let end = this.#from;
    const places = sizes.map((size) => {
      const at = end;
      end += (size + SLACK + 15) & ~15;
      return at;
    });
    const missing = end - this.bytes.length;
    if (missing > 0) {
      try {
        this.#memory.grow(Math.ceil(missing / PAGE));
      } catch {
        return null;
      }
      this.#look();
    }
    return places;
  }
  /** The place of one picture in such an array, for a decoder to write. */
  targetOf(data: Float32Array, at: number, width: number, height: number): FloatTarget | null {
    const start = this.addressOf(data);
    const site = { memory: this.#memory, from: this.#from };
    return start === null ? null : { site, address: start + 4 * at, width, height };
  }
  /** The address of an array's first byte, null where it lies elsewhere. */
  addressOf(data: Uint8Array | Float32Array): number | null {
    return data.buffer === this.#whole ? data.byteOffset : null;
  }
}
