// Decides what is computed where: which values are stored, which are computed inside their consumers, and which kernels
// have several results.
// Owns: the grouping. It reads the kinds and costs of primitives, never their names but for reshape, which moves nothing, and
// for transpose, which may be the order in which a product is stored.
// Leaves loops to lower.ts, memory to plan.ts.
import type { DType } from '../base/dtype.ts';
import { sameShape, sizeOf } from '../base/shape.ts';
import { type Graph, type GraphValue, type Node, paramsOf } from '../graph/graph.ts';
import { hasStorage } from '../primitives/storage.ts';
import { mergeRows } from './fuse-rows.ts';
import { mergeWindows } from './fuse-windows.ts';
import { elementwise, type Group, GroupGraph, type GroupKind, isReshape, readsOf } from './groups.ts';
import { isMatrixProduct, isTileable, layoutsOf } from './matrix-layout.ts';

export interface Fusion {
  readonly groups: Group[];
  /** Values that have a place in memory, and the value whose place it is (reshapes share that of their operand). */
  readonly home: ReadonlyMap<GraphValue, GraphValue>;
}

/** Recomputing an element is cheaper than storing it up to this cost. */
const CHEAP = 3;
/** The same where storing it saves no reading: its consumers would read it in place of the one other value that it is made of. */
const QUICK = 6;
/** From this cost on a value is stored before it is spread over more elements. */
const DEAR = 8;
/** The cost given to what contains a reduction: it may stand only where each element is needed once. */
const REDUCTION = 1000;
/** The cost given to what contains a product of matrices or a convolution, of which a backend makes tiles. */
const TILES = 1_000_000;
/** Products with fewer rows are cut along their columns, so that threads have enough to do, and their rows end in several threads. */
const LEAST_ROWS = 256;
/**
 * The most operations computed one inside the other: lowering and the code generators go through them by recursion, up to
 * eight times as deep where groups are merged. To store one value in so many costs nothing that can be measured.
 */
const MOST_NESTED = 50;
/** Contractions with fewer products are left to plain loops, where they fuse with their surroundings. */
const TINY_CONTRACTION = 2048;

const stored = (dtype: DType): boolean => hasStorage(dtype);

/** How the compiler treats a node. */
export function kindOf(node: Node): GroupKind {
  const primitive = node.primitive!;
  const specs = [...node.inputs, ...node.outputs];
  if (!specs.every((spec) => stored(spec.dtype))) return 'host';
  switch (primitive.kind) {
    case 'map':
      return primitive.lowers(node.inputs, node.params) ? 'map' : 'host';
    case 'reduce':
      return 'reduce';
    case 'contract':
      return isLargeContraction(node) && isMatrixProduct(node) ? 'contract' : 'reduce';
    case 'convolution':
      return 'reduce';
    case 'scatter':
      return 'scatter';
    case 'random':
      return 'random';
    case 'control':
      return 'control';
    default:
      return 'host';
  }
}

/** Whether a contraction is worth a kernel of its own. */
export const isLargeContraction = (node: Node): boolean =>
  node.kind === 'apply' &&
  node.primitive!.kind === 'contract' &&
  [...node.inputs, ...node.outputs].every(({ dtype }) => dtype === 'float32') &&
  products(node) >= TINY_CONTRACTION;

function products(node: Node): number {
  const primitive = node.primitive!;
  if (primitive.kind !== 'contract') return 0;
  return primitive.loops(node.inputs, node.params).reduce((a, b) => a * b, 1) * sizeOf(node.outputs[0]!.dims);
}

const isMovement = (node: Node): boolean => node.primitive!.kind === 'map' && node.primitive!.cost === 0;
/** How often a consumer reads one element of an input, at most, beyond once. */
function amplifies(consumer: Node, input: GraphValue): boolean {
  const primitive = consumer.primitive!;
  if (primitive.kind === 'map') {
    // Broadcasting and gathering read elements again and again.
    return (
      sizeOf(consumer.outputs[0]!.dims) > sizeOf(input.dims) &&
      !(
        primitive.cost > 0 &&
        consumer.inputs.length > 1 &&
        sizeOf(consumer.outputs[0]!.dims) === consumer.inputs.reduce((sum, other) => sum + sizeOf(other.dims), 0)
      )
    );
  }
  if (primitive.kind === 'reduce') {
    const loops = primitive.loops(consumer.inputs, consumer.params).reduce((a, b) => a * b, 1);
    return loops * sizeOf(consumer.outputs[0]!.dims) > sizeOf(input.dims);
  }
  return primitive.kind === 'contract' || primitive.kind === 'convolution';
}

