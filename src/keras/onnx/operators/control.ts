// ONNX's If, Loop and Scan.
// Owns: which are decided beforehand, which become control flow of the program.
import { ShapeError, ValueError } from '../../../base/errors.ts';
import type { OnnxGraph } from '../../../formats/onnx/onnx-proto.ts';
import { dtypeOfOnnx } from '../../../formats/onnx/onnx-tensor.ts';
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import { cond, scan, whileLoop } from '../../../runtime/control.ts';
import { currentTrace } from '../../../runtime/execute.ts';
import { Tensor } from '../../../runtime/tensor.ts';
import type { OperatorContext, Value, ValueOperator } from './context.ts';
import { tensorOf } from './sequences.ts';

type Inputs = readonly (Value | null)[];

const branch: ValueOperator = (inputs, context) => {
  const choice = tensorOf(inputs, 0, context);
  const run = (name: string) => (): Value[] => context.run(context.body(name), new Map());
  if (choice.elements) return run(choice.elements[0] ? 'then_branch' : 'else_branch')();
  const tensors = (name: string) => (): Tensor[] => onlyTensors(run(name)(), context);
  return cond(p.reshape(choice, []) as Tensor, tensors('then_branch'), tensors('else_branch'));
};

function onlyTensors(values: readonly Value[], context: OperatorContext): Tensor[] {
  return values.map((value) =>
    value instanceof Tensor ? value : context.fail('what goes through a branch or loop of the data must be tensors.'),
  );
}

const number = (n: number): Tensor => p.scalar(BigInt(n), 'int64') as Tensor;
const yes = (): Tensor => p.scalar(1, 'bool') as Tensor;

interface LoopParts {
  readonly body: OnnxGraph;
  readonly carries: readonly Value[];
  /** The trip count where it is known; null where there is none or it depends on the data. */
  readonly most: number | null;
  readonly step: (iteration: Tensor, go: Tensor, state: readonly Value[]) => Value[];
}

/** One iteration after the other, as long as what goes on is known. */
function unrolled({ body, carries, most, step }: LoopParts, go: boolean, context: OperatorContext): Value[] {
  let state: readonly Value[] = carries;
  const rows: Tensor[][] = [];
  for (let i = 0; go && i < (most ?? Number.POSITIVE_INFINITY); i++) {
    const [again, ...next] = step(number(i), yes(), state);
    state = next.slice(0, carries.length);
    rows.push(onlyTensors(next.slice(carries.length), context));
    go = Boolean(context.known(onlyTensors([again!], context)[0]!, 'condition')[0]);
  }
  const collected = Array.from({ length: body.output.length - 1 - carries.length }, (_, k) => {
    if (rows.length > 0)
      return tf.stack(
        rows.map((row) => row[k]!),
        0,
      );
    const { tensorType } = body.output[1 + carries.length + k]?.type ?? {};
    const dims = tensorType?.shape?.dim.map(({ value }) => value ?? 0);
    return tf.zeros([0, ...(dims ?? [])], dtypeOfOnnx(tensorType?.elemType ?? 1) ?? 'float32');
  });
  return [...state, ...collected];
}

/** Whether a body goes on as long as it was told to. */
const passesOn = (body: OnnxGraph): boolean =>
  body.output[0]!.name === body.input[1]!.name ||
  body.node.some(
    ({ opType, input, output }) =>
      output[0] === body.output[0]!.name &&
      (opType === 'Constant' || (opType === 'Identity' && input[0] === body.input[1]!.name)),
  );

