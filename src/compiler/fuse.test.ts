// Which values are stored: derivatives that are made early, and what only their own kernel reads.
import { expect, it } from 'vitest';
import { Graph, type GraphValue } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import '../primitives/index.ts';
import { type PrimitiveName, primitive } from '../primitives/registry.ts';
import { type Fusion, fuse } from './fuse.ts';

const DIMS = [64, 32];

function build(
  body: (apply: (name: PrimitiveName, ...inputs: GraphValue[]) => GraphValue, x: GraphValue) => GraphValue[],
) {
  const graph = new Graph();
  const [given, other] = [DIMS, [DIMS[1]!, DIMS[1]!]].map((dims) => graph.addParameter({ dims, dtype: 'float32' }));
  const apply = (name: PrimitiveName, ...inputs: GraphValue[]): GraphValue => {
    const params = name === 'dotGeneral' ? { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] } : {};
    const operands = name === 'dotGeneral' ? [inputs[0]!, other!] : inputs;
    return graph.apply(primitive(name) as Primitive, operands, params as Params)[0]!;
  };
  // A product on each side, as of a dense layer and the gradient that comes back to it.
  const x = apply('dotGeneral', given!);
  graph.outputs = body(apply, x);
  return fuse(graph);
}

/** The primitives that are stored, kernel by kernel. */
const storedIn = ({ groups }: Fusion): string[][] =>
  groups.map(({ roots }) => roots.map((root) => root.primitive!.name)).sort((a, b) => b.length - a.length);

it('a dear derivative is made beside the value, when what both are made of is at hand', () => {
  // y = x · erfc x and, multiplied by the gradient, erfc x + x exp x
  const fusion = build((apply, x) => {
    const part = apply('erfc', x);
    const gradient = apply('dotGeneral', apply('mul', x, part));
    const slope = apply('add', part, apply('mul', x, apply('exp', x)));
    return [apply('dotGeneral', apply('mul', gradient, slope))];
  });
  expect(storedIn(fusion)).toEqual([['mul', 'add'], ['dotGeneral'], ['dotGeneral'], ['mul'], ['dotGeneral']]);
});

it('but not where something else reads its operands later', () => {
  const fusion = build((apply, x) => {
    const part = apply('erfc', x);
    const gradient = apply('dotGeneral', apply('mul', x, part));
    const slope = apply('add', part, apply('mul', x, apply('exp', x)));
    return [apply('dotGeneral', apply('mul', gradient, slope)), apply('mul', gradient, part)];
  });
  expect(storedIn(fusion).flat()).toContain('erfc');
  expect(storedIn(fusion).flat()).not.toContain('add');
});

it('and not where the gradient does not wait for it', () => {
  const fusion = build((apply, x) => {
    const part = apply('erfc', x);
    const slope = apply('add', part, apply('mul', x, apply('exp', x)));
    return [apply('mul', x, part), apply('dotGeneral', apply('mul', apply('dotGeneral', x), slope))];
  });
  expect(storedIn(fusion).flat()).not.toContain('add');
});

it('what is read in another shape by a product is stored once, as it is', () => {
  const graph = new Graph();
  const [a, b, w] = [DIMS, DIMS, [DIMS[1]!, 4]].map((dims) => graph.addParameter({ dims, dtype: 'float32' }));
  const of = (name: PrimitiveName, inputs: readonly (GraphValue | undefined)[], params: object = {}): GraphValue =>
    graph.apply(primitive(name) as Primitive, inputs as GraphValue[], params as Params)[0]!;
  const product = of('mul', [a, b]);
  const shaped = of('reshape', [product], { dims: [2, 32, 32] });
  const contract = { lhsBatch: [], rhsBatch: [], lhsContract: [2], rhsContract: [0] };
  graph.outputs = [of('dotGeneral', [shaped, w], contract), of('reduceSum', [product], { axes: [0] })];
  const { home } = fuse(graph);
  expect(home.get(product)).toBe(product);
  expect(home.get(shaped)).toBe(product);
});
