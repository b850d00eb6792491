// Calls, branches, loops and lists of TensorFlow graphs.
// Owns: control flow whose conditions are known: a loop of a compiled graph is laid out step by step, as far as its counter
// is a number. Where a condition depends on data, the graph is run op by op.
import * as ops from '../../ops/index.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Implementations, NodeView } from './node.ts';
import {
  integers,
  integersOf,
  knownElements,
  ListHandle,
  NeedsValues,
  type Operand,
  OptionalHandle,
} from './operands.ts';

/** Steps of a loop that are laid out in a compiled graph; longer ones run op by op. */
const LONGEST = 256;

const isTrue = (operand: Operand | undefined, n: NodeView): boolean => {
  if (!(operand instanceof Tensor)) return n.fail('the condition is no tensor');
  if (operand.size !== 1) return operand.size > 0;
  const [value] = Array.from(knownElements(operand));
  return typeof value === 'string' ? value.length > 0 : Boolean(Number(value));
};

const callWith =
  (attribute: string) =>
  (n: NodeView): Operand[] =>
    n.runner.call(n.functionName(attribute), n.inputs);

function branch(n: NodeView): Operand[] {
  const taken = isTrue(n.inputs[0], n) ? 'then_branch' : 'else_branch';
  return n.runner.call(n.functionName(taken), n.inputs.slice(1));
}
function branches(n: NodeView): Operand[] {
  const names = n.functionNames('branches');
  const index = n.integer(0);
  const name = names[index >= 0 && index < names.length ? index : names.length - 1];
  return n.runner.call(name ?? n.fail('it has no branches'), n.inputs.slice(1));
}
function loop(n: NodeView): Operand[] {
  const [condition, body] = [n.functionName('cond'), n.functionName('body')];
  let values: Operand[] = [...n.inputs];
  for (let step = 0; isTrue(n.runner.call(condition, values)[0], n); step++) {
    if (n.runner.compiling && step === LONGEST) throw new NeedsValues();
    values = n.runner.call(body, values);
  }
  return values;
}

// ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An element that was never set: zeros. */
function elementAt(n: NodeView, list: ListHandle, index: number): Tensor {
  const element = list.elements[index];
  if (element === undefined) return n.fail(`element ${index} of a list of ${list.elements.length}`);
  if (element) return element;
  const shape = list.elementShape ?? list.elements.find((other) => other !== null)?.dims;
  if (!shape || shape.some((size) => size < 0))
    return n.fail(`element ${index} was never set, and its shape is not known`);
  return ops.zeros(shape, { dtype: list.dtype });
}
const shapeInput = (n: NodeView, index: number): number[] | null => {
  const shape = n.tensor(index);
  return shape.rank === 0 ? null : integersOf(shape);
};
const withElement = (list: ListHandle, index: number, value: Tensor): ListHandle => {
  const elements = [...list.elements];
  while (elements.length <= index) elements.push(null);
  elements[index] = value;
  return new ListHandle(list.dtype, elements, list.elementShape);
};

const lists: Implementations = {
  EmptyTensorList: (n) => new ListHandle(n.dtype('element_dtype'), [], shapeInput(n, 0)),
  TensorListReserve: (n) => {
    const count = n.integer(1);
    return new ListHandle(n.dtype('element_dtype'), new Array<null>(Math.max(0, count)).fill(null), shapeInput(n, 0));
  },
  TensorListPushBack: (n) => {
    const list = n.list(0);
    return new ListHandle(list.dtype, [...list.elements, n.tensor(1)], list.elementShape);
  },
  TensorListPopBack: (n) => {
    const list = n.list(0);
    const last = list.elements.length - 1;
    if (last < 0) n.fail('the list is empty');
    return [new ListHandle(list.dtype, list.elements.slice(0, -1), list.elementShape), elementAt(n, list, last)];
  },
  TensorListGetItem: (n) => elementAt(n, n.list(0), n.integer(1)),
  TensorListSetItem: (n) => withElement(n.list(0), n.integer(1), n.tensor(2)),
  TensorListLength: (n) => integers([n.list(0).elements.length], []),
  TensorListFromTensor: (n) => {
    const x = n.tensor(0);
    return new ListHandle(x.dtype, x.dims[0] === 0 ? [] : ops.unstack(x, { axis: 0 }), x.dims.slice(1));
  },
  TensorListStack: (n) => {
    const list = n.list(0);
    if (list.elements.length > 0) return ops.stack(list.elements.map((_, i) => elementAt(n, list, i)));
    const shape = (shapeInput(n, 1) ?? list.elementShape ?? []).map((size) => Math.max(0, size));
    return ops.zeros([0, ...shape], { dtype: list.dtype });
  },
  TensorListElementShape: (n) => {
    const shape = n.list(0).elementShape;
    return shape ? integers(shape, [shape.length], n.dtype('shape_type', 'int32')) : integers([-1], [], 'int32');
  },
  TensorListConcatV2: (n) => {
    const list = n.list(0);
    const parts = list.elements.map((_, i) => elementAt(n, list, i));
    return [
      ops.concat(parts, 0),
      integers(
        parts.map((part) => part.dims[0]!),
        [parts.length],
        'int64',
      ),
    ];
  },
  TensorListGather: (n) => {
    const list = n.list(0);
    return ops.stack(n.integers(1).map((i) => elementAt(n, list, i)));
  },
  TensorListScatterV2: (n) => {
    const parts = ops.unstack(n.tensor(0), { axis: 0 });
    const list = new ListHandle(n.tensor(0).dtype, [], shapeInput(n, 2));
    return n.integers(1).reduce((all, at, i) => withElement(all, at, parts[i]!), list);
  },
  TensorListResize: (n) => {
    const list = n.list(0);
    const size = n.integer(1);
    return new ListHandle(
      list.dtype,
      Array.from({ length: size }, (_, i) => list.elements[i] ?? null),
      list.elementShape,
    );
  },
};

export const control: Implementations = {
  ...lists,
  PartitionedCall: callWith('f'),
  StatefulPartitionedCall: callWith('f'),
  RemoteCall: callWith('f'),
  If: branch,
  StatelessIf: branch,
  Case: branches,
  StatelessCase: branches,
  While: loop,
  StatelessWhile: loop,
  NoOp: () => [],
  ControlTrigger: () => [],
  OptionalNone: () => new OptionalHandle(null),
  OptionalFromValue: (n) => new OptionalHandle(n.inputs),
  OptionalHasValue: (n) => {
    const optional = n.inputs[0];
    return integers([optional instanceof OptionalHandle && optional.values ? 1 : 0], [], 'bool');
  },
  OptionalGetValue: (n) => {
    const optional = n.inputs[0];
    return optional instanceof OptionalHandle && optional.values
      ? optional.values
      : n.fail('an optional without a value');
  },
  /** Checks of values; in a compiled graph they are left out. */
  Assert: (n) => {
    const condition = n.inputs[0];
    if (condition instanceof Tensor && condition.elements && !isTrue(condition, n)) {
      const said = n.inputs
        .slice(1)
        .map((part) => (part instanceof Tensor && part.elements ? String(part.numpy()) : '?'));
      n.fail(`an assertion of the graph does not hold: ${said.join(' ')}`);
    }
    return [];
  },
};
