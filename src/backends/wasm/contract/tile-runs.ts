// What a matrix product does along the axis of its tiles, as code: calls of the tiles, and the copy of A that they read.
// Owns: the helper functions for tiles and copies, the locals that say how long the sum is and whether it has begun. Which
// block of the sum and which columns it is for is said by blocks.ts.
import type { Code } from '../../../assembler/code.ts';
import type { FunctionBuilder } from '../../../assembler/module.ts';
import { sizeOf } from './nest.ts';
import { type PackShape, packFunction, packKey } from './packing.ts';
import type { Place, PlaceCode } from './places.ts';
import { type BlockPlan, panelBytes } from './plan.ts';
import { type TileShape, tileFunction, tileKey } from './tile.ts';

/** Defines a helper function once for each key and gives its number. */
export type Define = (key: string, make: () => FunctionBuilder) => number;

export interface TileTools {
  readonly fn: FunctionBuilder;
  readonly places: PlaceCode;
  readonly define: Define;
  readonly relaxed: boolean;
  /** The local with the address of memory for copies. */
  readonly scratch: number;
}

/** Tiles whose rows are copied at a time: lines of A are then read whole. */
const TILES_COPIED = 4;

export class TileRuns {
  /** Terms of the sum in this block. */
  readonly terms: number;
  /** Whether results hold the sum of earlier blocks. */
  readonly started: number;
  /** Whether there are several blocks. */
  readonly several: boolean;
  readonly #plan: BlockPlan;
  readonly #tools: TileTools;
  readonly #code: Code;
  readonly #aTile: number;
  readonly #cTile: number;
  readonly #row: number;
  readonly #packedDepth: number;
  /** Where in scratch memory the copy of A begins. */
  readonly #packedA: number;

  constructor(plan: BlockPlan, tools: TileTools) {
    const { depthOutside, depthOuter, depthAxis, depthChunk, depthInner } = plan;
    const local = () => tools.fn.local('i32');
    this.#plan = plan;
    this.#tools = tools;
    this.#code = tools.fn.body;
    this.#packedDepth = depthChunk * sizeOf(depthInner);
    this.#packedA = panelBytes(plan);
    this.several = sizeOf(depthOutside) * sizeOf(depthOuter) * Math.ceil(depthAxis.extent / depthChunk) > 1;
    [this.terms, this.started] = [local(), local()];
    [this.#aTile, this.#cTile, this.#row] = [local(), local(), local()];
  }

  /** All tiles along the axis from a place. */
  all(at: Place, columns: number): void {
    const { tileAxis, tileRows } = this.#plan;
    const whole = Math.floor(tileAxis.extent / tileRows);
    const left = tileAxis.extent % tileRows;
    this.#begin(at);
    if (whole === 1) {
      this.#tile(at, tileRows, columns);
      if (left > 0) this.#step();
    } else if (whole > 1) {
      this.#tools.places.count(
        this.#row,
        () => this.#code.i32(whole),
        1,
        () => {
          this.#tile(at, tileRows, columns);
          this.#step();
        },
      );
    }
    if (left > 0) this.#tile(at, left, columns);
  }

  /** The tiles of a piece of the axis, with so many rows as a local says: whole ones, and in the last piece what remains. */
  some(at: Place, columns: number, rows: number): void {
    const code = this.#code;
    const { tileAxis, tileRows } = this.#plan;
    this.#begin(at);
    code.get(rows).set(this.#row).block().loop();
    code.get(this.#row).i32(tileRows).op('i32.lt_s').branchIf(1);
    this.#tile(at, tileRows, columns);
    this.#step();
    code.get(this.#row).i32(tileRows).op('i32.sub').set(this.#row).branch(0).end().end();
    const left = tileAxis.extent % tileRows;
    if (left === 0) return;
    code.get(this.#row).if();
    this.#tile(at, left, columns);
    code.end();
  }

  /** Copies the rows of A for this block of the sum, tile by tile, each as [depth][rows]; `rows` is a local, or all of them. */
  copyRows(at: Place, rows?: number): void {
    const code = this.#code;
    const { tileAxis, tileRows } = this.#plan;
    const local = () => this.#tools.fn.local('i32');
    const [source, target, left] = [local(), local(), local()];
    code.get(at.a).set(source);
    this.#copyOfA().set(target);
    if (rows !== undefined) code.get(rows).set(left);
    else code.i32(tileAxis.extent).set(left);
    const copy = (tiles: number, exist: number) => {
      const pack = this.#pack(tiles, exist);
      code.get(source).get(target).get(this.terms).call(pack);
    };
    const add = (to: number, amount: number) => code.get(to).i32(amount).op('i32.add').set(to);
    for (const tiles of [TILES_COPIED, 1]) {
      const taken = tileRows * tiles;
      code.block().loop();
      code.get(left).i32(taken).op('i32.lt_s').branchIf(1);
      copy(tiles, tileRows);
      add(source, taken * tileAxis.a * 4);
      add(target, this.#packedDepth * taken * 4);
      code.get(left).i32(taken).op('i32.sub').set(left).branch(0).end().end();
    }
    const rest = tileAxis.extent % tileRows;
    if (rest === 0) return;
    code.get(left).if();
    copy(1, rest);
    code.end();
  }

  #pack(panels: number, exist: number): number {
    const { tileAxis, tileRows, depthAxis } = this.#plan;
    const depth = [{ extent: 0, along: depthAxis.a }];
    const apart = this.#packedDepth * tileRows;
    const shape: PackShape = { width: tileRows, exist, across: tileAxis.a, depth, panels, apart };
    return this.#tools.define(packKey(shape), () => packFunction(shape));
  }

  #copyOfA(): Code {
    return this.#code.get(this.#tools.scratch).i32(this.#packedA).op('i32.add');
  }

  #begin(at: Place): void {
    if (this.#plan.packA) this.#copyOfA().set(this.#aTile);
    else this.#code.get(at.a).set(this.#aTile);
    this.#code.get(at.c).set(this.#cTile);
  }

  #tile(at: Place, rows: number, columns: number): void {
    const { tileAxis, tileRows, depthAxis, depthInner, packA, packB, vectors } = this.#plan;
    const shape: TileShape = {
      rows,
      columns,
      aRow: packA ? 1 : tileAxis.a,
      cRow: tileAxis.c,
      depth: packA
        ? [{ extent: 0, a: tileRows, b: depthAxis.b }]
        : [depthAxis, ...depthInner].map(({ extent, a, b }, i) => ({ extent: i === 0 ? 0 : extent, a, b })),
      packed: packB ? vectors * 4 : 0,
    };
    const tile = this.#tools.define(tileKey(shape), () => tileFunction(shape, this.#tools.relaxed));
    const code = this.#code;
    code.get(this.#aTile).get(at.b).get(this.#cTile).get(this.terms);
    if (this.several) code.get(this.started);
    else code.i32(0);
    code.call(tile);
  }

  /** To the next tile. */
  #step(): void {
    const { tileAxis, tileRows, packA } = this.#plan;
    const a = packA ? this.#packedDepth * tileRows : tileRows * tileAxis.a;
    for (const [pointer, elements] of [
      [this.#aTile, a],
      [this.#cTile, tileRows * tileAxis.c],
    ] as const) {
      this.#code
        .get(pointer)
        .i32(elements * 4)
        .op('i32.add')
        .set(pointer);
    }
  }
}
