// Runs the nodes of an ONNX graph with this library's ops.
// Owns: names and their scopes, functions of the model, what can be computed beforehand, the error for unknown operators.
import { FormatError } from '../../formats/file-error.ts';
import { narrowTypes } from '../../formats/onnx/narrow-types.ts';
import type {
  OnnxAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OperatorSet,
} from '../../formats/onnx/onnx-proto.ts';
import type { ExternalData } from '../../formats/onnx/onnx-tensor.ts';
import { currentTrace, withTrace } from '../../runtime/execute.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { attention } from './operators/attention.ts';
import {
  type Operator,
  OperatorContext,
  type OperatorPlace,
  type Value,
  type ValueOperator,
} from './operators/context.ts';
import { control } from './operators/control.ts';
import { convolutions } from './operators/convolutions.ts';
import { elementwise } from './operators/elementwise.ts';
import { linear } from './operators/linear.ts';
import { microsoft } from './operators/microsoft.ts';
import { fromProto, noted } from './operators/narrow.ts';
import { quantized } from './operators/quantized.ts';
import { recurrents } from './operators/recurrent.ts';
import { sequences } from './operators/sequences.ts';
import { shaping } from './operators/shaping.ts';
import { signal } from './operators/signal.ts';
import { texts } from './operators/texts.ts';
import { vision } from './operators/vision.ts';
import { windows } from './operators/windows.ts';

const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    ...elementwise,
    ...shaping,
    ...linear,
    ...quantized,
    ...attention,
    ...convolutions,
    ...windows,
    ...vision,
    ...signal,
    ...texts,
    ...recurrents,
  }),
);
const valueOperators: ReadonlyMap<string, ValueOperator> = new Map(Object.entries({ ...control, ...sequences }));

/** Names visible at a place: its own, then those around it. */
export class Names {
  readonly #own = new Map<string, Value>();
  readonly #outer: Names | null;
  constructor(outer: Names | null = null) {
    this.#outer = outer;
  }
  get(name: string): Value | undefined {
    return this.#own.get(name) ?? this.#outer?.get(name);
  }
  set(name: string, value: Value): void {
    this.#own.set(name, value);
  }
}

export interface OnnxProgram {
  readonly file: string;
  readonly opset: number;
  readonly functions: ReadonlyMap<string, OnnxFunction>;
  readonly external?: ExternalData | undefined;
}
const opsetOf = (sets: readonly OperatorSet[]): number | undefined =>
  sets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;

/** What a model's nodes refer to, besides each other. */
export const onnxProgram = (
  { opsetImport, functions }: OnnxModel,
  file: string,
  external?: ExternalData,
): OnnxProgram => ({
  file,
  opset: opsetOf(opsetImport) ?? 1,
  functions: new Map(functions.map((each) => [functionKey(each.domain, each.name), each])),
  external,
});
const functionKey = (domain: string, name: string): string => `${domain}:${name}`;

/** The operators of a graph, its bodies and functions that cornu does not know. */
export function unknownOperators(graph: OnnxGraph, program: OnnxProgram): string[] {
  const found = new Set<string>();
  const look = (nodes: readonly OnnxNode[]): void => {
    for (const node of nodes) {
      if (!program.functions.has(functionKey(node.domain, node.opType)) && !isKnown(node))
        found.add(node.domain ? `${node.domain}.${node.opType}` : node.opType);
      for (const { g } of node.attribute) if (g) look(g.node);
    }
  };
  look(graph.node);
  for (const { node } of program.functions.values()) look(node);
  return [...found].sort();
}
const STANDARD = new Set(['', 'ai.onnx', 'ai.onnx.preview']);
const operatorOf = ({ domain, opType }: OnnxNode): Operator | undefined => {
  if (STANDARD.has(domain)) return operators.get(opType);
  return domain === 'com.microsoft' ? (microsoft[opType] ?? operators.get(opType)) : undefined;
};
const isKnown = (node: OnnxNode): boolean =>
  operatorOf(node) !== undefined || (STANDARD.has(node.domain) && valueOperators.has(node.opType));

/** Runs nodes in their order; what they give is entered under their names. */
export function runNodes(nodes: readonly OnnxNode[], names: Names, program: OnnxProgram, training: boolean): void {
  for (const node of nodes) {
    const inputs = node.input.map((name): Value | null => {
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
  inputs: readonly (Value | null)[],
  names: Names,
  program: OnnxProgram,
  training: boolean,
): readonly Value[] {
  const own = program.functions.get(functionKey(node.domain, node.opType));
  if (own) return callFunction(own, node, inputs, program, training);
  const run = (graph: OnnxGraph, given: ReadonlyMap<string, Value>): Value[] =>
    runGraph(graph, given, new Names(names), program, training);
  const { file, opset, external } = program;
  const place: OperatorPlace = { file, opset, training, external };
  const context = new OperatorContext(node, place, run);
  const listed = (result: Value | readonly Value[]): readonly Value[] =>
    Array.isArray(result) ? (result as readonly Value[]) : [result as Value];
  const general = STANDARD.has(node.domain) ? valueOperators.get(node.opType) : undefined;
  if (general) return listed(general(inputs, context));
  const operator = operatorOf(node);
  if (!operator)
    throw new FormatError(
      'unsupported',
      program.file,
      `the operator ${node.opType} of '${node.domain || 'ai.onnx'}' is not known.`,
    );
  const tensors = inputs.map((input, i) =>
    input === null || input instanceof Tensor
      ? input
      : context.fail(`input ${i} is a sequence or an optional without value; a tensor is wanted.`),
  );
  const apply = (): readonly Value[] => listed(operator(tensors, context));
  // What is known while a program is traced is computed now: shapes decide what the program is.
  const known = tensors.every((input) => !input || input.elements !== null);
  return known && currentTrace() && !DRAWS.has(node.opType) ? withTrace(null, apply) : apply();
}
/** Operators that give something else each time. */
const DRAWS = new Set([
  'Dropout',
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]);

/** A graph's outputs, with its inputs given by name. */
export function runGraph(
  graph: OnnxGraph,
  given: ReadonlyMap<string, Value>,
  names: Names,
  program: OnnxProgram,
  training: boolean,
): Value[] {
  for (const proto of graph.initializer)
    names.set(proto.name, fromProto(proto, program.file, `initializer '${proto.name}'`, program.external));
  for (const { name, type } of graph.input) {
    const value = given.get(name);
    if (value instanceof Tensor) noted(value, narrowTypes.get(type?.tensorType?.elemType ?? 0));
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
  inputs: readonly (Value | null)[],
  program: OnnxProgram,
  training: boolean,
): Value[] {
  const given = new Map<string, OnnxAttribute>(own.attributeProto.map((attribute) => [attribute.name, attribute]));
  for (const attribute of call.attribute) given.set(attribute.name, attribute);
  const bound = (nodes: readonly OnnxNode[]): OnnxNode[] =>
    nodes.map((node) => ({
      ...node,
      attribute: node.attribute.flatMap((attribute) => {
        const value = attribute.refAttrName ? given.get(attribute.refAttrName) : attribute;
        if (!value) return [];
        return [
          { ...value, name: attribute.name, ...(value.g ? { g: { ...value.g, node: bound(value.g.node) } } : {}) },
        ];
      }),
    }));
  const names = new Names();
  own.input.forEach((name, i) => {
    const value = inputs[i];
    if (value) names.set(name, value);
  });
  runNodes(bound(own.node), names, { ...program, opset: opsetOf(own.opsetImport) ?? program.opset }, training);
  return own.output.map((name) => names.get(name)!);
}
