// keras.ops.rearrange: axes named, split, moved and joined by a pattern, as einops does.
// Owns: reading the pattern.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { reshape, transpose } from '../../ops/core/arrange.ts';
import { op } from '../../ops/core/define.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { tensor } from './define.ts';

/** 'b (h w) c' as groups of names. */
function groupsOf(side: string, pattern: string): string[][] {
  if (!/^(\s*(\w+|\([\w\s]*\)))*\s*$/.test(side))
    throw new ValueError(
      `ops.rearrange: pattern ${show(pattern)}; wanted names and groups in brackets, 'b (h w) -> b h w'.`,
    );
  return [...side.matchAll(/\(([\w\s]*)\)|(\w+)/g)].map((match) =>
    match[2] !== undefined ? [match[2]] : match[1]!.split(/\s+/).filter((name) => name !== ''),
  );
}

/** Lengths of all names on the left. */
function lengthsOf(
  groups: readonly string[][],
  dims: readonly number[],
  given: Readonly<Record<string, number>>,
  pattern: string,
): Map<string, number> {
  if (groups.length !== dims.length)
    throw new ShapeError(
      `ops.rearrange: pattern ${show(pattern)} has ${groups.length} axes, the tensor ${dims.length}.`,
    );
  const lengths = new Map<string, number>();
  groups.forEach((names, i) => {
    const open = names.filter((name) => given[name] === undefined);
    const known = names.reduce((product, name) => product * (given[name] ?? 1), 1);
    if (open.length > 1)
      throw new ValueError(`ops.rearrange: the lengths of ${show(open)} are open; give all but one of them.`);
    if (open.length === 1 ? dims[i]! % known !== 0 : known !== dims[i])
      throw new ShapeError(`ops.rearrange: axis ${i} of length ${dims[i]} does not split into ${show(names)}.`);
    for (const name of names) lengths.set(name, given[name] ?? dims[i]! / known);
  });
  return lengths;
}

/** Axes split, moved and joined: `rearrange(x, 'b (h w) c -> b c h w', { h: 4 })`. */
export const rearrange = op(
  'ops.rearrange',
  (x: TensorLike, pattern: string, axesLengths: Readonly<Record<string, number>> = {}): Tensor => {
    const t = tensor(x);
    const [left, right, more] = pattern.split('->');
    if (left === undefined || right === undefined || more !== undefined)
      throw new ValueError(`ops.rearrange: pattern ${show(pattern)}; wanted two sides around '->'.`);
    const [from, to] = [groupsOf(left, pattern), groupsOf(right, pattern)];
    const lengths = lengthsOf(from, t.dims, axesLengths, pattern);
    const [names, wanted] = [from.flat(), to.flat()];
    if ([...names].sort().join() !== [...wanted].sort().join() || new Set(names).size !== names.length)
      throw new ValueError(`ops.rearrange: pattern ${show(pattern)}; wanted the same names once on both sides.`);
    const split = reshape(
      t,
      names.map((name) => lengths.get(name)!),
    );
    const moved = transpose(
      split,
      wanted.map((name) => names.indexOf(name)),
    );
    return reshape(
      moved,
      to.map((group) => group.reduce((product, name) => product * lengths.get(name)!, 1)),
    );
  },
);
