// What each primitive is in TensorFlow: the table by which graphs are written.
// Owns: putting the families together. Leaves the writing of graphs to graph-translation.ts.
import type { NodeTable } from './graph-translation.ts';
import { contractions } from './nodes/contractions.ts';
import { control } from './nodes/control.ts';
import { elementwise } from './nodes/elementwise.ts';
import { host } from './nodes/host.ts';
import { movement } from './nodes/movement.ts';
import { reductions } from './nodes/reductions.ts';
import { rows } from './nodes/rows.ts';
import { special } from './nodes/special.ts';
import { windows } from './nodes/windows.ts';

export const primitiveNodes: NodeTable = {
  ...elementwise,
  ...reductions,
  ...movement,
  ...rows,
  ...contractions,
  ...windows,
  ...control,
  ...host,
  ...special,
};
