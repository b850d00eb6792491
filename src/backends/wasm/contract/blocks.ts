// A matrix product as loops over tasks, pieces of rows, blocks of the sum, panels and tiles.
// Owns: the function (begin, end, a, b, c, scratch) over tasks, and the order of the loops. What is copied for a block of the
// sum, and what runs on the finished rows of a task, is given by its caller.
import type { Code } from '../../../assembler/code.ts';
import { FunctionBuilder } from '../../../assembler/module.ts';
import { sizeOf } from './nest.ts';
import { type PackShape, packFunction, packKey } from './packing.ts';
import { type Place, PlaceCode } from './places.ts';
import { type BlockPlan, panelBytes } from './plan.ts';
import { type TileShape, tileFunction, tileKey } from './tile.ts';

/** Defines a helper function once for each key and gives its number. */
export type Define = (key: string, make: () => FunctionBuilder) => number;

/** begin, end, a, b, c, scratch. */
export const PARAMETERS = 6;

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
  const { nest, tileAxis, tileRows, columnAxis, vectors, taskAxes, chunkAxis, chunk, chunkInside, rowAxes } = plan;
  const { pieceAxes, depthOutside, depthOuter, depthAxis, depthChunk, depthInner, packA, packB, columnGroups } = plan;
  const params = new Array<'i32'>(PARAMETERS + (hooks.extraPointers ?? 0)).fill('i32');
  const fn = new FunctionBuilder(name, { params, results: [] });
  const [task, end, aPointer, bPointer, cPointer, scratch] = [0, 1, 2, 3, 4, 5];
  const code = fn.body;
  const local = () => fn.local('i32');
  const places = new PlaceCode(fn);
  const place = () => places.make();
  const width = vectors * 4;
  const n = columnAxis.extent;
  const panels = Math.ceil(n / width);
  const groupColumns = Math.ceil(panels / columnGroups) * width;
  const pieces = Math.ceil(chunkAxis.extent / chunk);
  const packedDepth = depthChunk * sizeOf(depthInner);
  const packedA = panelBytes(plan);
  const blocks = sizeOf(depthOutside) * sizeOf(depthOuter) * Math.ceil(depthAxis.extent / depthChunk);

  // ── Tiles ─────────────────────────────────────────────────────────────────────────────────────────────────────
  const [terms, started] = [local(), local()];
  const tile = (rows: number, columns: number): number => {
    const shape: TileShape = {
      rows,
      columns,
      aRow: packA ? 1 : tileAxis.a,
      cRow: tileAxis.c,
      depth: packA
        ? [{ extent: 0, a: tileRows, b: depthAxis.b }]
        : [depthAxis, ...depthInner].map(({ extent, a, b }, i) => ({ extent: i === 0 ? 0 : extent, a, b })),
      packed: packB ? width : 0,
    };
    return define(tileKey(shape), () => tileFunction(shape, relaxed));
  };
  const [aTile, cTile, row] = [local(), local(), local()];
  /** All tiles along the tile axis from a place; `rows` pushes how many rows there are, at most `most`. */
  const tiles = (at: Place, columns: number, rows: (() => void) | undefined, most: number) => {
    const call = (count: number) => {
      code.get(aTile).get(at.b).get(cTile).get(terms);
      if (blocks > 1) code.get(started);
      else code.i32(0);
      code.call(tile(count, columns));
    };
    const step = () => {
      code
        .get(aTile)
        .i32((packA ? packedDepth * tileRows : tileRows * tileAxis.a) * 4)
        .op('i32.add')
        .set(aTile);
      code
        .get(cTile)
        .i32(tileRows * tileAxis.c * 4)
        .op('i32.add')
        .set(cTile);
    };
    if (packA) code.get(scratch).i32(packedA).op('i32.add').set(aTile);
    else code.get(at.a).set(aTile);
    code.get(at.c).set(cTile);
    const total = tileAxis.extent;
    const left = total % tileRows;
    if (!rows) {
      const whole = Math.floor(most / tileRows);
      if (whole === 1) {
        call(tileRows);
        if (most > tileRows) step();
      } else if (whole > 1) {
        places.count(
          row,
          () => code.i32(whole),
          1,
          () => {
            call(tileRows);
            step();
          },
        );
      }
      if (most % tileRows > 0) call(most % tileRows);
      return;
    }
    // A piece of the axis: whole tiles, and in the last piece what remains.
    rows();
    code.set(row).block().loop();
    code.get(row).i32(tileRows).op('i32.lt_s').branchIf(1);
    call(tileRows);
    step();
    code.get(row).i32(tileRows).op('i32.sub').set(row).branch(0).end().end();
    if (left > 0) {
      code.get(row).if();
      call(left);
      code.end();
    }
  };

  // ── One block of the sum for one piece of rows ────────────────────────────────────────────────────────────────
  const pack = (shape: PackShape): number => define(packKey(shape), () => packFunction(shape));
  const [column, columnEnd, chunkRows] = [local(), local(), local()];
  const chunked = pieces > 1;
  const panel = (at: Place, columns: number) => {
    const panelAt = place();
    places.copy(panelAt, at);
    for (const x of ['b', 'c'] as const) {
      code.get(at[x]);
      places.scaled(column, columnAxis[x] * 4);
      code.op('i32.add').set(panelAt[x]);
    }
    if (packB) {
      const depth = [depthAxis, ...depthInner].map(({ extent, b }) => ({ extent, along: b }));
      const shape: PackShape = { width, exist: columns, across: columnAxis.b, depth, panels: 1, apart: 0 };
      code.get(panelAt.b).get(scratch).get(terms).call(pack(shape));
      code.get(scratch).set(panelAt.b);
    }
    if (chunkAxis === tileAxis) {
      tiles(panelAt, columns, chunked ? () => code.get(chunkRows) : undefined, tileAxis.extent);
      return;
    }
    const inside = place();
    const index = local();
    places.copy(inside, panelAt);
    places.count(
      index,
      () => (chunked ? code.get(chunkRows) : code.i32(chunkAxis.extent)),
      1,
      () => {
        places.over(rowAxes, inside, (deep) => tiles(deep, columns, undefined, tileAxis.extent));
        places.advance(inside, chunkAxis, 1);
      },
    );
  };
  const packRows = (at: Place) => {
    // Four tiles at a time read whole cache lines; each tile is [depth][rows].
    const [source, target, left] = [local(), local(), local()];
    const shape = (panels: number, exist: number): PackShape => ({
      width: tileRows,
      exist,
      across: tileAxis.a,
      depth: [{ extent: 0, along: depthAxis.a }],
      panels,
      apart: packedDepth * tileRows,
    });
    code.get(at.a).set(source).get(scratch).i32(packedA).op('i32.add').set(target);
    if (chunked) code.get(chunkRows).set(left);
    else code.i32(tileAxis.extent).set(left);
    for (const panels of [4, 1]) {
      code.block().loop();
      code
        .get(left)
        .i32(tileRows * panels)
        .op('i32.lt_s')
        .branchIf(1);
      code
        .get(source)
        .get(target)
        .get(terms)
        .call(pack(shape(panels, tileRows)));
      code
        .get(source)
        .i32(tileRows * panels * tileAxis.a * 4)
        .op('i32.add')
        .set(source);
      code
        .get(target)
        .i32(packedDepth * tileRows * panels * 4)
        .op('i32.add')
        .set(target);
      code
        .get(left)
        .i32(tileRows * panels)
        .op('i32.sub')
        .set(left)
        .branch(0)
        .end()
        .end();
    }
    const rest = tileAxis.extent % tileRows;
    if (rest > 0)
      code
        .get(left)
        .if()
        .get(source)
        .get(target)
        .get(terms)
        .call(pack(shape(1, rest)))
        .end();
  };
  const block = (at: Place) => {
    if (packA) packRows(at);
    const whole = Math.floor(n / width) * width;
    if (columnGroups === 1) code.i32(0).set(column).i32(n).set(columnEnd);
    else {
      code.get(task).i32(columnGroups).op('i32.rem_u').i32(groupColumns).op('i32.mul').tee(column);
      code.i32(groupColumns).op('i32.add').set(columnEnd);
      places.smaller(columnEnd, n);
      code.set(columnEnd);
    }
    code.block().loop().get(column).get(columnEnd).op('i32.ge_s').branchIf(1);
    if (whole === n) panel(at, width);
    else if (whole === 0) panel(at, n);
    else {
      code.get(column).i32(whole).op('i32.lt_s').if();
      panel(at, width);
      code.else();
      panel(at, n - whole);
      code.end();
    }
    code.get(column).i32(width).op('i32.add').set(column).branch(0).end().end();
  };

  // ── Blocks of the sum, pieces of rows, tasks ──────────────────────────────────────────────────────────────────
  const sum = (from: Place, body: (at: Place) => void) => {
    places.over(depthOuter, from, (outer) => {
      const [at, index] = [place(), local()];
      places.copy(at, outer);
      places.count(
        index,
        () => code.i32(depthAxis.extent),
        depthChunk,
        () => {
          code.i32(depthAxis.extent).get(index).op('i32.sub').set(terms);
          places.smaller(terms, depthChunk);
          code.set(terms);
          body(at);
          places.advance(at, depthAxis, depthChunk);
          if (blocks > 1) code.i32(1).set(started);
        },
      );
    });
  };
  const setChunkRows = (index: number) => {
    code.i32(chunkAxis.extent).get(index).op('i32.sub').set(chunkRows);
    places.smaller(chunkRows, chunk);
    code.set(chunkRows);
  };
  const pieceByPiece = (from: Place) => {
    if (!chunkInside || !chunked) {
      places.over(chunkInside ? pieceAxes : [], from, block);
      return;
    }
    places.over(pieceAxes, from, (outer) => {
      const [at, index] = [place(), local()];
      places.copy(at, outer);
      places.count(
        index,
        () => code.i32(chunkAxis.extent),
        chunk,
        () => {
          setChunkRows(index);
          block(at);
          places.advance(at, chunkAxis, chunk);
        },
      );
    });
  };
  const oneTask = (at: Place) => {
    code.i32(0).set(started);
    places.over(depthOutside, at, (outer) => {
      if (!hooks.copyA) {
        sum(outer, pieceByPiece);
        return;
      }
      const inside = place();
      places.copy(inside, outer);
      hooks.copyA(code, inside.a, scratch);
      sum(inside, pieceByPiece);
    });
  };

  const base = place();
  const [rest, digit, pieceFirst] = [local(), local(), local()];
  code.block().get(task).get(end).op('i32.ge_s').branchIf(0).loop();
  // task = (axes… · pieces + piece) · columnGroups + group
  places.start(base, [aPointer, bPointer, cPointer], nest.offsets);
  code.get(task);
  if (columnGroups > 1) code.i32(columnGroups).op('i32.div_u');
  code.set(rest);
  if (chunked && !chunkInside) {
    places.takeDigit(rest, digit, pieces);
    code.get(digit).i32(chunk).op('i32.mul').tee(digit).set(pieceFirst);
    setChunkRows(digit);
    places.moveTo(base, chunkAxis, digit);
  }
  for (const axis of [...taskAxes].reverse()) {
    places.takeDigit(rest, digit, axis.extent);
    places.moveTo(base, axis, digit);
  }
  oneTask(base);
  hooks.finish?.(code, task, pieceFirst, chunkRows);
  code.get(task).i32(1).op('i32.add').tee(task).get(end).op('i32.lt_s').branchIf(0).end().end();
  return fn;
}
