// Ops on symbolic tensors: `tf.add(x, y)` or `x.mul(2)` in a functional model becomes a node of its graph.
// Owns: the node, and its installation as what ops do with symbolic arguments. Leaves how files name ops to op-config.ts.
import { show, ValueError } from '../../base/errors.ts';
import { opNamed, setSymbolicClass, setSymbolicHandler } from '../../ops/core/define.ts';
import { autoName } from '../session.ts';
import { KerasTensor, kerasTensorsIn, Node, type Operation } from './keras-tensor.ts';
import { kerasClassOf } from './op-config.ts';
import { hasUnknown, symbolicResult } from './output-spec.ts';

type Op = (...args: unknown[]) => unknown;

/** One op in a functional graph. Its constant arguments are in its node. */
export class OpOperation implements Operation {
  readonly name: string;
  readonly opName: string;
  readonly inboundNodes: Node[] = [];
  readonly outboundNodes: Node[] = [];
  readonly #op: Op;

  constructor(opName: string, op: Op, name: string = autoName(kerasClassOf(opName)?.className ?? opName)) {
    this.name = name;
    this.opName = opName;
    this.#op = op;
  }
  /** As a class name in summaries. */
  get className(): string {
    return kerasClassOf(this.opName)?.className ?? this.opName;
  }
  run(args: readonly unknown[]): unknown {
    return this.#op(...args);
  }
  /** Makes a node with these arguments; gives its symbolic result. */
  apply(args: readonly unknown[]): unknown {
    const result = symbolicResult(hasUnknown(kerasTensorsIn(args)), (replace) =>
      this.#op(...(replace(args) as unknown[])),
    );
    return new Node(this, args, {}, result).result;
  }
}

/** The op of that name as a node. */
export const symbolicOp = (opName: string, name?: string): OpOperation => {
  const op = opNamed(opName);
  if (!op) throw new ValueError(`the graph names the operation ${show(opName)}, which there is not.`);
  return new OpOperation(opName, op, name);
};

setSymbolicClass(KerasTensor);
setSymbolicHandler((name, op, args) => new OpOperation(name, op).apply(args));
