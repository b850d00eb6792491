// Attention without its scores in memory: what is made of queries, keys and values by way of a value for each pair of a query and a
// key becomes a loop over parts of it, forward and backward, whose scores stay in cache. The backward part computes them again.
// Owns: finding such parts of a graph, by what is computed of a product's result and who reads it; masks, biases, scales and whatever
// else is elementwise come along. Leaves axes to tile-region.ts, loops to tile-loops.ts.
import { dtypes } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import { sharesAll } from '../base/threads.ts';
import { Graph, type GraphValue, type Node } from '../graph/graph.ts';
import { primitive } from '../primitives/registry.ts';
import { kindOf } from './fuse.ts';
import { simplify } from './simplify.ts';
import type { TileLimits } from './tile-cut.ts';
import { tileRegion } from './tile-loops.ts';
import { positionsOf, separatePositions } from './tile-positions.ts';
import { isMoved, isSpread, type Region, RegionAxes } from './tile-region.ts';

const USUAL: TileLimits = { least: 1 << 20, most: 1 << 18, queries: 16, piece: 64 };
/** To test with every program there is. */
const SMALL: TileLimits = { least: 1, most: 64, queries: 2, piece: 2 };

/** A graph in which scores are made in parts. */
export function tileAttention(graph: Graph, limits: TileLimits = sharesAll() ? SMALL : USUAL): Graph {
  if (!graph.liveNodes().some((node) => makesScores(node, limits.least))) return graph;
  let tiled = separatePositions(graph);
  let found = false;
  // Products that turned out to be none of an attention, counted from the first.
  for (let passed = 0; ; ) {
    const seeds = tiled.liveNodes().filter((node) => makesScores(node, limits.least));
    const seed = seeds[passed];
    if (!seed) return found ? simplify(tiled) : graph;
    // Random bits are made in parts, where those are stretches of them.
    const better = tileScores(tiled, seed, limits, true) ?? tileScores(tiled, seed, limits, false);
    if (better) [tiled, found] = [better, true];
    else passed++;
  }
}

/** Whether a node is a product with a value for each pair of many rows with many columns. */
function makesScores(node: Node, least: number): boolean {
  if (node.primitive?.kind !== 'contract') return false;
  const [value] = node.outputs as [GraphValue];
  const floating = dtypes[value.dtype].kind === 'float';
  return floating && sizeOf(value.dims) >= least && kindOf(node) !== 'host';
}

const isElementwise = ({ primitive }: Node): boolean => primitive?.kind === 'map' && primitive.pointwise;

/** What is made of a product's result, and by whom it is used up. */
class Scores {
  /** Values for each pair. */
  readonly pairs = new Set<Node>();
  /** Values for each row, made of those: the largest of a row, its sum. */
  readonly rows = new Set<Node>();
  /** What is made of them in the end: products with values for each pair, sums of those over batches, heads or all. */
  readonly ends = new Set<Node>();
  /** The pairs that others read, as they are. */
  readonly kept = new Set<Node>();

  constructor(nodes: readonly Node[], seed: Node, outputs: ReadonlySet<GraphValue>) {
    this.pairs.add(seed);
    for (const node of nodes) {
      if (node === seed || node.kind !== 'apply') continue;
      const readsPairs = node.inputs.some((input) => this.pairs.has(input.node));
      if (readsPairs) {
        if (isElementwise(node) || isMoved(node)) this.pairs.add(node);
        else if (node.primitive!.kind === 'contract') this.ends.add(node);
        else if (node.primitive!.kind === 'reduce' && node.inputs.length === 1) this.rows.add(node);
        else for (const { node: input } of node.inputs) if (this.pairs.has(input)) this.kept.add(input);
      } else if (node.inputs.some((input) => this.rows.has(input.node)) && this.#isOfRows(node)) this.rows.add(node);
    }
    for (const node of this.pairs) if (outputs.has(node.outputs[0]!)) this.kept.add(node);
    this.#findSums(nodes);
  }

  /** Of reductions only those are values of rows that are spread over the pairs again. */
  #findSums(nodes: readonly Node[]): void {
    const feeding = new Set<Node>();
    for (const node of [...nodes].reverse()) {
      const feeds = this.pairs.has(node) || feeding.has(node);
      if (feeds) for (const { node: input } of node.inputs) feeding.add(input);
      else if (this.rows.delete(node) && node.inputs.some((input) => this.pairs.has(input.node))) this.ends.add(node);
    }
  }

