// A matrix product as loops over tasks, pieces of rows, blocks of the sum, panels and tiles.
// Owns: the function (begin, end, a, b, c, scratch) over tasks, and the order of the loops. Tiles stand in tile-runs.ts; what is
// copied for a block of the sum, and what runs on the finished rows of a task, is given by its caller.
import type { Code } from '../../../assembler/code.ts';
import { FunctionBuilder } from '../../../assembler/module.ts';
import { type PackShape, packFunction, packKey } from './packing.ts';
import { type Place, PlaceCode } from './places.ts';
import type { BlockPlan } from './plan.ts';
import { type Define, TileRuns } from './tile-runs.ts';

/** begin, end, a, b, c, scratch. */
export const PARAMETERS = 6;
const [TASK, END, A, B, C, SCRATCH] = [0, 1, 2, 3, 4, 5];

export interface BlockHooks {
  /** So many pointers follow the function's own parameters, for the use of `finish`. */
  readonly extraPointers?: number;
  /** Further arrays of a native call: what computes their address from a place, each for a word behind the header of scratch. */
  readonly furtherArrays?: readonly ((code: Code, at: Place, pointers: readonly number[]) => void)[];
  /** Replaces A by a padded copy: gets the local with A's address and puts the copy's into it. */
  readonly copyA?: (code: Code, address: number, scratch: number) => void;
  /** Runs when a task is done: gets the locals with its number, and with the first and the count of its rows where rows are cut. */
  readonly finish?: (code: Code, task: number, pieceFirst: number, pieceRows: number) => void;
}

export function blockFunction(
  plan: BlockPlan,
  name: string,
  define: Define,
  relaxed: boolean,
  hooks: BlockHooks = {},
): FunctionBuilder {
  const params = new Array<'i32'>(PARAMETERS + (hooks.extraPointers ?? 0)).fill('i32');
  const fn = new FunctionBuilder(name, { params, results: [] });
  new Blocks(plan, fn, define, relaxed, hooks).tasks();
  return fn;
}

class Blocks {
  readonly #plan: BlockPlan;
  readonly #fn: FunctionBuilder;
  readonly #code: Code;
  readonly #define: Define;
  readonly #hooks: BlockHooks;
  readonly #places: PlaceCode;
  readonly #tiles: TileRuns;
  /** Columns of a panel. */
  readonly #width: number;
  /** Pieces of the rows; where there is one it has all of them. */
  readonly #pieces: number;
  /** Locals: the first column of a panel, the end of the task's columns, the rows of the piece. */
  readonly #column: number;
  readonly #columnEnd: number;
  readonly #pieceRows: number;

  constructor(plan: BlockPlan, fn: FunctionBuilder, define: Define, relaxed: boolean, hooks: BlockHooks) {
    this.#plan = plan;
    this.#fn = fn;
    this.#code = fn.body;
    this.#define = define;
    this.#hooks = hooks;
    this.#places = new PlaceCode(fn);
    this.#tiles = new TileRuns(plan, { fn, places: this.#places, define, relaxed, scratch: SCRATCH });
    this.#width = plan.vectors * 4;
    this.#pieces = Math.ceil(plan.chunkAxis.extent / plan.chunk);
    [this.#column, this.#columnEnd, this.#pieceRows] = [this.#local(), this.#local(), this.#local()];
  }

  #local(): number {
    return this.#fn.local('i32');
  }

  // ── Tasks, pieces of rows, blocks of the sum ──────────────────────────────────────────────────────────────────────

  /** Task by task; its number is (axes… · pieces + piece) · groups of columns + group. */
  tasks(): void {
    const { nest, taskAxes, chunkAxis, chunk, chunkInside, columnGroups } = this.#plan;
    const [code, places] = [this.#code, this.#places];
    const base = places.make();
    const [rest, digit, pieceFirst] = [this.#local(), this.#local(), this.#local()];
    code.block().get(TASK).get(END).op('i32.ge_s').branchIf(0).loop();
    places.start(base, [A, B, C], nest.offsets);
    code.get(TASK);
    if (columnGroups > 1) code.i32(columnGroups).op('i32.div_u');
    code.set(rest);
    if (this.#pieces > 1 && !chunkInside) {
      places.takeDigit(rest, digit, this.#pieces);
      code.get(digit).i32(chunk).op('i32.mul').tee(digit).set(pieceFirst);
      this.#setPieceRows(digit);
      places.moveTo(base, chunkAxis, digit);
    }
    for (const axis of [...taskAxes].reverse()) {
      places.takeDigit(rest, digit, axis.extent);
      places.moveTo(base, axis, digit);
    }
    this.#task(base);
    this.#hooks.finish?.(code, TASK, pieceFirst, this.#pieceRows);
    code.get(TASK).i32(1).op('i32.add').tee(TASK).get(END).op('i32.lt_s').branchIf(0).end().end();
  }

  #setPieceRows(first: number): void {
    const { chunkAxis, chunk } = this.#plan;
    this.#code.i32(chunkAxis.extent).get(first).op('i32.sub').set(this.#pieceRows);
    this.#places.smaller(this.#pieceRows, chunk);
    this.#code.set(this.#pieceRows);
  }

  #task(at: Place): void {
    const { copyA } = this.#hooks;
    this.#code.i32(0).set(this.#tiles.started);
    this.#places.over(this.#plan.depthOutside, at, (outer) => {
      if (!copyA) {
        this.#sum(outer);
        return;
      }
      const inside = this.#places.make();
      this.#places.copy(inside, outer);
      copyA(this.#code, inside.a, SCRATCH);
      this.#sum(inside);
    });
  }