/** With `apart` every node is a group of its own: what the fuzzer compares with. */
export function fuse(graph: Graph, apart = false): Fusion {
  const nodes = graph.liveNodes();
  const consumers = new Map<GraphValue, Set<Node>>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      let set = consumers.get(input);
      if (!set) consumers.set(input, (set = new Set()));
      set.add(node);
    }
  }
  const outputs = new Set(graph.outputs);
  const kinds = new Map<Node, GroupKind>();
  for (const node of nodes) if (node.kind === 'apply') kinds.set(node, kindOf(node));
  const home = new Map<GraphValue, GraphValue>();
  const weights = new Map<GraphValue, number>();
  /** How many operations stand one inside the other where a value is computed in its consumers; 0 where it is stored. */
  const nested = new Map<GraphValue, number>();
  const depthOf = (node: Node): number =>
    1 + node.inputs.reduce((deepest, input) => Math.max(deepest, nested.get(input) ?? 0), 0);
  const groups: Group[] = [];

  for (const node of nodes) {
    if (node.kind !== 'apply') {
      home.set(node.outputs[0]!, node.outputs[0]!);
      weights.set(node.outputs[0]!, 0);
      continue;
    }
    const kind = kinds.get(node)!;
    const value = node.outputs[0]!;
    if (!apart && isReshape(node) && kind === 'map' && home.has(node.inputs[0]!)) {
      home.set(value, home.get(node.inputs[0]!)!);
      weights.set(value, 0);
      continue;
    }
    if (kind === 'map' || kind === 'reduce') {
      const own =
        kind === 'reduce'
          ? makesTiles(node)
            ? TILES
            : REDUCTION
          : (node.primitive as { cost: number }).cost +
            node.inputs.reduce((sum, input) => sum + weights.get(input)!, 0);
      const depth = depthOf(node);
      if (
        !apart &&
        !outputs.has(value) &&
        depth < MOST_NESTED &&
        canInline(node, value, own, kind) &&
        !endsOthers(value, own)
      ) {
        weights.set(value, own);
        nested.set(value, depth);
        continue;
      }
    }
    if (!apart && kind === 'contract' && !outputs.has(value) && takesBias(node, value)) {
      weights.set(value, TILES);
      nested.set(value, depthOf(node));
      continue;
    }
    for (const output of node.outputs) {
      home.set(output, output);
      weights.set(output, 0);
    }
    groups.push({ kind, roots: [node] });
  }

  /** Who reads a value, also in another shape. */
  function readersOf(value: GraphValue): Node[] {
    const readers: Node[] = [];
    const waiting = [value];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      for (const user of consumers.get(next) ?? []) {
        if (isReshape(user)) waiting.push(user.outputs[0]!);
        else readers.push(user);
      }
    }
    return readers;
  }

  /** Whether what follows a matrix product is done on its tiles; not where the next loop over the result does it for nothing. */
  function takesBias(node: Node, value: GraphValue): boolean {
    const [user, other] = [...(consumers.get(value) ?? [])];
    if (!user || other || kinds.get(user) !== 'map') return false;
    const next = readersOf(user.outputs[0]!);
    const reordered = (consumer: Node) => next.length === 1 && isTransposed(consumer, node);
    if (next.some((consumer) => kinds.get(consumer) === 'map' && !reordered(consumer))) return false;
    return rowsOf(node) >= LEAST_ROWS && isTileable(node) && canInline(node, value, TILES, 'reduce');
  }

  function canInline(node: Node, value: GraphValue, weight: number, kind: GroupKind): boolean {
    const users = [...(consumers.get(value) ?? [])];
    if (users.length === 0) return false;
    // What is stored in another shape anyway.
    if (users.length > 1 && users.some((user) => isReshape(user) && isOperand(user.outputs[0]!))) return false;
    for (const user of users) {
      const userKind = kinds.get(user)!;
      if (userKind !== 'map' && userKind !== 'reduce' && userKind !== 'scatter') return false;
      // Updates and indices of a scatter are read row by row; what is copied is read once.
      if (weight >= REDUCTION && !(userKind === 'map' && elementwise(user)) && !stores(user, node)) return false;
      // Tiles are finished where they lie: what is as large as the result is not read meanwhile.
      if (weight >= TILES && user.inputs.some((other) => other !== value && readsAll(other, sizeOf(value.dims))))
        return false;
      if (weight >= DEAR && amplifies(user, value)) return false;
      // A sum of products reads each operand many times; large ones read matrices as they lie.
      const { kind: primitiveKind } = user.primitive!;
      if (isLargeContraction(user)) return false;
      if ((primitiveKind === 'contract' || primitiveKind === 'convolution') && weight > 0) return false;
    }
    if (kind === 'reduce') return users.length === 1;
    if (isMovement(node) && weight < CHEAP) return true;
    return users.length === 1 || weight <= (readsOne(value, sizeOf(value.dims)) ? QUICK : CHEAP);
  }

  /** Whether a large product reads a value. */
  function isOperand(value: GraphValue): boolean {
    return [...(consumers.get(value) ?? [])].some(isLargeContraction);
  }

  /** Whether computing a value reads no more than one other that is as large, so that storing it saves no reading. */
  function readsOne(value: GraphValue, size: number): boolean {
    const found = new Set<GraphValue>();
    const visit = (input: GraphValue): void => {
      const at = home.get(input);
      if (!at) for (const other of input.node.inputs) visit(other);
      else if (sizeOf(at.dims) >= size) found.add(at);
    };
    for (const input of value.node.inputs) visit(input);
    return found.size <= 1;
  }

  /**
   * Whether a dear value is made of two others or more that nothing else needs by the time it is read, as a derivative is that only
   * waits for the gradient to be multiplied with: made early, one array is kept and read instead of several.
   */
  function endsOthers(value: GraphValue, weight: number): boolean {
    const [user] = consumers.get(value)!;
    if (weight < DEAR || weight >= REDUCTION || !elementwise(user!)) return false;
    const [own, found] = [new Set<Node>(), new Set<GraphValue>()];
    const visit = ({ node }: GraphValue): void => {
      if (own.has(node)) return;
      own.add(node);
      for (const input of node.inputs) {
        const at = home.get(input);
        if (!at) visit(input);
        else if (sizeOf(at.dims) >= sizeOf(value.dims)) found.add(at);
      }
    };
    visit(value);
    if (found.size < 2 || [...found].some(({ node }) => node.kind !== 'apply')) return false;
    const before = ancestorsOf(user!.inputs.filter((other) => other !== value));
    return [...found].every((each) => readersOf(each).every((reader) => own.has(reader) || before.has(reader)));
  }

  /** Whether a node only says in which order of its axes the result of a contraction, with what is added to it, is stored. */
  function stores(user: Node, node: Node): boolean {
    if (isLargeContraction(node)) return isTransposed(user, node);
    const product = elementwise(node) && node.inputs.find((input) => !home.has(input) && weights.get(input)! >= TILES);
    return product ? stores(user, product.node) : false;
  }

  /** Whether computing a value reads another that is at least so large, or sums something up. */
  function readsAll(value: GraphValue, size: number): boolean {
    if (home.has(value)) return sizeOf(value.dims) >= size;
    return value.node.primitive?.kind !== 'map' || value.node.inputs.some((input) => readsAll(input, size));
  }

  if (apart) return { groups, home };
  const siblings = dropInner(mergeSiblings(groups, home), home, outputs, consumers);
  return { groups: mergeWindows(mergeRows(siblings, home), home, graph.outputs), home };
}

