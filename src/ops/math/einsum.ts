// tf.einsum: sums of products written as an equation of axes.
// Owns: reading the equation, diagonals, ellipses. Every product is one dotGeneral.

import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair, convertToTensor } from '../core/convert.ts';
import { op } from '../core/define.ts';

/** A value with a name for each axis. */
interface Term {
  readonly value: Value;
  readonly labels: readonly string[];
}

/** The names of the axes; those of the ellipsis are '.0', '.1' … counted from the right. */
function labelsOf(part: string, rank: number, equation: string): string[] {
  const text = part.trim();
  const [before, after, more] = text.split('...');
  if (more !== undefined || !/^[A-Za-z]*$/.test(before + (after ?? '')))
    throw new ValueError(`einsum: ${show(text)} in ${show(equation)}; wanted letters, and '...' at most once.`);
  if (after === undefined) {
    if (text.length !== rank)
      throw new ShapeError(
        `einsum: ${show(text)} in ${show(equation)} names ${text.length} axes, the operand has ${rank}.`,
      );
    return [...text];
  }
  const hidden = rank - before!.length - after.length;
  if (hidden < 0)
    throw new ShapeError(`einsum: ${show(text)} in ${show(equation)} names more axes than the operand's ${rank}.`);
  return [...before!, ...Array.from({ length: hidden }, (_, i) => `.${hidden - 1 - i}`), ...after];
}

/** Each name once: repeated ones become the diagonal. */
function diagonals({ value, labels }: Term): Term {
  const again = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (again < 0) return { value, labels };
  const first = labels.indexOf(labels[again]!);
  const n = value.dims[first]!;
  if (value.dims[again] !== n)
    throw new ShapeError(`einsum: axes ${labels[again]} have lengths ${n} and ${value.dims[again]}.`);
  const rest = labels.map((_, i) => i).filter((i) => i !== first && i !== again);
  const front = p.transpose(value, [first, again, ...rest]);
  const inner = rest.map((i) => value.dims[i]!);
  const flat = p.reshape(front, [n * n, ...inner]);
  const cut = p.slice(
    flat,
    flat.dims.map(() => 0),
    flat.dims,
    [n + 1, ...inner.map(() => 1)],
  );
  return diagonals({ value: cut, labels: [labels[first]!, ...rest.map((i) => labels[i]!)] });
}

/** Without the axes that nobody needs: they are summed. */
function summed({ value, labels }: Term, needed: (label: string) => boolean): Term {
  const axes = labels.flatMap((label, i) => (needed(label) ? [] : [i]));
  return { value: p.reduceSum(value, axes), labels: labels.filter(needed) };
}

/** Without axes of an ellipsis that have length 1 and are longer in the other operand. */
function narrowed({ value, labels }: Term, other: Term): Term {
  const kept = labels
    .map((_, i) => i)
    .filter((i) => {
      const at = other.labels.indexOf(labels[i]!);
      return at < 0 || !labels[i]!.startsWith('.') || value.dims[i] !== 1 || other.value.dims[at] === 1;
    });
  return {
    value: p.reshape(
      value,
      kept.map((i) => value.dims[i]!),
    ),
    labels: kept.map((i) => labels[i]!),
  };
}

function product(left: Term, right: Term, needed: (label: string) => boolean): Term {
  const own = (term: Term, other: Term): Term =>
    summed(narrowed(term, other), (label) => needed(label) || other.labels.includes(label));
  const [a, b] = [own(left, right), own(right, left)];
  const shared = a.labels.filter((label) => b.labels.includes(label));
  for (const label of shared) {
    const [n, m] = [a.value.dims[a.labels.indexOf(label)], b.value.dims[b.labels.indexOf(label)]];
    if (n !== m)
      throw new ShapeError(
        `einsum: axis ${label} has length ${n} in an operand of shape ${showShape(a.value.dims)} and ${m} in one of ${showShape(b.value.dims)}.`,
      );
  }
  const batch = shared.filter(needed);
  const contracted = shared.filter((label) => !needed(label));
  const at = (term: Term, names: readonly string[]): number[] => names.map((label) => term.labels.indexOf(label));
  const value = p.dotGeneral(a.value, b.value, {
    lhsBatch: at(a, batch),
    rhsBatch: at(b, batch),
    lhsContract: at(a, contracted),
    rhsContract: at(b, contracted),
  });
  const free = (term: Term): string[] => term.labels.filter((label) => !shared.includes(label));
  return { value, labels: [...batch, ...free(a), ...free(b)] };
}

/** The output of an equation without '->': names that occur once, in alphabetical order, behind the ellipsis. */
function implicitOutput(terms: readonly Term[]): string[] {
  const all = terms.flatMap((term) => term.labels);
  const dots = [...new Set(all.filter((label) => label.startsWith('.')))].sort(
    (x, y) => Number(y.slice(1)) - Number(x.slice(1)),
  );
  const letters = [...new Set(all)].filter(
    (label) => !label.startsWith('.') && all.indexOf(label) === all.lastIndexOf(label),
  );
  return [...dots, ...letters.sort()];
}

/** Sums of products: 'ij,jk->ik' is the matrix product; '...' stands for batch axes, a repeated letter for a diagonal. */
export const einsum = op(
  'einsum',
  (equation: string, ...inputs: (TensorLike | { readonly optimize?: string })[]): Tensor => {
    const given = (isRecord(inputs.at(-1)) ? inputs.slice(0, -1) : inputs) as TensorLike[];
    const [left, right, more] = equation.replaceAll(' ', '').split('->');
    const parts = left!.split(',');
    if (more !== undefined || parts.length !== given.length)
      throw new ValueError(`einsum: ${show(equation)} has ${parts.length} operands, found ${given.length}.`);
    let tensors = given.map((input) => convertToTensor(input, undefined, 'einsum'));
    const strong = tensors.find((t) => !t.weak) ?? tensors[0]!;
    tensors = tensors.map((t) => (t.dtype === strong.dtype ? t : convertPair(strong, t, 'einsum')[1]));
    const named = tensors.map(
      (value, i): Term => ({ value, labels: labelsOf(parts[i]!, value.dims.length, equation) }),
    );
    const hidden = Math.max(0, ...named.map((term) => term.labels.filter((label) => label.startsWith('.')).length));
    const output =
      right === undefined
        ? implicitOutput(named)
        : labelsOf(right, right.replace('...', '').length + (right.includes('...') ? hidden : 0), equation);
    for (const label of output) {
      if (output.indexOf(label) !== output.lastIndexOf(label) || !named.some((term) => term.labels.includes(label)))
        throw new ValueError(`einsum: ${show(equation)} asks for axis ${label} twice, or no operand has it.`);
    }
    const terms = named.map(diagonals);
    let result = terms[0]!;
    terms.slice(1).forEach((term, i) => {
      const later = terms.slice(i + 2);
      result = product(result, term, (label) => output.includes(label) || later.some((t) => t.labels.includes(label)));
    });
    const final = summed(result, (label) => output.includes(label));
    return p.transpose(
      final.value,
      output.map((label) => final.labels.indexOf(label)),
    ) as Tensor;
  },
);
