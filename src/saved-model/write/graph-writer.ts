// Builds the nodes of a function: unique names, attributes, constants, and sizes computed from the inputs' shapes.
// Owns: that building. Leaves which nodes a primitive becomes to primitive-nodes.ts.
import type { DType } from '../../base/dtype.ts';
import { dtypes } from '../../base/dtype.ts';
import type { ArrayData } from '../../formats/array-data.ts';
import type { MessageInput } from '../../formats/protobuf/message.ts';
import type { AttrValue, FunctionDef, NodeDef } from '../../formats/tensorflow/graph-proto.ts';
import { DATA_TYPES, tensorToProto } from '../../formats/tensorflow/tensor-proto.ts';
import { constantOf, type Polynomial } from './sizes.ts';

/** An output of a node, or an argument of the function, by its name in the function. */
export type Reference = string;
export type Attributes = Readonly<Record<string, MessageInput<AttrValue>>>;

export const attribute = {
  type: (dtype: DType): MessageInput<AttrValue> => ({ type: DATA_TYPES[dtype] }),
  int: (value: number): MessageInput<AttrValue> => ({ i: BigInt(value) }),
  ints: (values: readonly number[]): MessageInput<AttrValue> => ({ list: { i: values.map(BigInt) } }),
  bool: (value: boolean): MessageInput<AttrValue> => ({ b: value }),
  text: (value: string): MessageInput<AttrValue> => ({ s: new TextEncoder().encode(value) }),
  types: (list: readonly DType[]): MessageInput<AttrValue> => ({
    list: { type: list.map((dtype) => DATA_TYPES[dtype]) },
  }),
  f: (name: string): MessageInput<AttrValue> => ({ func: { name } }),
};

/** Names of the outputs of ops, where they are not `output`. */
const OUTPUT: Readonly<Record<string, string>> = {
  ReadVariableOp: 'value',
  MatMul: 'product',
  ...Object.fromEntries(
    [
      'AddV2',
      'Sub',
      'Mul',
      'RealDiv',
      'TruncateDiv',
      'TruncateMod',
      'FloorDiv',
      'Pow',
      'Atan2',
      'Maximum',
      'Minimum',
      'LogicalAnd',
      'LogicalOr',
      'Equal',
      'NotEqual',
      'Less',
      'LessEqual',
      'Greater',
      'GreaterEqual',
      'BitwiseAnd',
      'BitwiseOr',
      'BitwiseXor',
      'LeftShift',
      'RightShift',
      'Betainc',
      'Igamma',
      'IgammaGradA',
      'Igammac',
      'MulNoNan',
      'Polygamma',
      'Zeta',
    ].map((op) => [op, 'z']),
  ),
  ...Object.fromEntries(
    [
      'Neg',
      'Abs',
      'Sign',
      'Floor',
      'Ceil',
      'Rint',
      'Exp',
      'Expm1',
      'Log',
      'Log1p',
      'Sqrt',
      'Rsqrt',
      'Sin',
      'Cos',
      'Tan',
      'Asin',
      'Acos',
      'Atan',
      'Sinh',
      'Cosh',
      'Tanh',
      'Asinh',
      'Acosh',
      'Atanh',
      'Erf',
      'Erfc',
      'Sigmoid',
      'LogicalNot',
      'Invert',
      'IsFinite',
      'Cast',
      'Transpose',
      'Reciprocal',
      'BesselI0',
      'BesselI0e',
      'BesselI1',
      'BesselI1e',
      'BesselJ0',
      'BesselJ1',
      'BesselK0',
      'BesselK0e',
      'BesselK1',
      'BesselK1e',
      'BesselY0',
      'BesselY1',
      'Dawsn',
      'Digamma',
      'Erfinv',
      'Expint',
      'FresnelCos',
      'FresnelSin',
      'Lgamma',
      'Ndtri',
      'Spence',
    ].map((op) => [op, 'y']),
  ),
  Softmax: 'softmax',
  Complex: 'out',
  Cumsum: 'out',
  Cumprod: 'out',
  LookupTableFindV2: 'values',
  FloorMod: 'z',
  RaggedTensorToTensor: 'result',
  TensorListReserve: 'handle',
  TensorListSetItem: 'output_handle',
  TensorListGetItem: 'item',
  TensorListStack: 'tensor',
};

const STATEFUL = new Set([
  'ReadVariableOp',
  'StatefulPartitionedCall',
  'HashTableV2',
  'LookupTableFindV2',
  'LookupTableImportV2',
]);

export class FunctionWriter {
  readonly name: string;
  readonly nodes: MessageInput<NodeDef>[] = [];
  /** Arguments in order; resources have no dtype. */
  readonly args: { readonly name: string; readonly dtype: DType | 'resource' | 'variant' }[] = [];
  readonly #names = new Set<string>();
  readonly #constants = new Map<string, Reference>();
  readonly #sizes = new Map<string, Reference>();
  /** Each open size as a scalar of int32. */
  readonly openSizes: Reference[] = [];
  /** In front of the names of the nodes made now: the layer that they belong to. */
  scope = '';

