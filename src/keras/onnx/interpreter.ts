// Runs the nodes of an ONNX graph with this library's ops.
// Owns: names and their scopes, functions of the model, what can be computed beforehand, the error for unknown operators.
import { FormatError } from '../../formats/file-error.ts';
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxNode } from '../../formats/onnx/onnx-proto.ts';
import { arrayFromOnnx } from '../../formats/onnx/onnx-tensor.ts';
import { currentTrace, withTrace } from '../../runtime/execute.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import { type Operator, OperatorContext } from './operators/context.ts';
import { control } from './operators/control.ts';
import { convolutions } from './operators/convolutions.ts';
import { elementwise } from './operators/elementwise.ts';
import { linear } from './operators/linear.ts';
import { recurrents } from './operators/recurrent.ts';
import { shaping } from './operators/shaping.ts';
import { windows } from './operators/windows.ts';

const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({ ...elementwise, ...shaping, ...linear, ...convolutions, ...windows, ...recurrents, ...control }),
);

/** Names visible at a place: its own, then those around it. */
export class Names {
  readonly #own = new Map<string, Tensor>();
  readonly #outer: Names | null;
  constructor(outer: Names | null = null) {
    this.#outer = outer;
  }
  get(name: string): Tensor | undefined {
    return this.#own.get(name) ?? this.#outer?.get(name);
  }
  set(name: string, value: Tensor): void {
    this.#own.set(name, value);
  }
}

export interface OnnxProgram {
  readonly file: string;
  readonly opset: number;
  readonly functions: ReadonlyMap<string, OnnxFunction>;
}
export const functionKey = (domain: string, name: string): string => `${domain}:${name}`;

/** The operators of a graph, its bodies and functions that cornu does not know. */
export function unknownOperators(graph: OnnxGraph, program: OnnxProgram): string[] {
  const found = new Set<string>();
  const look = (nodes: readonly OnnxNode[]): void => {
    for (const node of nodes) {
      if (!program.functions.has(functionKey(node.domain, node.opType)) && !operatorOf(node))
        found.add(node.domain ? `${node.domain}.${node.opType}` : node.opType);
      for (const { g } of node.attribute) if (g) look(g.node);
    }
  };
  look(graph.node);
  for (const { node } of program.functions.values()) look(node);
  return [...found].sort();
}
const operatorOf = ({ domain, opType }: OnnxNode): Operator | undefined =>
  domain === '' || domain === 'ai.onnx' || opType === 'Gelu' ? operators.get(opType) : undefined;

/** Runs nodes in their order; what they give is entered under their names. */
export function runNodes(nodes: readonly OnnxNode[], names: Names, program: OnnxProgram, training: boolean): void {
  for (const node of nodes) {
    const inputs = node.input.map((name): Tensor | null => {
      if (name === '') return null;
      const value = names.get(name);
      if (!value)
        throw new FormatError(
          'bad_protobuf',
          program.file,
          `node '${node.name || node.opType}' takes '${name}', which nothing before it gives.`,
        );
      return value;
    });
    const results = outputsOf(node, inputs, names, program, training);
    node.output.forEach((name, i) => {
      const value = results[i];
      if (name !== '' && value) names.set(name, value);
    });
  }
}

function outputsOf(
  node: OnnxNode,
  inputs: readonly (Tensor | null)[],
  names: Names,
  program: OnnxProgram,
  training: boolean,
): readonly Tensor[] {
  const own = program.functions.get(functionKey(node.domain, node.opType));
  if (own) return callFunction(own, node, inputs, program, training);
  const operator = operatorOf(node);
  if (!operator)
    throw new FormatError(
      'unsupported',
      program.file,
      `the operator ${node.opType} of '${node.domain || 'ai.onnx'}' is not known.`,
    );
  const run = (graph: OnnxGraph, given: ReadonlyMap<string, Tensor>): Tensor[] =>
    runGraph(graph, given, new Names(names), program, training);
  const context = new OperatorContext(node, program.opset, program.file, run, training);
  const apply = (): readonly Tensor[] => {
    const result = operator(inputs, context);
    return Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor];
  };
  // What is known while a program is traced is computed now: shapes decide what the program is.
  const known = inputs.every((input) => !input || input.elements !== null);
  return known && currentTrace() && node.opType !== 'Dropout' ? withTrace(null, apply) : apply();
}

/** A graph's outputs, with its inputs given by name. */
export function runGraph(
  graph: OnnxGraph,
  given: ReadonlyMap<string, Tensor>,
  names: Names,
  program: OnnxProgram,
  training: boolean,
): Tensor[] {
  for (const proto of graph.initializer) {
    const { data, shape, dtype } = arrayFromOnnx(proto, program.file, `initializer '${proto.name}'`);
    names.set(proto.name, eagerTensor(data, shape, dtype));
  }
  for (const [name, value] of given) names.set(name, value);
  runNodes(graph.node, names, program, training);
  return graph.output.map(({ name }) => {
    const value = names.get(name);
    if (!value) throw new FormatError('bad_protobuf', program.file, `nothing gives the output '${name}'.`);
    return value;
  });
}

function callFunction(
  own: OnnxFunction,
  call: OnnxNode,
  inputs: readonly (Tensor | null)[],
  program: OnnxProgram,
  training: boolean,
): Tensor[] {
  const given = new Map<string, OnnxAttribute>(own.attributeProto.map((attribute) => [attribute.name, attribute]));
  for (const attribute of call.attribute) given.set(attribute.name, attribute);
  const bound = own.node.map((node) => ({
    ...node,
    attribute: node.attribute.flatMap((attribute) => {
      if (!attribute.refAttrName) return [attribute];
      const value = given.get(attribute.refAttrName);
      return value ? [{ ...value, name: attribute.name }] : [];
    }),
  }));
  const names = new Names();
  own.input.forEach((name, i) => {
    const value = inputs[i];
    if (value) names.set(name, value);
  });
  runNodes(bound, names, program, training);
  return own.output.map((name) => names.get(name)!);
}