/** All nodes that values are made with. */
function ancestorsOf(values: readonly GraphValue[]): Set<Node> {
  const found = new Set<Node>();
  const waiting = values.map(({ node }) => node);
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) waiting.push(input.node);
  }
  return found;
}

const makesTiles = (node: Node): boolean => node.primitive!.kind === 'convolution' || isLargeContraction(node);

/** The rows of a matrix product. */
const rowsOf = (node: Node): number => layoutsOf(node).left!.free.extent;

/** Whether a node exchanges the axes of a contraction in a way in which its tiles can be stored. */
const isTransposed = (user: Node, node: Node): boolean =>
  user.primitive!.name === 'transpose' &&
  isTileable(node, paramsOf<{ readonly permutation: readonly number[] }>(user).permutation);

/** Results of merged groups that only their own group reads are not stored. */
function dropInner(
  groups: readonly Group[],
  home: Map<GraphValue, GraphValue>,
  outputs: ReadonlySet<GraphValue>,
  consumers: ReadonlyMap<GraphValue, ReadonlySet<Node>>,
): Group[] {
  const readers = new Map<GraphValue, number>();
  for (const group of groups)
    for (const value of readsOf(group, home).keys()) readers.set(value, (readers.get(value) ?? 0) + 1);
  return groups.map((group) => {
    if (group.kind !== 'map' || group.roots.length < 2) return group;
    const own = readsOf(group, home);
    const inner = group.roots.filter((root) => {
      const value = root.outputs[0]!;
      const users = [...(consumers.get(value) ?? [])];
      return own.has(value) && readers.get(value) === 1 && !outputs.has(value) && !users.some(isReshape);
    });
    for (const root of inner) home.delete(root.outputs[0]!);
    return inner.length === 0 ? group : { ...group, roots: group.roots.filter((root) => !inner.includes(root)) };
  });
}

