// What an operator of an imported ONNX model sees: its inputs, attributes, version, and the bodies it may run.
// Owns: the values that go between operators, reading attributes, numbers that must be known, the errors that name the node.
import { decodeText } from '../../../formats/array-data.ts';
import { FormatError } from '../../../formats/file-error.ts';
import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../../../formats/onnx/onnx-proto.ts';
import type { ExternalData } from '../../../formats/onnx/onnx-tensor.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { fromProto } from './narrow.ts';

/** A shape that only the data decides, met where the data is not there yet. */
export class DataDependentShapeError extends FormatError {}

/** A sequence of ONNX. */
export class TensorList {
  readonly elements: readonly Tensor[];
  constructor(elements: readonly Tensor[]) {
    this.elements = elements;
  }
}
/** An optional of ONNX that holds nothing; one that holds something is that thing. */
export const NOTHING: unique symbol = Symbol('nothing');
/** What goes between the operators. */
export type Value = Tensor | TensorList | typeof NOTHING;

/** Runs a body's graph: names of its inputs come from `given`, other names from around it. */
export type RunBody = (graph: OnnxGraph, given: ReadonlyMap<string, Value>) => Value[];

/** What the operators of a graph have in common. */
export interface OperatorPlace {
  readonly file: string;
  readonly opset: number;
  readonly training: boolean;
  readonly external?: ExternalData | undefined;
}

export class OperatorContext {
  readonly node: OnnxNode;
  readonly opset: number;
  readonly file: string;
  readonly run: RunBody;
  readonly training: boolean;
  readonly external: ExternalData | undefined;
  readonly #attributes: ReadonlyMap<string, OnnxAttribute>;

  constructor(node: OnnxNode, where: OperatorPlace, run: RunBody) {
    this.node = node;
    this.opset = where.opset;
    this.file = where.file;
    this.external = where.external;
    this.training = where.training;
    this.run = run;
    this.#attributes = new Map(node.attribute.map((attribute) => [attribute.name, attribute]));
  }

  fail(why: string): never {
    const { opType, name, output } = this.node;
    throw new FormatError('unsupported', this.file, `${opType} '${name || output[0]}': ${why}`);
  }
  dependsOnData(why: string): never {
    const { opType, name, output } = this.node;
    const remedy = 'Call the model itself, model(x), outside predict, fit and tf.function.';
    const what = `${opType} '${name || output[0]}': ${why}, so that the shape of the result is not known beforehand. ${remedy}`;
    throw new DataDependentShapeError('unsupported', this.file, what);
  }
  has(name: string): boolean {
    return this.#attributes.has(name);
  }
  int(name: string, otherwise: number): number {
    return Number(this.#attributes.get(name)?.i ?? otherwise);
  }
  float(name: string, otherwise: number): number {
    return this.#attributes.get(name)?.f ?? otherwise;
  }
  text(name: string, otherwise: string): string {
    const attribute = this.#attributes.get(name);
    return attribute ? String(decodeText(attribute.s)) : otherwise;
  }
  texts(name: string): string[] | null {
    return this.#attributes.get(name)?.strings.map((text) => String(decodeText(text))) ?? null;
  }
  ints(name: string): number[] | null {
    return this.#attributes.get(name)?.ints.map(Number) ?? null;
  }
  floats(name: string): number[] | null {
    return this.#attributes.get(name)?.floats ?? null;
  }
  tensor(name: string): Tensor | null {
    const proto = this.#attributes.get(name)?.t;
    if (!proto) return null;
    return fromProto(proto, this.file, `attribute '${name}'`, this.external);
  }
  body(name: string): OnnxGraph {
    return this.#attributes.get(name)?.g ?? this.fail(`the attribute '${name}' is missing.`);
  }
  /** The numbers of an input that decides on shapes; they must not depend on the data. */
  known(x: Tensor, what: string): number[] {
    if (!x.elements) this.dependsOnData(`its ${what} depends on the data`);
    return Array.from(x.elements as ArrayLike<number | bigint>, Number);
  }
  /** A list of whole numbers: an input in newer models, an attribute in older ones. */
  list(input: Tensor | null | undefined, name: string): number[] | null {
    return input ? this.known(input, name) : this.ints(name);
  }
  /** An input that must be there. */
  need(x: Tensor | null | undefined, position: number): Tensor {
    return x ?? this.fail(`input ${position} is missing.`);
  }
}

/** What an operator computes; inputs that were left out are null. */
export type Operator = (inputs: readonly (Tensor | null)[], context: OperatorContext) => Tensor | readonly Tensor[];
/** The same for operators that take or give sequences and optionals. */
export type ValueOperator = (inputs: readonly (Value | null)[], context: OperatorContext) => Value | readonly Value[];
