// One node of a GraphDef with typed access to its attributes and inputs, as the implementations of ops see it.
// Owns: that access, and its errors. Leaves what ops compute to the tables beside it.
import type { DType } from '../../base/dtype.ts';
import { decodeText } from '../../formats/array-data.ts';
import type { AttrValue, NodeDef } from '../../formats/tensorflow/graph-proto.ts';
import {
  dtypeOfDataType,
  shapeFromProto,
  showDataType,
  tensorFromProto,
} from '../../formats/tensorflow/tensor-proto.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import {
  badNode,
  integersOf,
  knownElements,
  ListHandle,
  type Operand,
  type Place,
  TableHandle,
  unsupported,
  VariableHandle,
} from './operands.ts';

/** What the functions of a library can do for a node: call one another. */
export interface Runner {
  readonly file: string;
  /** Calls a function of the library. */
  call(name: string, args: readonly Operand[]): Operand[];
  /** Handles of variables and tables that live as long as the model, by name. */
  readonly resources: Map<string, Operand>;
  /** Whether the graph is being compiled: values are not known. */
  readonly compiling: boolean;
}

export class NodeView implements Place {
  readonly def: NodeDef;
  readonly inputs: readonly Operand[];
  readonly runner: Runner;

  constructor(def: NodeDef, inputs: readonly Operand[], runner: Runner) {
    this.def = def;
    this.inputs = inputs;
    this.runner = runner;
  }
  get file(): string {
    return this.runner.file;
  }
  get node(): string {
    return this.def.name;
  }
  get op(): string {
    return this.def.op;
  }
  fail(why: string): never {
    return badNode(this, why);
  }
  unsupported(why: string): never {
    return unsupported(this, why);
  }

  // ── Inputs ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** An input that is a tensor. */
  tensor(index: number): Tensor {
    const input = this.inputs[index];
    return input instanceof Tensor ? input : this.fail(`input ${index} is no tensor`);
  }
  get tensors(): Tensor[] {
    return this.inputs.map((_, i) => this.tensor(i));
  }
  variable(index: number): VariableHandle {
    const input = this.inputs[index];
    return input instanceof VariableHandle ? input : this.fail(`input ${index} is no variable`);
  }
  table(index: number): TableHandle {
    const input = this.inputs[index];
    return input instanceof TableHandle ? input : this.fail(`input ${index} is no table`);
  }
  list(index: number): ListHandle {
    const input = this.inputs[index];
    return input instanceof ListHandle ? input : this.fail(`input ${index} is no list of tensors`);
  }
  /** An input that must be known while the graph is compiled. */
  known(index: number): Tensor {
    const tensor = this.tensor(index);
    knownElements(tensor);
    return tensor;
  }
  /** Whole numbers that must be known while the graph is compiled. */
  integers(index: number): number[] {
    return integersOf(this.tensor(index));
  }
  integer(index: number): number {
    return this.integers(index)[0] ?? this.fail(`input ${index} is empty`);
  }

  // ── Attributes ──────────────────────────────────────────────────────────────────────────────────────────────────

  #attribute(name: string): AttrValue | undefined {
    return this.def.attr.get(name);
  }
  has(name: string): boolean {
    return this.def.attr.has(name);
  }
  int(name: string, fallback?: number): number {
    const { i } = this.#attribute(name) ?? {};
    return i !== undefined ? Number(i) : (fallback ?? this.fail(`attribute ${name} is missing`));
  }
  float(name: string, fallback: number): number {
    return this.#attribute(name)?.f ?? fallback;
  }
  bool(name: string, fallback = false): boolean {
    return this.#attribute(name)?.b ?? fallback;
  }
  text(name: string, fallback?: string): string {
    const { s } = this.#attribute(name) ?? {};
    if (s === undefined) return fallback ?? this.fail(`attribute ${name} is missing`);
    const text = decodeText(s);
    return typeof text === 'string' ? text : this.fail(`attribute ${name} is no text`);
  }
  ints(name: string, fallback?: readonly number[]): number[] {
    const list = this.#attribute(name)?.list;
    return list ? list.i.map(Number) : [...(fallback ?? this.fail(`attribute ${name} is missing`))];
  }
  dtype(name: string, fallback?: DType): DType {
    const { type } = this.#attribute(name) ?? {};
    if (type === undefined) return fallback ?? this.fail(`attribute ${name} is missing`);
    return dtypeOfDataType(type) ?? this.unsupported(`${showDataType(type)}, which cornu does not have`);
  }
  shape(name: string): (number | null)[] | null {
    return shapeFromProto(this.#attribute(name)?.shape);
  }
  /** The tensor in an attribute. */
  constant(name: string): Tensor {
    const proto = this.#attribute(name)?.tensor ?? this.fail(`attribute ${name} is missing`);
    const { data, shape, dtype } = tensorFromProto(proto, this.file, `node '${this.node}' (${this.op})`);
    return eagerTensor(data, shape, dtype);
  }
  /** The name of the function in an attribute. */
  functionName(name: string): string {
    return this.#attribute(name)?.func?.name ?? this.fail(`attribute ${name} is missing`);
  }
  functionNames(name: string): string[] {
    return this.#attribute(name)?.list?.func.map((f) => f.name) ?? this.fail(`attribute ${name} is missing`);
  }
}

/** What an op gives: one operand, or several in the order of its outputs. */
export type Implementation = (node: NodeView) => Operand | readonly Operand[];
export type Implementations = Readonly<Record<string, Implementation>>;
