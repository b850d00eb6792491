// ONNX's If, Loop and Scan.
// Owns: which are decided beforehand, which become control flow of the program.
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import { cond, scan, whileLoop } from '../../../runtime/control.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Operator } from './context.ts';

const branch: Operator = (inputs, context) => {
  const choice = context.need(inputs[0], 0);
  const run = (name: string) => (): Tensor[] => context.run(context.body(name), new Map());
  if (choice.elements) return run(choice.elements[0] ? 'then_branch' : 'else_branch')();
  return cond(p.reshape(choice, []) as Tensor, run('then_branch'), run('else_branch'));
};

const loop: Operator = (inputs, context) => {
  const body = context.body('body');
  const carries = inputs.slice(2).map((x, i) => context.need(x, i + 2));
  const scanned = body.output.length - 1 - carries.length;
  const step = (iteration: Tensor, go: Tensor, state: readonly Tensor[]): Tensor[] =>
    context.run(
      body,
      new Map(
        [iteration, go, ...state].map((value, i) => [
          body.input[i]?.name ?? context.fail('its body takes too few inputs.'),
          value,
        ]),
      ),
    );
  const most = inputs[0]?.elements ? context.known(inputs[0], 'trip count')[0]! : null;
  const first = inputs[1] ?? null;
  const always = !first || (first.elements !== null && Boolean(first.elements[0]));
  const yes = p.scalar(1, 'bool') as Tensor;
  const number = (n: number): Tensor => p.scalar(BigInt(n), 'int64') as Tensor;
  if (first?.elements && !first.elements[0]) {
    if (scanned > 0) context.fail('it runs no iteration, so that the shapes of what it collects are not known.');
    return carries;
  }
  // What goes on is known where the body passes its condition through: then this is a scan.
  const passes =
    body.output[0]!.name === body.input[1]!.name ||
    body.node.some(
      ({ opType, input, output }) =>
        opType === 'Identity' && input[0] === body.input[1]!.name && output[0] === body.output[0]!.name,
    ) ||
    body.node.some(({ opType, output }) => opType === 'Constant' && output[0] === body.output[0]!.name);
  if (always && most !== null && passes) {
    const counted = p.iota([most], 0, 'int64') as Tensor;
    const done = scan(
      (state, [iteration]) => {
        const results = step(iteration!, yes, state);
        return { carry: results.slice(1, 1 + carries.length), results: results.slice(1 + carries.length) };
      },
      carries,
      [counted],
      most,
    );
    return [...done.carry, ...done.results];
  }
  if (scanned > 0) context.fail('it collects results of a number of iterations that depends on the data.');
  const limit = inputs[0] ? p.reshape(inputs[0], []) : number(Number.MAX_SAFE_INTEGER);
  const start = first ? (p.reshape(first, []) as Tensor) : yes;
  const [, , ...last] = whileLoop(
    ([iteration, go]) => tf.logicalAnd(go!, tf.less(iteration!, limit as Tensor)),
    ([iteration, go, ...state]) => {
      const [again, ...next] = step(iteration!, go!, state);
      return [tf.add(iteration!, number(1)), p.reshape(again!, []) as Tensor, ...next];
    },
    [number(0), start, ...carries],
  );
  return last;
};

const scans: Operator = (inputs, context) => {
  const body = context.body('body');
  const count = context.int('num_scan_inputs', 1);
  const values = inputs.map((x, i) => context.need(x, i));
  const carries = values.slice(0, values.length - count);
  const sequences = values.slice(values.length - count);
  const axesOf = (name: string, n: number): number[] => context.ints(name) ?? new Array<number>(n).fill(0);
  const outputs = body.output.length - carries.length;
  const [inAxes, outAxes] = [axesOf('scan_input_axes', count), axesOf('scan_output_axes', outputs)];
  const [inWays, outWays] = [axesOf('scan_input_directions', count), axesOf('scan_output_directions', outputs)];
  const moved = (x: Tensor, from: number, to: number): Tensor => {
    const rank = x.rank;
    const order = Array.from({ length: rank }, (_, i) => i).filter((axis) => axis !== (from < 0 ? from + rank : from));
    order.splice(to < 0 ? to + rank : to, 0, from < 0 ? from + rank : from);
    return p.transpose(x, order) as Tensor;
  };
  const fed = sequences.map((x, i) => {
    const first = moved(x, inAxes[i]!, 0);
    return inWays[i] === 1 ? (p.reverse(first, [0]) as Tensor) : first;
  });
  const done = scan(
    (state, elements) => {
      const results = context.run(body, new Map([...state, ...elements].map((x, i) => [body.input[i]!.name, x])));
      return { carry: results.slice(0, carries.length), results: results.slice(carries.length) };
    },
    carries,
    fed,
    fed[0]!.dims[0]!,
  );
  const results = done.results.map((x, i) =>
    moved(outWays[i] === 1 ? (p.reverse(x, [0]) as Tensor) : x, 0, outAxes[i]!),
  );
  return [...done.carry, ...results];
};

export const control: Readonly<Record<string, Operator>> = { If: branch, Loop: loop, Scan: scans };