  constructor(name: string) {
    this.name = name;
  }
  unique(wanted: string): string {
    const base = wanted.replace(/[^A-Za-z0-9_.\\/-]/g, '_').replace(/^[^A-Za-z0-9.]/, 'n') || 'node';
    let name = base;
    for (let i = 1; this.#names.has(name); i++) name = `${base}_${i}`;
    this.#names.add(name);
    return name;
  }
  argument(name: string, dtype: DType | 'resource' | 'variant'): Reference {
    // Arguments of functions are lower case, without slashes.
    const unique = this.unique(name.toLowerCase().replace(/[^a-z0-9_]/g, '_'));
    this.args.push({ name: unique, dtype });
    return unique;
  }
  /** A node; gives its outputs' references: `output(i)`. */
  add(
    op: string,
    inputs: readonly Reference[],
    attributes: Attributes = {},
    control: readonly string[] = [],
  ): { name: string; output: (index?: number, group?: string) => Reference } {
    const name = this.unique(this.scope ? `${this.scope}/${op}` : op);
    this.nodes.push({
      name,
      op,
      input: [...inputs, ...control.map((node) => `^${node}`)],
      attr: new Map(Object.entries(attributes)),
    });
    return { name, output: (index = 0, group = OUTPUT[op] ?? 'output') => `${name}:${group}:${index}` };
  }
  /** The one output of a node. */
  one(op: string, inputs: readonly Reference[], attributes: Attributes = {}): Reference {
    return this.add(op, inputs, attributes).output();
  }

  // ── Constants and sizes ─────────────────────────────────────────────────────────────────────────────────────────

  constant(array: ArrayData): Reference {
    const small = array.data.length <= 16;
    const key = small
      ? `${array.dtype}:${array.shape.join()}:${Array.from(array.data as ArrayLike<unknown>, (x) => (Object.is(x, -0) ? '-0' : String(x))).join()}`
      : '';
    const known = small ? this.#constants.get(key) : undefined;
    if (known) return known;
    const reference = this.one('Const', [], {
      dtype: attribute.type(array.dtype),
      value: { tensor: tensorToProto(array) },
    });
    if (small) this.#constants.set(key, reference);
    return reference;
  }
  integers(values: readonly number[], dtype: 'int32' | 'int64' = 'int32'): Reference {
    const data = dtype === 'int32' ? Int32Array.from(values) : BigInt64Array.from(values, BigInt);
    return this.constant({ dtype, shape: [values.length], data });
  }
  integer(value: number): Reference {
    return this.constant({ dtype: 'int32', shape: [], data: Int32Array.of(value) });
  }
  /** A scalar in a dtype. */
  scalar(value: number, dtype: DType): Reference {
    const make = dtypes[dtype].array!;
    const data = new make(1);
    data[0] = data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(value) : value;
    return this.constant({ dtype, shape: [], data });
  }
  /** A size as a scalar of int32. */
  size(polynomial: Polynomial): Reference {
    const constant = constantOf(polynomial);
    if (constant !== null) return this.integer(constant);
    const key = [...polynomial].map((term) => term.join(':')).join();
    const known = this.#sizes.get(key);
    if (known) return known;
    const T = attribute.type('int32');
    const scope = this.scope;
    this.scope = 'sizes';
    let total: Reference | null = null;
    for (const [mask, coefficient] of polynomial) {
      let term: Reference | null = null;
      this.openSizes.forEach((size, i) => {
        if (mask & (1 << i)) term = term === null ? size : this.one('Mul', [term, size], { T });
      });
      if (term === null) term = this.integer(coefficient);
      else if (coefficient !== 1) term = this.one('Mul', [term, this.integer(coefficient)], { T });
      total = total === null ? term : this.one('AddV2', [total, term], { T });
    }
    this.scope = scope;
    this.#sizes.set(key, total!);
    return total!;
  }
  /** A shape as a vector of int32. */
  shape(dims: readonly Polynomial[]): Reference {
    const known = dims.map(constantOf);
    if (known.every((size) => size !== null)) return this.integers(known as number[]);
    return this.one(
      'Pack',
      dims.map((size) => this.size(size)),
      { T: attribute.type('int32'), N: attribute.int(dims.length), axis: attribute.int(0) },
    );
  }
  /** A shape to reshape to: one open size needs no computing. */
  reshapeTarget(dims: readonly Polynomial[]): Reference {
    const known = dims.map(constantOf);
    if (known.filter((size) => size === null).length !== 1 || known.includes(0)) return this.shape(dims);
    return this.integers(known.map((size) => size ?? -1));
  }

  /** The function, with these results by name. */
  finish(
    results: readonly {
      readonly name: string;
      readonly dtype: DType | 'variant' | 'resource';
      readonly from: Reference;
    }[],
  ): MessageInput<FunctionDef> {
    const typeOf = (dtype: DType | 'resource' | 'variant'): number =>
      dtype === 'resource' ? 20 : dtype === 'variant' ? 21 : DATA_TYPES[dtype];
    return {
      signature: {
        name: this.name,
        inputArg: this.args.map(({ name, dtype }) => ({ name, type: typeOf(dtype) })),
        outputArg: results.map(({ name, dtype }) => ({ name, type: typeOf(dtype) })),
        isStateful: this.nodes.some(({ op }) => STATEFUL.has(op!)),
      },
      nodeDef: this.nodes,
      ret: new Map(results.map(({ name, from }) => [name, from])),
    };
  }
}
