// Sums over the steps of a scan that nothing reads before its end, made at once after it: the gradient of a recurrent kernel is
// one product over all time steps instead of a small one and an addition in each.
// Owns: recognising a carry that only collects products of matrices, or sums, of what the step has at hand.
import { dtypes } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import type { Graph, GraphValue } from '../graph/graph.ts';
import type { ControlPrimitive, Params, Primitive } from '../graph/primitive.ts';
import { rewrite } from '../graph/rewrite.ts';
import type { ScanParams } from '../primitives/control/scan.ts';
import type { DotDimensions } from '../primitives/functions.ts';
import { primitive } from '../primitives/registry.ts';
import { simplify } from './simplify.ts';

/** What may be kept of all steps for the sake of one sum. */
const MOST_BYTES = 32 << 20;

/** What a carry collects: an operation of a step's values, then perhaps an exchange of axes. */
interface Sum {
  readonly carry: number;
  readonly operands: readonly GraphValue[];
  /** The operation on the stacked operands. */
  readonly primitive: Primitive;
  readonly params: Params;
  readonly permutation: readonly number[] | null;
}

export const hoistSums = (graph: Graph): Graph =>
  rewrite(graph, (out, node, inputs) => {
    if ((node.primitive as ControlPrimitive | null)?.control !== 'scan') return null;
    const params = node.params as ScanParams;
    if (
      params.tiled ||
      params.length < 2 ||
      !params.body.outputs.some((value, i) => i < params.carries && collects(value))
    )
      return null;
    const body = simplify(params.body);
    const { constants, carries } = params;
    const sums = sumsOf(body, params);
    if (sums.length === 0) return null;
    const hoisted = new Set(sums.map(({ carry }) => carry));
    const keeps = (i: number) => !hoisted.has(i);
    // Operands come from the sequences, from results, or as results of their own.
    const results = body.outputs.slice(carries);
    const sequences = body.parameters.slice(constants + carries);
    for (const value of sums.flatMap(({ operands }) => operands))
      if (!sequences.includes(value) && !results.includes(value)) results.push(value);
    const kept = body.outputs.slice(0, carries).filter((_, i) => keeps(i));
    const remains = (i: number) => i < constants || i >= constants + carries || keeps(i - constants);
    const smaller = body
      .withOutputs([...kept, ...results])
      .withParameters(body.parameters.filter((_, i) => remains(i)));
    const made = out.apply(
      node.primitive!,
      inputs.filter((_, i) => remains(i)),
      { ...params, body: smaller, carries: kept.length } as Params,
      node.scope,
    );
    const stacked = (value: GraphValue): GraphValue => {
      const sequence = sequences.indexOf(value);
      return sequence >= 0 ? inputs[constants + carries + sequence]! : made[kept.length + results.indexOf(value)]!;
    };
    const totals = new Map(
      sums.map(({ carry, operands, primitive: operation, params: its, permutation }) => {
        let [total] = out.apply(operation, operands.map(stacked), its, node.scope) as [GraphValue];
        if (permutation)
          [total] = out.apply(primitive('transpose') as Primitive, [total], { permutation }, node.scope) as [
            GraphValue,
          ];
        return [
          carry,
          out.apply(primitive('add') as Primitive, [inputs[constants + carry]!, total], {}, node.scope)[0]!,
        ];
      }),
    );
    let next = 0;
    const carried = Array.from({ length: carries }, (_, i) => totals.get(i) ?? made[next++]!);
    return [...carried, ...made.slice(kept.length, kept.length + node.outputs.length - carries)];
  });

const collects = ({ node }: GraphValue): boolean =>
  node.primitive?.name === 'add' && node.inputs.some((input) => input.node.kind === 'parameter');

function sumsOf(body: Graph, { constants, carries, length }: ScanParams): Sum[] {
  const uses = new Map<GraphValue, number>();
  for (const node of body.liveNodes()) for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  for (const output of body.outputs) uses.set(output, (uses.get(output) ?? 0) + 1);
  const fixed = new Set(body.parameters.slice(0, constants + carries));
  const sums: Sum[] = [];
  let bytes = 0;
  for (let carry = 0; carry < carries; carry++) {
    const own = body.parameters[constants + carry]!;
    const { node } = body.outputs[carry]!;
    // Nothing but the addition reads it, and nothing but the carry the sum.
    if (!collects(body.outputs[carry]!) || uses.get(own) !== 1 || uses.get(body.outputs[carry]!) !== 1) continue;
    const added = node.inputs.find((input) => input !== own);
    if (!added || !node.inputs.includes(own)) continue;
    const sum = sumOf(carry, added);
    if (!sum || sum.operands.some((operand) => fixed.has(operand) || operand.node.kind === 'constant')) continue;
    // Values of a step that nothing else keeps.
    for (const operand of sum.operands)
      if (operand.node.kind === 'apply' && !body.outputs.includes(operand))
        bytes += length * sizeOf(operand.dims) * dtypes[operand.dtype].bytes;
    if (bytes > MOST_BYTES) break;
    sums.push(sum);
  }
  return sums;
}

function sumOf(carry: number, added: GraphValue): Sum | null {
  if (added.dtype !== 'float32' && added.dtype !== 'float64') return null;
  const transposed = added.node.primitive?.name === 'transpose';
  const { node } = transposed ? added.node.inputs[0]! : added;
  const permutation = transposed
    ? (added.node.params as { readonly permutation: readonly number[] }).permutation
    : null;
  const later = (axes: readonly number[]) => [0, ...axes.map((axis) => axis + 1)];
  if (node.primitive?.kind === 'contract') {
    const p = node.params as Params & DotDimensions;
    if (p.lhsBatch.length > 0) return null;
    const params = { ...p, lhsContract: later(p.lhsContract), rhsContract: later(p.rhsContract) };
    return { carry, operands: node.inputs, primitive: node.primitive, params, permutation };
  }
  if (node.primitive?.name === 'reduceSum') {
    const params = { ...node.params, axes: later(node.params.axes as readonly number[]) };
    return { carry, operands: node.inputs, primitive: node.primitive, params, permutation };
  }
  return null;
}