const loop: ValueOperator = (inputs: Inputs, context) => {
  const body = context.body('body');
  const carries = inputs.slice(2).map((x, i) => x ?? context.fail(`input ${i + 2} is missing.`));
  const step: LoopParts['step'] = (iteration, go, state) =>
    context.run(
      body,
      new Map(
        [iteration, go, ...state].map((value, i) => [
          body.input[i]?.name ?? context.fail('its body takes too few inputs.'),
          value,
        ]),
      ),
    );
  const trips = inputs[0] ? tensorOf(inputs, 0, context) : null;
  const first = inputs[1] ? tensorOf(inputs, 1, context) : null;
  const most = trips?.elements ? context.known(trips, 'trip count')[0]! : null;
  const parts: LoopParts = { body, carries, most, step };
  const go = first ? (first.elements ? Boolean(first.elements[0]) : null) : true;
  const counted = go === true && most !== null && passesOn(body);
  const known = carries.every((x) => x instanceof Tensor && x.elements !== null);
  const lists = carries.some((x) => !(x instanceof Tensor));
  if (go === false || most === 0 || lists || (known && !currentTrace())) return unrolled(parts, go ?? true, context);
  const state = onlyTensors(carries, context);
  const collects = body.output.length - 1 - carries.length;
  if (counted) {
    try {
      return scanned(parts, state, most, context);
    } catch (error) {
      // What it carries may grow: then each iteration is another program.
      if (!(error instanceof ValueError) && !(error instanceof ShapeError)) throw error;
      return unrolled(parts, true, context);
    }
  }
  if (collects > 0) context.fail('it collects results of a number of iterations that depends on the data.');
  const limit = trips ? (p.reshape(trips, []) as Tensor) : number(Number.MAX_SAFE_INTEGER);
  const start = first ? (p.reshape(first, []) as Tensor) : yes();
  const [, , ...last] = whileLoop(
    ([iteration, goes]) => tf.logicalAnd(goes!, tf.less(iteration!, limit)),
    ([iteration, goes, ...values]) => {
      const [again, ...next] = onlyTensors(step(iteration!, goes!, values), context);
      return [tf.add(iteration!, number(1)), p.reshape(again!, []) as Tensor, ...next];
    },
    [number(0), start, ...state],
  );
  return last;
};

function scanned({ step }: LoopParts, state: readonly Tensor[], most: number, context: OperatorContext): Tensor[] {
  const counted = p.iota([most], 0, 'int64') as Tensor;
  const done = scan(
    (values, [iteration]) => {
      const results = onlyTensors(step(iteration!, yes(), values), context);
      return { carry: results.slice(1, 1 + state.length), results: results.slice(1 + state.length) };
    },
    [...state],
    [counted],
    most,
  );
  return [...done.carry, ...done.results];
}

/** Version 8 scans each row of a batch by itself, up to its own length. */
const oldScan: ValueOperator = (inputs, context) => {
  if (inputs[0]) context.fail('sequence_lens is given to a Scan of version 8, which cornu does not read.');
  const rows = inputs.slice(1).map((_, i) => tf.unstack(tensorOf(inputs, i + 1, context)));
  const results = rows[0]!.map((_, row) =>
    scanOnce(
      rows.map((each) => each[row]!),
      context,
      context.ints('directions') ?? [],
    ),
  );
  return results[0]!.map((_, k) => tf.stack(results.map((result) => result[k]!)));
};

const scans: ValueOperator = (inputs, context) =>
  context.opset < 9
    ? oldScan(inputs, context)
    : scanOnce(
        inputs.map((_, i) => tensorOf(inputs, i, context)),
        context,
        context.ints('scan_input_directions') ?? [],
      );

function scanOnce(values: readonly Tensor[], context: OperatorContext, inWays: readonly number[]): Tensor[] {
  const body = context.body('body');
  const count = context.int('num_scan_inputs', 1);
  const carries = values.slice(0, values.length - count);
  const sequences = values.slice(values.length - count);
  const axesOf = (name: string, n: number): number[] => context.ints(name) ?? new Array<number>(n).fill(0);
  const outputs = body.output.length - carries.length;
  const [inAxes, outAxes] = [axesOf('scan_input_axes', count), axesOf('scan_output_axes', outputs)];
  const outWays = axesOf('scan_output_directions', outputs);
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
      const given = new Map([...state, ...elements].map((x, i) => [body.input[i]!.name, x]));
      const results = onlyTensors(context.run(body, given), context);
      return { carry: results.slice(0, carries.length), results: results.slice(carries.length) };
    },
    [...carries],
    fed,
    fed[0]!.dims[0]!,
  );
  const results = done.results.map((x, i) =>
    moved(outWays[i] === 1 ? (p.reverse(x, [0]) as Tensor) : x, 0, outAxes[i]!),
  );
  return [...done.carry, ...results];
}

export const control: Readonly<Record<string, ValueOperator>> = { If: branch, Loop: loop, Scan: scans };