  /** Whether a value is made of values of rows, and numbers, alone. */
  #isOfRows(node: Node): boolean {
    if (isMoved(node)) return true;
    return isElementwise(node) && node.inputs.every((input) => this.rows.has(input.node) || isNumber(input));
  }
}

const isNumber = ({ node }: GraphValue): boolean =>
  node.kind === 'constant' ? node.data!.length === 1 : (isSpread(node) || isMoved(node)) && isNumber(node.inputs[0]!);

function tileScores(graph: Graph, seed: Node, limits: TileLimits, withBits: boolean): Graph | null {
  const nodes = graph.liveNodes();
  const positions = positionsOf(graph);
  const outputs = new Set(graph.outputs);
  const scores = new Scores(nodes, seed, outputs);
  if (scores.ends.size === 0) return null;
  // How many products with pairs a value depends on, one after the other: the backward pass comes after the forward one.
  const levels = new Map<Node, number>();
  for (const node of nodes) {
    const level = node.inputs.reduce((most, input) => Math.max(most, levelAfter(input.node)), 0);
    levels.set(node, level);
  }
  function levelAfter(node: Node): number {
    return levels.get(node)! + (scores.ends.has(node) ? 1 : 0);
  }
  // Gradients for each pair may be wanted as they are; probabilities would be computed twice.
  for (const node of scores.kept) if (levels.get(node) === 0) return null;
  const stages: Node[][] = [];
  for (const end of scores.ends) {
    const level = levels.get(end)!;
    stages[level] = [...(stages[level] ?? []), end];
  }
  const used = stages.filter((ends) => ends !== undefined);
  const mayEnter = (node: Node): boolean =>
    kindOf(node) !== 'host' &&
    (isElementwise(node) ||
      isMoved(node) ||
      isSpread(node) ||
      makesScores(node, limits.least) ||
      (withBits && node.primitive!.kind === 'random'));
  // What an earlier stage knows of its rows is kept.
  const knownFrom = new Map<Node, number>();
  const regions = used.map((ends, i) => {
    const inside = insideOf(ends, scores, knownFrom, positions, mayEnter);
    for (const node of inside ?? []) if (scores.rows.has(node)) knownFrom.set(node, i);
    return inside;
  });
  if (!sumsExponentials(scores) || !regions.every((inside) => inside && hasExponentials(inside))) return null;
  const order = new Map(nodes.map((node, i) => [node, i]));
  const read = new Set<Node>();
  for (const node of nodes) {
    const homes = regions.filter((inside) => inside!.has(node));
    for (const { node: input } of node.inputs)
      if (homes.length === 0 || homes.some((inside) => !inside!.has(input))) read.add(input);
  }
  for (const output of graph.outputs) read.add(output.node);
  const maxima = [...scores.rows].filter(({ primitive, inputs }) => {
    return primitive!.kind === 'reduce' && primitive!.combine === 'max' && scores.pairs.has(inputs[0]!.node);
  });
  const parts = regions.map((inside, i): Region => {
    const members = [...inside!].sort((a, b) => order.get(a)! - order.get(b)!);
    const own = levels.get(used[i]![0]!)!;
    const results = members.filter(
      (node) =>
        scores.ends.has(node) ||
        (scores.kept.has(node) && levels.get(node) === own) ||
        (knownFrom.get(node) === i && read.has(node)),
    );
    return { nodes: members, results, maxima };
  });
  // Nothing of the pairs may be left for others to read.
  const made = new Set(parts.flatMap(({ results }) => results));
  const inAny = new Set(parts.flatMap(({ nodes: members }) => members));
  for (const node of nodes) {
    if (inAny.has(node)) continue;
    if (
      node.inputs.some(
        (input) => (scores.pairs.has(input.node) || scores.rows.has(input.node)) && !made.has(input.node),
      )
    )
      return null;
  }
  return replaceRegions(graph, parts, nodes, limits);
}

