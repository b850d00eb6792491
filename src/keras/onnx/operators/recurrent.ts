// ONNX's RNN, GRU and LSTM.
// Owns: gate orders, directions, lengths of sequences, activations. Each direction is one scan.
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import { scan } from '../../../runtime/control.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Operator, OperatorContext } from './context.ts';

type Activation = (x: Tensor) => Tensor;

function activation(context: OperatorContext, name: string): Activation {
  const known: Readonly<Record<string, Activation>> = {
    sigmoid: (x) => tf.sigmoid(x),
    tanh: (x) => tf.tanh(x),
    relu: (x) => tf.nn.relu(x),
    softplus: (x) => tf.nn.softplus(x),
    softsign: (x) => tf.nn.softsign(x),
    hardsigmoid: (x) => tf.clipByValue(tf.add(tf.multiply(x, 0.2), 0.5), 0, 1),
    elu: (x) => tf.nn.elu(x),
    leakyrelu: (x) => tf.nn.leakyRelu(x, 0.01),
    affine: (x) => x,
  };
  return known[name.toLowerCase()] ?? context.fail(`the activation '${name}' is not known.`);
}

/** One step: projected input, state of the layer, gives the new state; the first of it is the output. */
type Step = (projected: Tensor, state: readonly Tensor[]) => Tensor[];
interface Direction {
  /** (inputs, gates · units), (units, gates · units) */
  readonly kernel: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor | null;
  readonly recurrentBias: Tensor | null;
  readonly peepholes: Tensor | null;
  readonly activations: readonly Activation[];
  readonly units: number;
}
type Cell = (direction: Direction, context: OperatorContext) => Step;

const gates = (x: Tensor, units: number): Tensor[] => tf.split(x, x.dims.at(-1)! / units, { axis: -1 });

const simple: Cell =
  ({ recurrent, recurrentBias, activations: [f] }) =>
  (x, [h]) => {
    const product = tf.matmul(h!, recurrent);
    return [f!(tf.add(x, recurrentBias ? tf.add(product, recurrentBias) : product))];
  };

const gru: Cell = ({ recurrent, recurrentBias, units, activations: [f, g] }, context) => {
  const parts = gates(recurrent, units);
  const biases = recurrentBias ? gates(recurrentBias, units) : null;
  const late = context.int('linear_before_reset', 0) === 1;
  return (x, [h]) => {
    const inputs = gates(x, units);
    const through = (state: Tensor, i: number): Tensor => {
      const product = tf.matmul(state, parts[i]!);
      return biases ? tf.add(product, biases[i]!) : product;
    };
    const z = f!(tf.add(inputs[0]!, through(h!, 0)));
    const r = f!(tf.add(inputs[1]!, through(h!, 1)));
    const inner = late ? tf.multiply(r, through(h!, 2)) : through(tf.multiply(r, h!), 2);
    const candidate = g!(tf.add(inputs[2]!, inner));
    return [tf.add(tf.multiply(tf.subtract(1, z), candidate), tf.multiply(z, h!))];
  };
};

const lstm: Cell = ({ recurrent, recurrentBias, peepholes, units, activations: [f, g, e] }, context) => {
  const looks = peepholes ? gates(peepholes, units) : null;
  const coupled = context.int('input_forget', 0) === 1;
  return (x, [h, c]) => {
    const product = tf.matmul(h!, recurrent);
    const [i, o, forget, candidate] = gates(tf.add(x, recurrentBias ? tf.add(product, recurrentBias) : product), units);
    const looking = (gate: Tensor, cell: Tensor, k: number): Tensor =>
      looks ? tf.add(gate, tf.multiply(cell, looks[k]!)) : gate;
    const input = f!(looking(i!, c!, 0));
    const kept = coupled ? tf.subtract(1, input) : f!(looking(forget!, c!, 2));
    const cell = tf.add(tf.multiply(kept, c!), tf.multiply(input, g!(candidate!)));
    return [tf.multiply(f!(looking(o!, cell, 1)), e!(cell)), cell];
  };
};

