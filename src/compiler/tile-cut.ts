// Along which axes the scores of an attention are cut into parts, how large the parts are, and which of them need no keys beyond some.
// Owns: those decisions. Leaves axes to tile-region.ts, the proof that a mask hides keys to tile-bounds.ts, the loops to tile-loops.ts.
import { sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/graph.ts';
import { Bounds, isZero, LARGEST, type Range, VANISHING } from './tile-bounds.ts';
import { type Region, type RegionAxes, reducedAxes } from './tile-region.ts';

/** What decides whether and how scores are cut. */
export interface TileLimits {
  /** Fewer scores are left as they are: they stay in cache, and computing them again would cost more than it saves. */
  readonly least: number;
  /** Scores that are in work at a time. */
  readonly most: number;
  /** Blocks of fewer queries make thin products. */
  readonly queries: number;
  /** Pieces of queries that see different keys are of so many at least. */
  readonly piece: number;
}
/** Loops of fewer runs leave threads without work. */
const FEWEST_RUNS = 16;
/** Pieces that see different keys are programs of their own. */
const MOST_PIECES = 8;

/** A loop: over all of each of some axes, or over blocks of one. */
export interface Runs {
  readonly kind: 'runs';
  readonly axes: readonly number[];
  readonly runs: number;
  /** What a run sees of each of the axes. */
  readonly left: number;
}
/** Parts of different sizes, one after the other: from where to where along the axes that are cut, and the loops in each. */
export interface Pieces {
  readonly kind: 'pieces';
  readonly pieces: readonly { readonly where: ReadonlyMap<number, Range>; readonly loops: readonly Loop[] }[];
}
export type Loop = Runs | Pieces;

/** The loops of a region, the outermost first; none where it cannot be cut. */
export const loopsOf = (region: Region, axes: RegionAxes, limits: TileLimits): readonly Loop[] =>
  new Cut(region, axes, limits).loops();

class Cut {
  readonly #region: Region;
  readonly #axes: RegionAxes;
  readonly #limits: TileLimits;
  readonly #extents = new Map<number, number>();
  /** The node with the most values: those of the pairs. */
  readonly #pairs: Node;
  readonly #inside: ReadonlySet<Node>;

  constructor(region: Region, axes: RegionAxes, limits: TileLimits) {
    this.#region = region;
    this.#axes = axes;
    this.#limits = limits;
    this.#inside = new Set(region.nodes);
    const size = (node: Node) => sizeOf(node.outputs[0]!.dims);
    const products = region.nodes.filter(
      (node) => node.primitive!.kind === 'contract' && !region.results.includes(node),
    );
    this.#pairs = products.reduce((most, node) => (size(node) > size(most) ? node : most), products[0]!);
    this.#pairs.outputs[0]!.dims.forEach((n, i) => {
      this.#extents.set(axes.of(this.#pairs)[i]!, n);
    });
  }

  loops(): readonly Loop[] {
    const limit = this.#limits.most;
    const long = [...this.#extents].filter(([axis, n]) => n > 1 && this.#isBatch(axis) && this.#mayCut(axis));
    const loops: Runs[] = [];
    let left = sizeOf(this.#pairs.outputs[0]!.dims);
    // Batches and heads, as one loop where operands and results have both or neither; those that results sum over come last, for
    // the runs of the others need nothing of one another.
    for (const use of ['apart', 'summed']) {
      let axes: number[] = [];
      let runs = 1;
      for (const [axis, n] of long) {
        if (this.#axes.use(axis) !== use) continue;
        if ((use === 'summed' || runs >= FEWEST_RUNS) && left <= limit) break;
        const joined = [...axes, axis];
        if (axes.length > 0 && !this.#together(joined)) {
          loops.push({ kind: 'runs', axes, runs, left: 1 });
          axes = [axis];
          runs = n;
        } else {
          axes = joined;
          runs *= n;
        }
        left /= n;
      }
      if (axes.length > 0) loops.push({ kind: 'runs', axes, runs, left: 1 });
    }
    // A single matrix is cut in any case.
    const most = loops.length > 0 ? limit : Math.min(limit, left / 2);
    return [...loops, ...this.#ofRows(left, most)];
  }

  /** Blocks of the rows: not along the axis that softmax sums over. */
  #ofRows(scores: number, most: number): readonly Loop[] {
    const matrix = [...this.#extents].filter(([axis, n]) => n > 1 && !this.#isBatch(axis));
    const rows = matrix.find(([axis]) => this.#mayCut(axis));
    if (!rows) return [];
    const [axis, n] = rows;
    const others = matrix.filter(([other]) => other !== axis);
    const columns = others.length === 1 ? others[0]! : null;
    const pieces = columns && this.#piecesThatSee(rows, columns);
    if (!pieces) return this.#blocks(axis, [0, n], scores, most);
    return [
      {
        kind: 'pieces',
        pieces: pieces.map(({ where, share }) => {
          const [from, to] = where.get(axis)!;
          return { where, loops: this.#blocks(axis, [0, to - from], scores * share * ((to - from) / n), most) };
        }),
      },
    ];
  }

  /** Equal blocks of a stretch of rows with so many scores, and what they leave over. */
  #blocks(axis: number, [from, to]: Range, scores: number, most: number): readonly Loop[] {
    const n = to - from;
    if (scores <= most) return [];
    const largest = Math.min(n - 1, Math.max(this.#limits.queries, Math.floor((most / scores) * n)));
    const even = largestDivisor(n, largest);
    if (2 * even >= largest && even >= this.#limits.queries)
      return [{ kind: 'runs', axes: [axis], runs: n / even, left: even }];
    const size = Math.ceil(n / Math.ceil(n / largest));
    const whole = Math.floor(n / size);
    const rest = n - whole * size;
    if (n < 2 * this.#limits.queries || size < 1 || rest === 0) return [];
    const runs: Runs = { kind: 'runs', axes: [axis], runs: whole, left: size };
    return [
      {
        kind: 'pieces',
        pieces: [
          { where: new Map([[axis, [from, from + whole * size]]]), loops: whole > 1 ? [runs] : [] },
          { where: new Map([[axis, [from + whole * size, to]]]), loops: [] },
        ],
      },
    ];
  }

  /** Stretches of rows with the columns that are not hidden from all of them, and their share of all; null where nothing is. */
  #piecesThatSee(
    [rows, n]: readonly [number, number],
    [columns, width]: readonly [number, number],
  ): { readonly where: ReadonlyMap<number, Range>; readonly share: number }[] | null {
    const { queries, piece } = this.#limits;
    const count = Math.min(MOST_PIECES, Math.floor(n / piece));
    if (count < 2) return null;
    const size = Math.ceil(n / count / queries) * queries;
    const stretches: Range[] = [];
    for (let from = 0; from < n; from += size) stretches.push([from, Math.min(n, from + size)]);
    const hides = (stretch: Range, hidden: Range, seen = this.#leastSeen(rows, columns, stretch)): boolean =>
      seen !== null && this.#hides(rows, stretch, columns, hidden, seen);
    const [first, last] = [stretches[0]!, stretches.at(-1)!];
    if (!hides(first, [width - 1, width]) && !hides(last, [0, 1])) return null;
    /** The fewest of `queries` columns for which something holds that holds for all larger numbers. */
    const least = (holds: (at: number) => boolean): number => {
      let [no, yes] = [0, Math.ceil(width / queries)];
      while (yes - no > 1) {
        const middle = (no + yes) >> 1;
        if (holds(middle * queries)) yes = middle;
        else no = middle;
      }
      return Math.min(width, yes * queries);
    };
    return stretches.map((stretch) => {
      const seen = this.#leastSeen(rows, columns, stretch);
      const to = least((at) => at >= width || hides(stretch, [at, width], seen));
      const from = width - least((at) => at >= width || hides(stretch, [0, width - at], seen));
      const where = new Map<number, Range>([
        [rows, stretch],
        [columns, [Math.min(from, to - 1), to]],
      ]);
      return { where, share: (to - Math.min(from, to - 1)) / width };
    });
  }

  /**
   * Whether some columns add nothing to what is read of some rows: all that is summed of them is zero, and no score is so large as
   * `seen`, which every row has among the others. Where a row saw nothing, its hidden columns would share its probability.
   */
  #hides(rows: number, stretch: Range, columns: number, hidden: Range, seen: readonly number[]): boolean {
    const bounds = this.#bounds(rows, stretch, columns, hidden);
    const below = this.#region.maxima.every((node, i) => {
      const range = bounds.of(node.inputs[0]!.node);
      return range !== null && range[1] < seen[i]! - VANISHING;
    });
    return below && this.#region.nodes.every((node) => this.#addsNothing(node, columns, bounds));
  }

  #addsNothing(node: Node, columns: number, bounds: Bounds): boolean {
    const { primitive, inputs } = node;
    if (this.#region.maxima.includes(node)) return true;
    const crossing = inputs.flatMap((_, i) => (this.#axes.ofOperand(node, i).includes(columns) ? [i] : []));
    const isResult = this.#region.results.includes(node);
    if (crossing.length === 0) return true;
    if (primitive!.kind === 'reduce' || (primitive!.kind === 'contract' && isResult))
      return primitive!.combine === 'add' && crossing.some((operand) => isZero(bounds.ofOperand(node, operand)));
    return !isResult || isZero(bounds.of(node));
  }

  /** By largest of rows, what every row of a stretch has among its scores at least; null where a row may see nothing. */
  #leastSeen(rows: number, columns: number, stretch: Range): readonly number[] | null {
    const width = this.#extents.get(columns)!;
    const candidates = [0, stretch[0], stretch[1] - 1, width - 1].filter((column) => column < width);
    const seen = this.#region.maxima.map((node) => {
      const scores = node.inputs[0]!.node;
      const reduced = reducedAxes(node).map((axis) => this.#axes.of(scores)[axis]!);
      if (!this.#inside.has(scores) || reduced.length !== 1 || reduced[0] !== columns) return Number.NEGATIVE_INFINITY;
      const least = candidates.map(
        (column) =>
          this.#bounds(rows, stretch, columns, [column, column + 1]).of(scores)?.[0] ?? Number.NEGATIVE_INFINITY,
      );
      return Math.max(...least);
    });
    if (seen.every((least) => least >= -LARGEST)) return seen;
    // No key is seen by all of them; by half of them, perhaps.
    const [from, to] = stretch;
    if (to - from < 2) return null;
    const middle = (from + to) >> 1;
    const [before, after] = [
      this.#leastSeen(rows, columns, [from, middle]),
      this.#leastSeen(rows, columns, [middle, to]),
    ];
    return before && after && before.map((least, i) => Math.min(least, after[i]!));
  }

  #bounds(rows: number, stretch: Range, columns: number, part: Range): Bounds {
    const where = new Map([
      [rows, stretch],
      [columns, part],
    ]);
    return new Bounds(this.#axes, this.#inside, where);
  }

  /** Whether an axis names products of their own. */
  #isBatch(axis: number): boolean {
    const { inputs } = this.#pairs;
    return inputs.every((_, operand) => this.#axes.ofOperand(this.#pairs, operand).includes(axis));
  }

  /** Whether operands and results have all of these axes, or none. */
  #together(axes: readonly number[]): boolean {
    const whole = (own: readonly number[]) =>
      axes.every((axis) => own.includes(axis)) || !axes.some((axis) => own.includes(axis));
    return (
      this.#axes.leaves.every(({ node, operand }) => whole(this.#axes.ofOperand(node, operand))) &&
      this.#region.results.every((node) => whole(this.#axes.of(node)))
    );
  }

  /** Whether an axis can be cut, and every result has it or sums over it. */
  #mayCut(axis: number): boolean {
    if (this.#axes.use(axis) === 'mixed') return false;
    return this.#region.results.every(
      (node) =>
        this.#axes.of(node).includes(axis) ||
        node.inputs.every((_, operand) => this.#axes.ofOperand(node, operand).includes(axis)),
    );
  }
}

/** The largest divisor of `n` up to `most`. */
function largestDivisor(n: number, most: number): number {
  let divisor = Math.max(1, most);
  while (n % divisor !== 0) divisor--;
  return divisor;
}