  /** All blocks of the sum, each for all pieces of rows that the task has inside. */
  #sum(from: Place): void {
    const { depthOuter, depthAxis, depthChunk } = this.#plan;
    const [code, places] = [this.#code, this.#places];
    const { terms, started, several } = this.#tiles;
    places.over(depthOuter, from, (outer) => {
      const [at, index] = [places.make(), this.#local()];
      places.copy(at, outer);
      places.count(
        index,
        () => code.i32(depthAxis.extent),
        depthChunk,
        () => {
          code.i32(depthAxis.extent).get(index).op('i32.sub').set(terms);
          places.smaller(terms, depthChunk);
          code.set(terms);
          this.#pieceByPiece(at);
          places.advance(at, depthAxis, depthChunk);
          if (several) code.i32(1).set(started);
        },
      );
    });
  }

  #pieceByPiece(from: Place): void {
    const { chunkAxis, chunk, chunkInside, pieceAxes } = this.#plan;
    const places = this.#places;
    if (!chunkInside || this.#pieces === 1) {
      places.over(chunkInside ? pieceAxes : [], from, (at) => this.#block(at));
      return;
    }
    places.over(pieceAxes, from, (outer) => {
      const [at, index] = [places.make(), this.#local()];
      places.copy(at, outer);
      places.count(
        index,
        () => this.#code.i32(chunkAxis.extent),
        chunk,
        () => {
          this.#setPieceRows(index);
          this.#block(at);
          places.advance(at, chunkAxis, chunk);
        },
      );
    });
  }

  // ── One block of the sum for one piece of rows ────────────────────────────────────────────────────────────────────

  /** Panel by panel of the task's columns. */
  #block(at: Place): void {
    const { columnAxis, columnGroups, packA } = this.#plan;
    const [code, column, columnEnd, width] = [this.#code, this.#column, this.#columnEnd, this.#width];
    const columns = columnAxis.extent;
    if (packA) this.#tiles.copyRows(at, this.#pieces > 1 ? this.#pieceRows : undefined);
    if (columnGroups === 1) code.i32(0).set(column).i32(columns).set(columnEnd);
    else {
      const group = Math.ceil(Math.ceil(columns / width) / columnGroups) * width;
      code.get(TASK).i32(columnGroups).op('i32.rem_u').i32(group).op('i32.mul').tee(column);
      code.i32(group).op('i32.add').set(columnEnd);
      this.#places.smaller(columnEnd, columns);
      code.set(columnEnd);
    }
    code.block().loop().get(column).get(columnEnd).op('i32.ge_s').branchIf(1);
    const left = columns % width;
    if (left === 0) this.#panel(at, width);
    else if (left === columns) this.#panel(at, columns);
    else {
      code
        .get(column)
        .i32(columns - left)
        .op('i32.lt_s')
        .if();
      this.#panel(at, width);
      code.else();
      this.#panel(at, left);
      code.end();
    }
    code.get(column).i32(width).op('i32.add').set(column).branch(0).end().end();
  }

  /** So many columns, from `column` on, of all rows of the piece. */
  #panel(from: Place, columns: number): void {
    const { tileAxis, columnAxis, chunkAxis, rowAxes, packB } = this.#plan;
    const [code, places, tiles] = [this.#code, this.#places, this.#tiles];
    const at = places.make();
    places.copy(at, from);
    for (const x of ['b', 'c'] as const) {
      code.get(from[x]);
      places.scaled(this.#column, columnAxis[x] * 4);
      code.op('i32.add').set(at[x]);
    }
    if (packB) this.#copyPanel(at, columns);
    if (chunkAxis === tileAxis) {
      if (this.#pieces > 1) tiles.some(at, columns, this.#pieceRows);
      else tiles.all(at, columns);
      return;
    }
    const [inside, index] = [places.make(), this.#local()];
    places.copy(inside, at);
    places.count(
      index,
      () => (this.#pieces > 1 ? code.get(this.#pieceRows) : code.i32(chunkAxis.extent)),
      1,
      () => {
        places.over(rowAxes, inside, (deep) => tiles.all(deep, columns));
        places.advance(inside, chunkAxis, 1);
      },
    );
  }

  /** Copies so many columns of B and sets the place to the copy. */
  #copyPanel(at: Place, columns: number): void {
    const { columnAxis, depthAxis, depthInner } = this.#plan;
    const depth = [depthAxis, ...depthInner].map(({ extent, b }) => ({ extent, along: b }));
    const shape: PackShape = { width: this.#width, exist: columns, across: columnAxis.b, depth, panels: 1, apart: 0 };
    const pack = this.#define(packKey(shape), () => packFunction(shape));
    this.#code.get(at.b).get(SCRATCH).get(this.#tiles.terms).call(pack).get(SCRATCH).set(at.b);
  }
}