/** All that is computed on the way to the ends of a stage; null where something of it cannot be computed in parts. */
function insideOf(
  ends: readonly Node[],
  { pairs, rows, ends: allEnds }: Scores,
  known: ReadonlyMap<Node, number>,
  positions: ReadonlySet<Node>,
  mayEnter: (node: Node) => boolean,
): Set<Node> | null {
  const inside = new Set<Node>(ends);
  const waiting: Node[] = [];
  const enter = (node: Node): void => {
    if (!inside.has(node)) waiting.push(node);
    inside.add(node);
  };
  for (const end of ends) {
    const operands = end.inputs.filter((input) => pairs.has(input.node));
    if (operands.length !== 1) return null;
    enter(operands[0]!.node);
  }
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (kindOf(node) === 'host') return null;
    // Products are made of what lies in memory.
    if (node.primitive!.kind === 'contract') {
      if (node.inputs.some((input) => pairs.has(input.node))) return null;
      continue;
    }
    // What is spread over the pairs, or belongs to rows, is read as it is.
    const small = rows.has(node) || isSpread(node);
    if (node.primitive!.kind === 'random') continue;
    for (const { node: input } of node.inputs) {
      if (input.kind !== 'apply' || allEnds.has(input)) continue;
      if (pairs.has(input)) enter(input);
      else if (rows.has(input)) {
        if (!known.has(input)) enter(input);
      } else if (positions.has(input) || (!small && mayEnter(input))) enter(input);
    }
  }
  return inside;
}

const isExponential = (node: Node): boolean => node.primitive === primitive('exp');
const hasExponentials = (inside: ReadonlySet<Node>): boolean => [...inside].some(isExponential);

/**
 * Whether the scores are an attention's: rows know the sum of their exponentials, which something may mask or scale before. A wide
 * layer with gelu, whose slope is made of exponentials too, is none.
 */
const sumsExponentials = ({ rows, pairs }: Scores): boolean =>
  [...rows].some(({ primitive, inputs }) => {
    const [summed] = inputs.map(({ node }) => node);
    if (primitive!.kind !== 'reduce' || primitive!.combine !== 'add' || !pairs.has(summed!)) return false;
    return isExponential(summed!) || summed!.inputs.some(({ node }) => pairs.has(node) && isExponential(node));
  });

/** The graph with regions made in parts. */
function replaceRegions(
  graph: Graph,
  regions: readonly Region[],
  nodes: readonly Node[],
  limits: TileLimits,
): Graph | null {
  const axes = regions.map((region) => new RegionAxes(region));
  const regionOf = new Map<Node, number>();
  regions.forEach(({ results }, i) => {
    for (const node of results) regionOf.set(node, i);
  });
  const out = new Graph();
  const values = new Map<GraphValue, GraphValue>();
  for (const parameter of graph.parameters) values.set(parameter, out.addParameter(parameter));
  const emit = (node: Node): boolean => {
    const region = regionOf.get(node);
    if (region !== undefined) {
      const made = tileRegion(out, regions[region]!, axes[region]!, (value) => values.get(value)!, limits);
      if (!made) return false;
      regions[region]!.results.forEach((result, i) => {
        values.set(result.outputs[0]!, made[i]!);
      });
      return true;
    }
    if (node.kind === 'constant') values.set(node.outputs[0]!, out.addConstant(node.data!, node.outputs[0]!));
    else if (node.kind === 'apply') {
      const inputs = node.inputs.map((input) => values.get(input)!);
      out.apply(node.primitive!, inputs, node.params, node.scope).forEach((value, i) => {
        values.set(node.outputs[i]!, value);
      });
    }
    return true;
  };
  // What a region reads may stand behind what reads its first results: everything comes after all that it needs.
  const needs = (node: Node): readonly Node[] => {
    const region = regionOf.get(node);
    return (region === undefined ? node.inputs : axes[region]!.leaves.map(({ value }) => value)).map(
      (value) => value.node,
    );
  };
  const wanted = new Set(graph.outputs.map((value) => value.node));
  for (const root of nodes) {
    if (!wanted.has(root)) continue;
    const stack = [root];
    const open = new Set<Node>();
    for (let node = stack.at(-1); node; node = stack.at(-1)) {
      const missing = values.has(node.outputs[0]!) ? [] : needs(node).filter((need) => !values.has(need.outputs[0]!));
      if (missing.length > 0) {
        // A region may have results on which its own operands depend.
        if (open.has(node)) return null;
        open.add(node);
        stack.push(...missing);
        continue;
      }
      stack.pop();
      if (!values.has(node.outputs[0]!) && !emit(node)) return null;
    }
  }
  out.outputs = graph.outputs.map((value) => values.get(value)!);
  return out;
}
