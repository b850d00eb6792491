// Convolutions with the pooling that follows, and gradients of convolutions with what pooling sends back: the values between them are
// the largest of a step, and nobody else reads them. They become one sequence, which a backend may do without storing them.
// Owns: which groups become a sequence, and its kernel. Leaves the loops of its parts to lower.ts.
import { type GraphValue, type Node, paramsOf } from '../graph/graph.ts';
import type { WindowParams } from '../primitives/functions.ts';
import { type Group, GroupGraph, isZero, type WindowsBetween } from './groups.ts';
import type { BufferUse, LoopKernel } from './loop-ir.ts';
import { type Lowered, lowerElements } from './lower.ts';

type Home = ReadonlyMap<GraphValue, GraphValue>;

export function mergeWindows(groups: readonly Group[], home: Home, outputs: readonly GraphValue[]): Group[] {
  const graph = new GroupGraph(groups, home);
  const kept = new Set(outputs.map((value) => home.get(value) ?? value));
  const readers = new Map<GraphValue, number[]>();
  graph.reads.forEach((values, i) => {
    for (const value of values.keys()) readers.set(value, [...(readers.get(value) ?? []), i]);
  });
  groups.forEach((group, i) => {
    const root = onlyRoot(group);
    const value = root?.outputs[0];
    if (!root || !value || kept.has(value) || value.dtype !== 'float32' || value.dims.length !== 4) return;
    const others = readers.get(value) ?? [];
    const roots = others.map((j) => onlyRoot(groups[j]!));
    if (others.length === 0 || !roots.every((node) => node !== undefined)) return;
    const windows = pooledBy(root, roots, home) ?? sentTo(root, roots, home);
    if (!windows || others.some((j) => !graph.mayMerge(i, j))) return;
    if (others.some((j) => others.some((k) => j !== k && graph.depends(j, k, true)))) return;
    // The largest come before their numbers.
    const parts = [root, ...roots].sort((a, b) => Number(b === root) - Number(a === root) || rank(a) - rank(b));
    let at = i;
    for (const j of others) {
      graph.merge(at, j, { kind: 'sequence', roots: parts, windows });
      at = j;
    }
  });
  return graph.groups;
}

const rank = (node: Node): number => (node.primitive!.name === 'windowMax' ? 0 : 1);
const onlyRoot = ({ kind, roots }: Group): Node | undefined =>
  (kind === 'map' || kind === 'reduce') && roots.length === 1 ? roots[0] : undefined;

/** Whether a group's root computes a convolution of stored values, and something with its elements. */
function convolutionIn(node: Node, home: Home): Node | undefined {
  if (node.primitive!.kind === 'convolution') return node;
  if (node.primitive!.kind !== 'map') return undefined;
  for (const input of node.inputs) {
    const found = home.has(input) ? undefined : convolutionIn(input.node, home);
    if (found) return found;
  }
  return undefined;
}

/** Whether windows go over rows and columns of images without gaps, overlaps or padding. */
const isPlain = ({ window, strides, dilation, low, high }: WindowParams): boolean =>
  window.length === 4 &&
  window[0] === 1 &&
  window[3] === 1 &&
  String(window) === String(strides) &&
  dilation.every((n) => n === 1) &&
  [...low, ...high].every((n) => n === 0);

/** A convolution whose results are read by a maximum over windows alone, and by the numbers of their largest. */
function pooledBy(root: Node, others: readonly Node[], home: Home): WindowsBetween | undefined {
  const value = root.outputs[0]!;
  if (!convolutionIn(root, home)) return undefined;
  const [largest] = others.filter((node) => node.primitive!.name === 'windowMax');
  const [numbers] = others.filter((node) => node.primitive!.name === 'windowArgMax');
  if (!largest || others.length !== (numbers ? 2 : 1)) return undefined;
  const params = paramsOf<WindowParams>(largest);
  /** Whether a maximum is over max(0, value), over the value itself, or over something else. */
  const rectifies = ({ inputs: [over] }: Node): boolean | undefined => {
    if (over === value) return false;
    if (home.has(over!) || over!.node.primitive?.name !== 'max') return undefined;
    const { inputs } = over!.node;
    return inputs.includes(value) && inputs.some(isZero) ? true : undefined;
  };
  const rectified = rectifies(largest);
  if (rectified === undefined || !isPlain(params)) return undefined;
  if (numbers && (rectifies(numbers) !== rectified || !sameWindows(paramsOf<WindowParams>(numbers), params)))
    return undefined;
  const positive = numbers !== undefined && paramsOf<{ readonly positive?: boolean }>(numbers).positive === true;
  return {
    ...{ kind: 'largest', value, params, rectified, positive },
    values: largest.outputs[0]!,
    numbers: numbers?.outputs[0],
  };
}

/** What windows send to their elements, where gradients of convolutions alone read it. */
function sentTo(root: Node, others: readonly Node[], home: Home): WindowsBetween | undefined {
  const value = root.outputs[0]!;
  const [numbers, values] = root.inputs as [GraphValue, GraphValue];
  const params = paramsOf<WindowParams>(root);
  if (root.primitive!.name !== 'windowSpread' || ![numbers, values].every((input) => home.has(input))) return undefined;
  if (!isPlain(params) || !others.every((node) => convolutionIn(node, home)?.inputs.includes(value))) return undefined;
  return { kind: 'sent', value, params, values, numbers, rectified: false, positive: false };
}

const sameWindows = (a: WindowParams, b: WindowParams): boolean =>
  (['window', 'strides', 'dilation', 'low', 'high'] as const).every((name) => String(a[name]) === String(b[name]));

/** The kernel of a sequence. */
export function lowerSequence({ roots, windows }: Group, home: Home, inPlace: Home): Lowered {
  const { kind, value, params, rectified, positive } = windows!;
  const buffers: GraphValue[] = [];
  const uses: BufferUse[] = [];
  const parts = roots.map((root) => {
    const lowered = lowerElements({ kind: 'map', roots: [root] }, home, inPlace);
    const kernel = lowered.kernel as LoopKernel;
    const numbers = lowered.buffers.map((buffer, i) => {
      const known = buffers.indexOf(buffer);
      const use = kernel.buffers[i]!;
      if (known < 0) {
        uses.push(use);
        return buffers.push(buffer) - 1;
      }
      if (uses[known]!.access !== use.access) uses[known] = { ...use, access: 'update' };
      return known;
    });
    return { kernel, buffers: numbers };
  });
  const numberOf = (of: GraphValue | undefined): number => (of ? buffers.indexOf(home.get(of) ?? of) : -1);
  const [, height, width, channels] = value.dims as [number, number, number, number];
  const [, down, across] = windows!.values.dims as [number, number, number, number];
  const pooling = {
    ...{ kind, height, width, channels, rectified, positive },
    window: [params.window[1]!, params.window[2]!] as const,
    windows: [down, across] as const,
    numbers: numberOf(windows!.numbers),
    values: numberOf(windows!.values),
  };
  return { kernel: { kind: 'sequence', buffers: uses, parts, between: numberOf(value), pooling }, buffers };
}
