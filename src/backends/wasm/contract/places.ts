// Places in the three arrays of a matrix product, as code: locals with addresses, moved along axes.
// Owns: loops over axes, the digits of a task's number.
import type { FunctionBuilder } from '../../../assembler/module.ts';
import type { Axis } from './nest.ts';

/** Locals with an address in each of the three arrays. */
export interface Place {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const ARRAYS = ['a', 'b', 'c'] as const;

export class PlaceCode {
  readonly #fn: FunctionBuilder;

  constructor(fn: FunctionBuilder) {
    this.#fn = fn;
  }

  get #code() {
    return this.#fn.body;
  }

  make(): Place {
    return { a: this.#fn.local('i32'), b: this.#fn.local('i32'), c: this.#fn.local('i32') };
  }

  /** Where the arrays begin. */
  start(at: Place, pointers: readonly [number, number, number], offsets: readonly [number, number, number]): void {
    ARRAYS.forEach((x, i) => {
      this.#code.get(pointers[i]!);
      if (offsets[i] !== 0) this.#code.i32(offsets[i]! * 4).op('i32.add');
      this.#code.set(at[x]);
    });
  }

  copy(to: Place, from: Place): void {
    for (const x of ARRAYS) this.#code.get(from[x]).set(to[x]);
  }

  /** Pushes a local times a constant. */
  scaled(x: number, factor: number): void {
    this.#code.get(x);
    if (factor !== 1) this.#code.i32(factor).op('i32.mul');
  }

  /** Pushes the smaller of a local and a constant. */
  smaller(x: number, most: number): void {
    this.#code.get(x).i32(most).get(x).i32(most).op('i32.lt_s', 'select');
  }

  advance(at: Place, axis: Axis, steps: number): void {
    for (const x of ARRAYS) {
      const bytes = axis[x] * steps * 4;
      if (bytes !== 0) this.#code.get(at[x]).i32(bytes).op('i32.add').set(at[x]);
    }
  }

  /** Moves by index · stride. */
  moveTo(at: Place, axis: Axis, index: number): void {
    for (const x of ARRAYS) {
      if (axis[x] === 0) continue;
      this.#code.get(at[x]);
      this.scaled(index, axis[x] * 4);
      this.#code.op('i32.add').set(at[x]);
    }
  }

  /** for (index = 0; index < limit; index += step) */
  count(index: number, limit: () => void, step: number, body: () => void): void {
    this.#code.i32(0).set(index).loop();
    body();
    this.#code.get(index).i32(step).op('i32.add').tee(index);
    limit();
    this.#code.op('i32.lt_s').branchIf(0).end();
  }

  /** Loops over all of the axes, outermost first, with a place of their own. */
  over(axes: readonly Axis[], from: Place, body: (at: Place) => void): void {
    const [axis, ...rest] = axes;
    if (!axis) {
      body(from);
      return;
    }
    const [at, index] = [this.make(), this.#fn.local('i32')];
    this.copy(at, from);
    this.count(
      index,
      () => this.#code.i32(axis.extent),
      1,
      () => {
        this.over(rest, at, body);
        this.advance(at, axis, 1);
      },
    );
  }

  /** digit = rest mod extent; rest = rest / extent. */
  takeDigit(rest: number, digit: number, extent: number): void {
    this.#code.get(rest).i32(extent).op('i32.rem_u').set(digit).get(rest).i32(extent).op('i32.div_u').set(rest);
  }
}
