// A matrix product as loops over blocks, panels and tiles.
// Owns: the function (begin, end, a, b, c, scratch) over tasks, each a block of rows and a group of panels of one batch element.
import { FunctionBuilder } from '../assembler/module.ts';
import { type TileShape, tileFunction, tileKey } from './micro-kernel.ts';
import { type PackShape, packFunction, packKey } from './packing.ts';
import { PANEL_FLOATS, type TilePlan } from './plan.ts';

/** Defines a helper function once for each key and gives its number. */
export type Define = (key: string, make: () => FunctionBuilder) => number;

export function tiledFunction(plan: TilePlan, name: string, define: Define, relaxed: boolean): FunctionBuilder {
  const { kernel, rows, vectors, rowBlock, depthBlock, packA, packB, columnGroups } = plan;
  const { m, n, k, a, b, c } = kernel;
  const fn = new FunctionBuilder(name, { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], results: [] });
  const [task, end, aPointer, bPointer, cPointer, scratch] = [0, 1, 2, 3, 4, 5];
  const code = fn.body;
  const local = () => fn.local('i32');
  const [aBase, bBase, cBase] = [local(), local(), local()];
  const [row, rowEnd, rowFirst] = [local(), local(), local()];
  const [column, columnEnd, rest] = [local(), local(), local()];
  const [depth, terms, panel] = [local(), local(), local()];
  const [aTile, cTile] = [local(), local()];

  const width = vectors * 4;
  const rowBlocks = Math.ceil(m / rowBlock);
  const panels = Math.ceil(n / width);
  const groupColumns = Math.ceil(panels / columnGroups) * width;
  /** Packed A stands behind the panel of B. */
  const packedA = PANEL_FLOATS * 4;
  const blocks = Math.ceil(k / depthBlock);

  const tile = (tileRows: number, columns: number): number => {
    const shape: TileShape = {
      rows: tileRows,
      columns,
      aRow: packA ? 1 : a.rowStride,
      aDepth: packA ? rows : a.columnStride,
      bDepth: packB ? width : b.rowStride,
      cRow: c.rowStride,
    };
    return define(tileKey(shape), () => tileFunction(shape, relaxed));
  };
  const pack = (shape: PackShape): number => define(packKey(shape), () => packFunction(shape));
  /** Pushes local · factor (+ another). */
  const scaled = (x: number, factor: number) => {
    code.get(x);
    if (factor !== 1) code.i32(factor).op('i32.mul');
  };
  const loop = (index: number, limit: () => void, step: number, body: () => void) => {
    code.loop();
    body();
    code.get(index).i32(step).op('i32.add').tee(index);
    limit();
    code.op('i32.lt_s').branchIf(0).end();
  };

  /** Tiles of all rows of the block for one panel with so many columns. */
  const panelTiles = (columns: number) => {
    if (packB) {
      const shape: PackShape = { width, exist: columns, across: b.columnStride, along: b.rowStride };
      // b + (depth · rowStride + column · columnStride)
      code.get(bBase);
      scaled(depth, b.rowStride * 4);
      code.op('i32.add');
      scaled(column, b.columnStride * 4);
      code.op('i32.add').get(scratch).get(terms).call(pack(shape));
      code.get(scratch).set(panel);
    } else {
      code.get(bBase);
      scaled(depth, b.rowStride * 4);
      code.op('i32.add');
      scaled(column, 4);
      code.op('i32.add').set(panel);
    }
    const whole = Math.floor(m / rows) * rows;
    const left = m - whole;
    const callTile = (tileRows: number) => {
      code.get(aTile).get(panel).get(cTile).get(terms);
      if (blocks > 1) code.get(depth);
      else code.i32(0);
      code.call(tile(tileRows, columns));
    };
    code.get(rowFirst).set(row);
    // Addresses of the first tile: packed A begins with the block.
    if (packA) code.get(scratch).i32(packedA).op('i32.add').set(aTile);
    else {
      code.get(aBase);
      scaled(row, a.rowStride * 4);
      code.op('i32.add');
      scaled(depth, a.columnStride * 4);
      code.op('i32.add').set(aTile);
    }
    code.get(cBase);
    scaled(row, c.rowStride * 4);
    code.op('i32.add').get(column).i32(4).op('i32.mul', 'i32.add').set(cTile);
    const aStep = packA ? depthBlock * rows * 4 : rows * a.rowStride * 4;
    if (whole > 0) {
      const guard = rowBlocks > 1 || left > 0;
      const stop = () => {
        if (rowBlocks === 1) code.i32(whole);
        else {
          // min(rowEnd, whole)
          code.get(rowEnd).i32(whole).get(rowEnd).i32(whole).op('i32.lt_s', 'select');
        }
      };
      if (guard) {
        code.get(row);
        stop();
        code.op('i32.lt_s').if();
      }
      loop(row, stop, rows, () => {
        callTile(rows);
        code.get(aTile).i32(aStep).op('i32.add').set(aTile);
        code
          .get(cTile)
          .i32(rows * c.rowStride * 4)
          .op('i32.add')
          .set(cTile);
      });
      if (guard) code.end();
    }
    if (left > 0) {
      code.get(row).get(rowEnd).op('i32.lt_s').if();
      callTile(left);
      code.end();
    }
  };

  const packRows = () => {
    // Tile by tile: [depthBlock][rows] each.
    const shape = (exist: number): PackShape => ({ width: rows, exist, across: a.rowStride, along: a.columnStride });
    code.get(scratch).i32(packedA).op('i32.add').set(aTile);
    code.get(rowFirst).set(row);
    loop(
      row,
      () => code.get(rowEnd),
      rows,
      () => {
        const source = () => {
          code.get(aBase);
          scaled(row, a.rowStride * 4);
          code.op('i32.add');
          scaled(depth, a.columnStride * 4);
          code.op('i32.add').get(aTile).get(terms);
        };
        const left = m % rows;
        if (left > 0) {
          code
            .get(row)
            .i32(m - left)
            .op('i32.eq')
            .if();
          source();
          code.call(pack(shape(left))).else();
          source();
          code.call(pack(shape(rows))).end();
        } else {
          source();
          code.call(pack(shape(rows)));
        }
        code
          .get(aTile)
          .i32(depthBlock * rows * 4)
          .op('i32.add')
          .set(aTile);
      },
    );
  };

  code.block().get(task).get(end).op('i32.ge_s').branchIf(0);
  loop(
    task,
    () => code.get(end),
    1,
    () => {
      // task = (batch · rowBlocks + block) · columnGroups + group
      code
        .get(task)
        .i32(rowBlocks * columnGroups)
        .op('i32.div_u')
        .set(rest);
      for (const [base, pointer, stride] of [
        [aBase, aPointer, a.batchStride],
        [bBase, bPointer, b.batchStride],
        [cBase, cPointer, c.batchStride],
      ] as const) {
        code.get(pointer);
        scaled(rest, stride * 4);
        code.op('i32.add').set(base);
      }
      code
        .get(task)
        .i32(columnGroups)
        .op('i32.div_u')
        .i32(rowBlocks)
        .op('i32.rem_u')
        .i32(rowBlock)
        .op('i32.mul')
        .tee(rowFirst);
      code.i32(rowBlock).op('i32.add').tee(rowEnd).i32(m).get(rowEnd).i32(m).op('i32.lt_s', 'select').set(rowEnd);
      code.i32(0).set(depth);
      loop(
        depth,
        () => code.i32(k),
        depthBlock,
        () => {
          code.i32(k).get(depth).op('i32.sub').tee(terms).i32(depthBlock).get(terms).i32(depthBlock);
          code.op('i32.lt_s', 'select').set(terms);
          if (packA) packRows();
          code.get(task).i32(columnGroups).op('i32.rem_u').i32(groupColumns).op('i32.mul').tee(column);
          code.i32(groupColumns).op('i32.add').tee(columnEnd).i32(n).get(columnEnd).i32(n);
          code.op('i32.lt_s', 'select').set(columnEnd);
          const wholeColumns = Math.floor(n / width) * width;
          code.block().loop();
          code.get(column).get(columnEnd).op('i32.ge_s').branchIf(1);
          if (wholeColumns === n) panelTiles(width);
          else if (wholeColumns === 0) panelTiles(n);
          else {
            code.get(column).i32(wholeColumns).op('i32.lt_s').if();
            panelTiles(width);
            code.else();
            panelTiles(n - wholeColumns);
            code.end();
          }
          code.get(column).i32(width).op('i32.add').set(column).branch(0).end().end();
        },
      );
    },
  );
  code.end();
  return fn;
}
