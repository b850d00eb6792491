// Scans, loops and branches as ONNX operators with bodies.
// Owns: bodies as ONNX graphs. What they take from outside they name directly: ONNX's bodies see the names around them.

import type { OnnxGraph, OnnxValueInfo } from '../../formats/onnx/onnx-proto.ts';
import type { MessageInput } from '../../formats/protobuf/message.ts';
import { type Graph, type GraphValue, type Node, paramsOf } from '../../graph/graph.ts';
import type { CondParams } from '../../primitives/control/cond.ts';
import type { ScanParams } from '../../primitives/control/scan.ts';
import type { WhileParams } from '../../primitives/control/while-loop.ts';
import type { CumulativeKind } from '../../primitives/functions.ts';
import { OnnxBlock, valueInfo } from './builder.ts';

/** A body: its parameters are new names, or stand for values outside. */
class Body {
  readonly block: OnnxBlock;
  readonly inputs: MessageInput<OnnxValueInfo>[] = [];
  readonly outputs: MessageInput<OnnxValueInfo>[] = [];
  readonly #outer: OnnxBlock;

  constructor(outer: OnnxBlock) {
    this.#outer = outer;
    this.block = new OnnxBlock(outer.file, outer);
  }
  /** A parameter that is fed. */
  take(parameter: GraphValue): void {
    const name = this.block.file.unique('body/input');
    this.inputs.push(valueInfo(name, parameter.dtype, this.block.file.extents.dims(parameter)));
    this.block.set(parameter, name);
  }
  /** A parameter that is a value outside. */
  see(parameter: GraphValue, outside: GraphValue): void {
    this.block.set(parameter, this.#outer.full(outside));
  }
  /** An output, as a name that this body alone makes. */
  give(value: GraphValue): string {
    const name = this.block.node('Identity', [this.block.full(value)]);
    this.outputs.push(valueInfo(name, value.dtype, this.block.file.extents.dims(value)));
    return name;
  }
  get graph(): MessageInput<OnnxGraph> {
    return { name: this.block.file.unique('body'), node: this.block.nodes, input: this.inputs, output: this.outputs };
  }
}

export function emitScan(block: OnnxBlock, node: Node): void {
  const { body: graph, length, reverse, constants, carries } = paramsOf<ScanParams>(node);
  const body = new Body(block);
  graph.parameters.forEach((parameter, i) => {
    if (i < constants) body.see(parameter, node.inputs[i]!);
    else body.take(parameter);
  });
  const inputs = node.inputs.slice(constants).map((input) => block.full(input));
  let sequences = inputs.length - carries;
  if (sequences === 0) {
    // Something must be stepped through.
    inputs.push(block.numbers(length, 'int64'));
    body.inputs.push(valueInfo(block.file.unique('body/step'), 'int64', []));
    sequences = 1;
  }
  body.block.emit(graph);
  for (const output of graph.outputs) body.give(output);
  const results = graph.outputs.length - carries;
  const direction = reverse ? 1 : 0;
  const names = block.nodeOf('Scan', inputs, graph.outputs.length, {
    body: { graph: body.graph },
    num_scan_inputs: sequences,
    scan_input_directions: new Array<number>(sequences).fill(direction),
    ...(results > 0 ? { scan_output_directions: new Array<number>(results).fill(direction) } : {}),
  });
  node.outputs.forEach((output, i) => {
    block.set(output, names[i]!);
  });
}

export function emitWhile(block: OnnxBlock, node: Node): void {
  const { condition, body: graph, constants } = paramsOf<WhileParams>(node);
  const test = (inside: OnnxBlock, carries: readonly GraphValue[]): string => {
    condition.parameters.forEach((parameter, i) => {
      inside.set(
        parameter,
        (i < constants ? block : inside).full(i < constants ? node.inputs[i]! : carries[i - constants]!),
      );
    });
    inside.emit(condition);
    return inside.full(condition.outputs[0]!);
  };
  const first = test(block, node.inputs.slice(constants));
  const body = new Body(block);
  const file = block.file;
  body.inputs.push(
    valueInfo(file.unique('body/iteration'), 'int64', []),
    valueInfo(file.unique('body/go'), 'bool', []),
  );
  graph.parameters.forEach((parameter, i) => {
    if (i < constants) body.see(parameter, node.inputs[i]!);
    else body.take(parameter);
  });
  body.block.emit(graph);
  const again = body.block.node('Identity', [test(body.block, graph.outputs)]);
  body.outputs.push(valueInfo(again, 'bool', []));
  for (const output of graph.outputs) body.give(output);
  const carries = node.inputs.slice(constants).map((input) => block.full(input));
  const names = block.nodeOf('Loop', ['', first, ...carries], carries.length, { body: { graph: body.graph } });
  node.outputs.forEach((output, i) => {
    block.set(output, names[i]!);
  });
}

export function emitCond(block: OnnxBlock, node: Node): void {
  const { whenTrue, whenFalse } = paramsOf<CondParams>(node);
  const [choice, ...inputs] = node.inputs as readonly [GraphValue, ...GraphValue[]];
  const branch = (graph: Graph): MessageInput<OnnxGraph> => {
    const body = new Body(block);
    graph.parameters.forEach((parameter, i) => {
      body.see(parameter, inputs[i]!);
    });
    body.block.emit(graph);
    for (const output of graph.outputs) body.give(output);
    return body.graph;
  };
  const names = block.nodeOf('If', [block.full(choice)], node.outputs.length, {
    then_branch: { graph: branch(whenTrue) },
    else_branch: { graph: branch(whenFalse) },
  });
  node.outputs.forEach((output, i) => {
    block.set(output, names[i]!);
  });
}

/** Running sums are an operator; other running results are a scan along the last axis. */
export function emitCumulative(block: OnnxBlock, node: Node): void {
  const [x] = node.inputs as readonly [GraphValue];
  const { combine, reverse } = paramsOf<{ combine: CumulativeKind; reverse: boolean }>(node);
  const name = block.full(x);
  const last = x.dims.length - 1;
  const direction = reverse ? 1 : 0;
  if (combine === 'sum') {
    const axis = block.file.integers([last], true);
    return block.set(node.outputs[0]!, block.node('CumSum', [name, axis], { reverse: direction }));
  }
  const edge = block.node('Gather', [name, block.file.integers([reverse ? -1 : 0], true)], { axis: last });
  const start =
    combine === 'prod' ? block.node('Expand', [block.scalar(1, x.dtype), block.node('Shape', [edge])]) : edge;
  const { file } = block;
  const [state, element] = [file.unique('body/state'), file.unique('body/element')];
  const inside = new OnnxBlock(file, block);
  const next = inside.node({ prod: 'Mul', max: 'Max', min: 'Min' }[combine], [state, element]);
  const result = inside.node('Identity', [next]);
  const sizes = file.extents.dims(x).slice(0, -1);
  const info = (each: string) => valueInfo(each, x.dtype, sizes);
  const body = {
    name: file.unique('body'),
    node: inside.nodes,
    input: [info(state), info(element)],
    output: [info(next), info(result)],
  };
  const [, whole] = block.nodeOf('Scan', [start, name], 2, {
    body: { graph: body },
    num_scan_inputs: 1,
    scan_input_axes: [last],
    scan_output_axes: [last],
    scan_input_directions: [direction],
    scan_output_directions: [direction],
  });
  block.set(node.outputs[0]!, whole!);
}
