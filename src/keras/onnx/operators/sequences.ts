// ONNX's sequences and optionals.
// Owns: their operators. How many elements a sequence has is known when a program is made; only the elements are data.
import type { OnnxGraph } from '../../../formats/onnx/onnx-proto.ts';
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import { eagerTensor, Tensor } from '../../../runtime/tensor.ts';
import { NOTHING, type OperatorContext, TensorList, type Value, type ValueOperator } from './context.ts';

type Inputs = readonly (Value | null)[];

export function tensorOf(inputs: Inputs, position: number, context: OperatorContext): Tensor {
  const x = inputs[position];
  return x instanceof Tensor ? x : context.fail(`input ${position} must be a tensor.`);
}
function listOf(inputs: Inputs, position: number, context: OperatorContext): readonly Tensor[] {
  const x = inputs[position];
  return x instanceof TensorList ? x.elements : context.fail(`input ${position} must be a sequence.`);
}
/** A position in a list of `count` places; the last where none is given. */
function positionIn(inputs: Inputs, at: number, count: number, context: OperatorContext, otherwise: number): number {
  if (!inputs[at]) return otherwise;
  const wanted = context.known(tensorOf(inputs, at, context), 'position')[0]!;
  const found = wanted < 0 ? wanted + count : wanted;
  return found >= 0 && found <= count ? found : context.fail(`position ${wanted} lies outside ${count} elements.`);
}

const splitToSequence: ValueOperator = (inputs, context) => {
  const x = tensorOf(inputs, 0, context);
  const wanted = context.int('axis', 0);
  const axis = wanted < 0 ? wanted + x.rank : wanted;
  const n = x.dims[axis]!;
  let sizes = new Array<number>(n).fill(1);
  if (inputs[1]) {
    const given = tensorOf(inputs, 1, context);
    const list = context.known(given, 'split');
    const each = list[0]!;
    sizes = given.rank > 0 ? list : Array.from({ length: Math.ceil(n / each) }, (_, i) => Math.min(each, n - i * each));
  }
  const parts = sizes.length === 0 ? [] : (tf.split(x, sizes, { axis }) as Tensor[]);
  const flat = !inputs[1] && context.int('keepdims', 1) === 0;
  return new TensorList(flat ? parts.map((part) => tf.squeeze(part, [axis])) : parts);
};

/** The body for each element of the sequences; other inputs are the same each time. */
const mapped: ValueOperator = (inputs, context) => {
  const body: OnnxGraph = context.body('body');
  const count = listOf(inputs, 0, context).length;
  const rows = Array.from({ length: count }, (_, i) =>
    context.run(
      body,
      new Map(
        body.input.map(({ name }, k) => {
          const value = inputs[k] ?? context.fail(`input ${k} is missing.`);
          return [name, value instanceof TensorList ? value.elements[i]! : value];
        }),
      ),
    ),
  );
  return body.output.map((_, k) => new TensorList(rows.map((row) => tensorOf(row, k, context))));
};

export const sequences: Readonly<Record<string, ValueOperator>> = {
  Identity: (inputs, context) => inputs[0] ?? context.fail('input 0 is missing.'),
  SequenceEmpty: () => new TensorList([]),
  SequenceConstruct: (inputs, context) => new TensorList(inputs.map((_, i) => tensorOf(inputs, i, context))),
  SequenceInsert: (inputs, context) => {
    const list = listOf(inputs, 0, context);
    const at = positionIn(inputs, 2, list.length, context, list.length);
    return new TensorList([...list.slice(0, at), tensorOf(inputs, 1, context), ...list.slice(at)]);
  },
  SequenceErase: (inputs, context) => {
    const list = listOf(inputs, 0, context);
    const at = positionIn(inputs, 1, list.length, context, list.length - 1);
    return new TensorList(list.filter((_, i) => i !== at));
  },
  SequenceAt: (inputs, context) => {
    const list = listOf(inputs, 0, context);
    const at = positionIn(inputs, 1, list.length, context, 0);
    return list[at] ?? context.fail(`position ${at} lies outside ${list.length} elements.`);
  },
  SequenceLength: (inputs, context) =>
    eagerTensor(BigInt64Array.of(BigInt(listOf(inputs, 0, context).length)), [], 'int64'),
  SplitToSequence: splitToSequence,
  ConcatFromSequence: (inputs, context) => {
    const list = listOf(inputs, 0, context);
    if (list.length === 0) context.fail('its sequence is empty.');
    const axis = context.int('axis', 0);
    if (context.int('new_axis', 0) === 1) return tf.stack([...list], axis);
    return p.concatenate(list, axis < 0 ? axis + list[0]!.rank : axis) as Tensor;
  },
  SequenceMap: mapped,
  Optional: (inputs) => inputs[0] ?? NOTHING,
  OptionalHasElement: (inputs) => eagerTensor(Uint8Array.of(inputs[0] && inputs[0] !== NOTHING ? 1 : 0), [], 'bool'),
  OptionalGetElement: (inputs, context) => {
    const value = inputs[0];
    return value && value !== NOTHING ? value : context.fail('its input holds nothing.');
  },
};