function recurrent(cell: Cell, states: 1 | 2, defaults: readonly string[]): Operator {
  return (inputs, context) => {
    const batchFirst = context.int('layout', 0) === 1;
    const timeFirst = (x: Tensor): Tensor => (batchFirst ? (p.transpose(x, [1, 0, 2]) as Tensor) : x);
    const x = timeFirst(context.need(inputs[0], 0)); // (time, batch, inputs)
    const [w, r] = [context.need(inputs[1], 1), context.need(inputs[2], 2)];
    const [bias, lengths] = [inputs[3] ?? null, inputs[4] ?? null];
    const peepholes = states === 2 ? (inputs[7] ?? null) : null;
    const [time, batch] = [x.dims[0]!, x.dims[1]!];
    const units = context.int('hidden_size', r.dims[2]!);
    const kind = context.text('direction', 'forward');
    const names = context.texts('activations') ?? [...defaults, ...defaults];
    const clip = context.float('clip', 0);
    if (clip > 0) context.fail(`clip is ${clip}, which cornu does not do.`);
    const at = (tensor: Tensor, i: number): Tensor =>
      p.reshape(
        p.slice(
          tensor,
          tensor.dims.map((_, axis) => (axis === 0 ? i : 0)),
          tensor.dims.map((n, axis) => (axis === 0 ? i + 1 : n)),
        ),
        tensor.dims.slice(1),
      ) as Tensor;
    const live = lengths
      ? tf.less(tf.reshape(tf.range(time), [time, 1]), tf.reshape(tf.cast(lengths, 'int32'), [1, batch]))
      : null;

    const run = (i: number, backwards: boolean): { sequence: Tensor; last: Tensor[] } => {
      const both = bias ? tf.split(at(bias, i), 2) : null;
      const direction: Direction = {
        kernel: tf.transpose(at(w, i)),
        recurrent: tf.transpose(at(r, i)),
        bias: both?.[0] ?? null,
        recurrentBias: both?.[1] ?? null,
        peepholes: peepholes ? at(peepholes, i) : null,
        activations: defaults.map((_, k) => activation(context, names[i * defaults.length + k]!)),
        units,
      };
      const step = cell(direction, context);
      const projected = tf.tensordot(x, direction.kernel, 1);
      const fed = direction.bias ? tf.add(projected, direction.bias) : projected;
      const initial = Array.from({ length: states }, (_, k): Tensor => {
        const given = inputs[5 + k];
        if (!given) return tf.zeros([batch, units], x.dtype);
        return at(batchFirst ? (p.transpose(given, [1, 0, 2]) as Tensor) : given, i);
      });
      const sequences = live ? [fed, live] : [fed];
      const { carry, results } = scan(
        (state, [now, alive]) => {
          const next = step(now!, state);
          if (!alive) return { carry: next, results: [next[0]!] };
          const mask = tf.expandDims(alive, -1);
          const kept = next.map((value, k) => tf.where(mask, value, state[k]!));
          return { carry: kept, results: [tf.where(mask, next[0]!, tf.zerosLike(next[0]!))] };
        },
        initial,
        sequences,
        time,
        { reverse: backwards },
      );
      return { sequence: results[0]!, last: [...carry] };
    };
    const runs = kind === 'bidirectional' ? [run(0, false), run(1, true)] : [run(0, kind === 'reverse')];
    const sequence = tf.stack(
      runs.map((each) => each.sequence),
      1,
    ); // (time, directions, batch, units)
    const last = Array.from({ length: states }, (_, k) =>
      tf.stack(
        runs.map((each) => each.last[k]!),
        batchFirst ? 1 : 0,
      ),
    );
    return [batchFirst ? (p.transpose(sequence, [2, 0, 1, 3]) as Tensor) : sequence, ...last];
  };
}

export const recurrents: Readonly<Record<string, Operator>> = {
  RNN: recurrent(simple, 1, ['Tanh']),
  GRU: recurrent(gru, 1, ['Sigmoid', 'Tanh']),
  LSTM: recurrent(lstm, 2, ['Sigmoid', 'Tanh', 'Tanh']),
};
