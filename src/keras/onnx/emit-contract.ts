// Matrix products, convolutions and windows as ONNX operators.
// Owns: the way from channels-last to ONNX's channels-first, and which products are a plain MatMul.
import type { Dims } from '../../base/shape.ts';
import { type GraphValue, type Node, paramsOf } from '../../graph/graph.ts';
import { dotFree } from '../../primitives/contract/dot-general.ts';
import type { ConvolutionParams, DotDimensions, WindowParams } from '../../primitives/functions.ts';
import type { OnnxBlock } from './builder.ts';

const range = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);

function dotGeneral(block: OnnxBlock, node: Node): void {
  const [a, b] = node.inputs as readonly [GraphValue, GraphValue];
  const p = paramsOf<DotDimensions>(node);
  const [left, right] = [block.full(a), block.full(b)];
  const batch = p.lhsBatch.length;
  const plain =
    p.lhsContract.length === 1 &&
    p.lhsContract[0] === a.dims.length - 1 &&
    p.lhsBatch.every((axis, i) => axis === i) &&
    p.rhsBatch.every((axis, i) => axis === i) &&
    b.dims.length === batch + 2 &&
    (batch === 0 || a.dims.length === batch + 2);
  if (plain) {
    const last = b.dims.length - 1;
    const turned = p.rhsContract[0] === last ? block.transpose(right, [...range(batch), last, last - 1]) : right;
    return block.set(node.outputs[0]!, block.node('MatMul', [left, turned]));
  }
  const free = dotFree(a, b, p);
  let next = 0;
  const letter = (): string => String.fromCharCode(97 + next++);
  const [lhs, rhs]: [string[], string[]] = [[], []];
  p.lhsBatch.forEach((axis, i) => {
    lhs[axis] = rhs[p.rhsBatch[i]!] = letter();
  });
  p.lhsContract.forEach((axis, i) => {
    lhs[axis] = rhs[p.rhsContract[i]!] = letter();
  });
  for (const axis of free.lhs) lhs[axis] = letter();
  for (const axis of free.rhs) rhs[axis] = letter();
  const out = [
    ...p.lhsBatch.map((axis) => lhs[axis]!),
    ...free.lhs.map((axis) => lhs[axis]!),
    ...free.rhs.map((axis) => rhs[axis]!),
  ];
  const equation = `${lhs.join('')},${rhs.join('')}->${out.join('')}`;
  block.set(node.outputs[0]!, block.node('Einsum', [left, right], { equation }));
}

/** (batch, …spatial, channels) to (batch, channels, …spatial). */
const channelsFirst = (rank: number): number[] => [0, rank - 1, ...range(rank - 2, 1)];
const channelsLast = (rank: number): number[] => [0, ...range(rank - 2, 2), 1];
/** (…spatial, inputs, outputs) to (outputs, inputs, …spatial). */
const filterFirst = (rank: number): number[] => [rank - 1, rank - 2, ...range(rank - 2)];

function convolution(block: OnnxBlock, node: Node): void {
  const [x, filter] = node.inputs as readonly [GraphValue, GraphValue];
  const { strides, dilation, low, high, groups } = paramsOf<ConvolutionParams>(node);
  const rank = x.dims.length;
  let image = block.transpose(block.full(x), channelsFirst(rank));
  let pads = [...low, ...high];
  if (pads.some((n) => n < 0)) {
    image = block.node('Pad', [image, block.file.integers([0, 0, ...low, 0, 0, ...high])]);
    pads = pads.map(() => 0);
  }
  const weights = block.transpose(block.full(filter), filterFirst(rank));
  const result = block.node('Conv', [image, weights], { strides, dilations: dilation, pads, group: groups });
  block.set(node.outputs[0]!, block.transpose(result, channelsLast(rank)));
}

function transposedConvolution(block: OnnxBlock, node: Node): void {
  const [dy, filter] = node.inputs as readonly [GraphValue, GraphValue];
  const { strides, dilation, low, groups, spatial } = paramsOf<ConvolutionParams & { spatial: Dims }>(node);
  const rank = dy.dims.length;
  const whole = spatial.map((_, i) => (dy.dims[i + 1]! - 1) * strides[i]! + (filter.dims[i]! - 1) * dilation[i]! + 1);
  // The whole result, then what is cut off or filled up at both ends.
  const ends = spatial.map((n, i) => whole[i]! - low[i]! - n);
  const inside = [...low, ...ends].every((n) => n >= 0);
  const image = block.transpose(block.full(dy), channelsFirst(rank));
  const weights = block.transpose(block.full(filter), filterFirst(rank));
  let result = block.node('ConvTranspose', [image, weights], {
    strides,
    dilations: dilation,
    pads: inside ? [...low, ...ends] : [...low, ...ends].map(() => 0),
    group: groups,
  });
  if (!inside) {
    const cut = [0, 0, ...low.map((n) => -n), 0, 0, ...ends.map((n) => -n)];
    result = block.node('Pad', [result, block.file.integers(cut)]);
  }
  block.set(node.outputs[0]!, block.transpose(result, channelsLast(rank)));
}

function windows(block: OnnxBlock, node: Node): void {
  const [x] = node.inputs as readonly [GraphValue];
  const p = paramsOf<WindowParams>(node);
  const rank = x.dims.length;
  const moved = range(rank).filter(
    (axis) => p.window[axis] !== 1 || p.strides[axis] !== 1 || p.low[axis] !== 0 || p.high[axis] !== 0,
  );
  if (moved.length === 0) return block.set(node.outputs[0]!, block.full(x));
  const still = range(rank).filter((axis) => !moved.includes(axis));
  const permutation = [...still, ...moved];
  // ONNX wants two axes before those that are windowed.
  const extents = block.file.extents.dims(x);
  let name = block.transpose(block.full(x), permutation);
  const movedExtents = moved.map((axis) => extents[axis]!);
  if (still.length === 1) name = block.reshape(name, [extents[still[0]!]!, 1, ...movedExtents]);
  else if (still.length === 0) name = block.reshape(name, [1, 1, ...movedExtents]);
  else if (still.length > 2) {
    const rest = still.slice(1).reduce((n, axis) => n * x.dims[axis]!, 1);
    name = block.reshape(name, [extents[still[0]!]!, rest, ...movedExtents]);
  }
  const pick = (list: Dims): number[] => moved.map((axis) => list[axis]!);
  const count = pick(p.window).reduce((n, size) => n * size, 1);
  const attributes = {
    kernel_shape: pick(p.window),
    strides: pick(p.strides),
    pads: [...pick(p.low), ...pick(p.high)],
    ...(pick(p.dilation).some((n) => n !== 1) ? { dilations: pick(p.dilation) } : {}),
  };
  if (node.primitive!.name === 'windowMax') name = block.node('MaxPool', [name], attributes);
  else {
    const mean = block.node('AveragePool', [name], { ...attributes, count_include_pad: 1 });
    name = block.node('Mul', [mean, block.scalar(count, x.dtype)]);
  }
  const out = block.file.extents.dims(node.outputs[0]!);
  if (still.length !== 2)
    name = block.reshape(
      name,
      permutation.map((axis) => out[axis]!),
    );
  block.set(
    node.outputs[0]!,
    block.transpose(
      name,
      range(rank).map((axis) => permutation.indexOf(axis)),
    ),
  );
}

export const contractRules: Readonly<Record<string, (block: OnnxBlock, node: Node) => void>> = {
  dotGeneral,
  convolution,
  convolutionInputGradient: transposedConvolution,
  windowSum: windows,
  windowMax: windows,
};
