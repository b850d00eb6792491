// Where the scales of a quantized kernel stand in an einsum equation: aligned with the output, as Keras keeps them.
// Owns: the axes that are summed over, and the way of a scale between the kernel's axes and the output's.
import { expandDims, squeeze, transpose } from '../../../ops/core/arrange.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { QuantizedLayout } from '../quantized-weight.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];

/** The labels of both sides, `...` written out as labels that the equation does not have. */
function labels(equation: string, rank: number): { input: string; kernel: string; output: string } {
  const [left, output = ''] = equation.replaceAll(' ', '').split('->') as [string, string?];
  const [input = '', kernel = ''] = left.split(',');
  const free = LETTERS.filter((letter) => !equation.includes(letter));
  const elided = free.slice(0, rank - input.replace('...', '').length).join('');
  return { input: input.replace('...', elided), kernel, output: output.replace('...', elided) };
}

/** The axes of input and kernel that the equation sums over, and how the kernel's scale is kept. */
export function einsumScales(equation: string, rank: number) {
  const { input, kernel, output } = labels(equation, rank);
  const summed = (side: string): number[] => [...side].flatMap((label, i) => (output.includes(label) ? [] : [i]));
  const kernelAxes = summed(kernel);
  // The kernel's axes in the output's order; summed axes fill the places of labels that the kernel does not have.
  const order = [...output].flatMap((label) => (kernel.includes(label) ? [kernel.indexOf(label)] : []));
  const expanded = [...output].flatMap((label, i) => (kernel.includes(label) ? [] : [i]));
  const squeezed: number[] = [];
  let place = 0;
  for (const axis of kernelAxes) {
    const next = expanded.shift();
    if (next === undefined) squeezed.push(axis);
    else place = next;
    order.splice(place, 0, axis);
  }
  const back = order.map((_, i) => order.indexOf(i));
  const store = (scale: Tensor): Tensor => {
    const aligned = expanded.reduce<Tensor>((x, axis) => expandDims(x, axis), transpose(scale, order));
    return squeezed.length > 0 ? squeeze(aligned, squeezed) : aligned;
  };
  const restore = (stored: Tensor): Tensor => {
    const wide = [...squeezed].sort((a, b) => a - b).reduce<Tensor>((x, axis) => expandDims(x, axis), stored);
    return transpose(expanded.length > 0 ? squeeze(wide, expanded) : wide, back);
  };
  const layout = (dims: readonly number[]): NonNullable<QuantizedLayout['scale']> => {
    const kept = dims.map((n, i) => (kernelAxes.includes(i) ? 1 : n));
    const aligned = order.map((axis) => kept[axis]!);
    for (const axis of expanded) aligned.splice(axis, 0, 1);
    return { store, restore, dims: aligned.filter((_, i) => !squeezed.includes(i)) };
  };
  return { inputAxes: summed(input), kernelAxes, layout };
}
