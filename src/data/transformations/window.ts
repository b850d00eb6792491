// window: runs of elements as data sets.
import { flattenTree, mapTree, packTree } from '../../base/tree.ts';
import { AGAIN, DONE, type Later, pulling, settle, whenThere } from '../pull.ts';
import { derive, type Source } from '../source.ts';
import { DatasetSpec, isLeaf, isSpec, type MakeDataset, type Spec } from '../spec.ts';

/** Elements as a structure of data sets: one for each of their leaves. */
export function datasetOfLeaves(elements: readonly unknown[], make: MakeDataset): unknown {
  const lists = elements.map((element) => flattenTree(element, isLeaf));
  const first = elements[0];
  if (isLeaf(first)) return make(elements, null);
  const datasets = lists[0]!.map((_, k) =>
    make(
      lists.map((list) => list[k]),
      null,
    ),
  );
  return packTree(first, datasets, isLeaf);
}

export interface WindowArguments {
  readonly size: number;
  readonly shift: number;
  readonly stride: number;
  readonly drop: boolean;
}

export function windowed(below: Source, { size, shift, stride, drop }: WindowArguments, make: MakeDataset): Source {
  const span = (size - 1) * stride + 1;
  const n = below.cardinality;
  return derive(
    below,
    (pull) => {
      const buffer: unknown[] = [];
      let skip = 0;
      let ended = false;
      const fill = (): Later<unknown> => {
        if (ended || (skip === 0 && buffer.length >= span)) return emit();
        return whenThere(pull.next(), (element) => {
          if (element === DONE) ended = true;
          else if (skip > 0) skip--;
          else buffer.push(element);
          return AGAIN;
        });
      };
      const emit = (): unknown => {
        if (buffer.length === 0 || (drop && buffer.length < span)) return DONE;
        const members = Array.from({ length: size }, (_, i) => i * stride).filter((at) => at < buffer.length);
        const window = datasetOfLeaves(
          members.map((at) => buffer[at]),
          make,
        );
        skip = Math.max(shift - buffer.length, 0);
        buffer.splice(0, shift);
        return window;
      };
      return pulling(() => settle(fill), pull);
    },
    n < 0 ? n : drop ? (n < span ? 0 : Math.floor((n - span) / shift) + 1) : Math.ceil(n / shift),
    () => {
      const spec = below.spec();
      return spec && (mapTree(spec, (leaf) => new DatasetSpec(leaf as Spec), isSpec) as Spec);
    },
  );
}