/** Whether a group's expressions contain a reduction. */
function hasReduction(group: Group, home: ReadonlyMap<GraphValue, GraphValue>): boolean {
  const seen = new Set<GraphValue>();
  const visit = (value: GraphValue): boolean => {
    if (home.has(value) || seen.has(value)) return false;
    seen.add(value);
    return value.node.primitive!.kind !== 'map' || value.node.inputs.some(visit);
  };
  return group.roots.some((root) => root.inputs.some(visit));
}

/** The largest number of results of one kernel. */
const MOST_ROOTS = 8;

/**
 * Merges map groups over the same elements that read the same values, or one of which reads the other's result: an
 * optimizer's moments and parameter become one loop.
 */
function mergeSiblings(groups: readonly Group[], home: ReadonlyMap<GraphValue, GraphValue>): Group[] {
  const graph = new GroupGraph(groups, home);
  const mergeable = groups.map(
    (group) => group.kind === 'map' && !hasReduction(group, home) && sizeOf(group.roots[0]!.outputs[0]!.dims) > 1,
  );
  const bySize = new Map<number, number[]>();
  for (let j = 0; j < groups.length; j++) {
    if (!mergeable[j]) continue;
    const dims = groups[j]!.roots[0]!.outputs[0]!.dims;
    const size = sizeOf(dims);
    const candidates = bySize.get(size) ?? [];
    for (const candidate of candidates.slice(-6).reverse()) {
      const i = graph.resolve(candidate);
      const earlier = graph.at(i);
      const later = graph.at(j)!;
      if (
        !earlier ||
        i === j ||
        !sameShape(earlier.roots[0]!.outputs[0]!.dims, dims) ||
        earlier.roots.length + later.roots.length > MOST_ROOTS
      )
        continue;
      const theirs = new Set(earlier.roots.flatMap((root) => root.outputs));
      let shares = false;
      let legal = true;
      for (const [value, how] of graph.reads[j]!) {
        if (theirs.has(value)) {
          shares = true;
          if (how !== 'same') legal = false;
        } else if (graph.reads[i]!.has(value) && sizeOf(value.dims) === size) shares = true;
      }
      // A group that was merged stands later than it did: the other may need it.
      if (shares && legal && graph.mayMerge(i, j))
        graph.merge(i, j, { kind: 'map', roots: [...earlier.roots, ...later.roots] });
    }
    candidates.push(j);
    bySize.set(size, candidates);
  }
  return graph.groups;
}
