// What each primitive is in TensorFlow: the table by which graphs are written.
// Owns: that table and the writing of whole graphs, with their inner functions. Leaves sizes to trace-sizes.ts.
import { type DType, dtypes } from '../../base/dtype.ts';
import { ValueError } from '../../base/errors.ts';
import type { MessageInput } from '../../formats/protobuf/message.ts';
import type { FunctionDef } from '../../formats/tensorflow/graph-proto.ts';
import type { Graph, GraphValue, Node } from '../../graph/graph.ts';
import { type Attributes, attribute, FunctionWriter, type Reference } from './graph-writer.ts';
import { constantOf, constantPolynomial, evaluate, type Polynomial, solve, sum, variantsOf } from './sizes.ts';
import type { GraphFamily } from './trace-sizes.ts';

const UNARY: Readonly<Record<string, string>> = {
  neg: 'Neg',
  abs: 'Abs',
  sign: 'Sign',
  floor: 'Floor',
  ceil: 'Ceil',
  round: 'Rint',
  exp: 'Exp',
  expm1: 'Expm1',
  log: 'Log',
  log1p: 'Log1p',
  sqrt: 'Sqrt',
  rsqrt: 'Rsqrt',
  sin: 'Sin',
  cos: 'Cos',
  tan: 'Tan',
  asin: 'Asin',
  acos: 'Acos',
  atan: 'Atan',
  sinh: 'Sinh',
  cosh: 'Cosh',
  tanh: 'Tanh',
  asinh: 'Asinh',
  acosh: 'Acosh',
  atanh: 'Atanh',
  erf: 'Erf',
  erfc: 'Erfc',
  logistic: 'Sigmoid',
  isFinite: 'IsFinite',
};
const BINARY: Readonly<Record<string, string>> = {
  add: 'AddV2',
  sub: 'Sub',
  mul: 'Mul',
  pow: 'Pow',
  atan2: 'Atan2',
  max: 'Maximum',
  min: 'Minimum',
  shiftLeft: 'LeftShift',
  shiftRight: 'RightShift',
  rem: 'TruncateMod',
};
const LOGICAL: Readonly<Record<string, string>> = {
  and: 'LogicalAnd',
  or: 'LogicalOr',
  xor: 'NotEqual',
  max: 'LogicalOr',
  min: 'LogicalAnd',
  mul: 'LogicalAnd',
  add: 'LogicalOr',
};
const BITWISE: Readonly<Record<string, string>> = { and: 'BitwiseAnd', or: 'BitwiseOr', xor: 'BitwiseXor' };
const COMPARE: Readonly<Record<string, string>> = {
  equal: 'Equal',
  notEqual: 'NotEqual',
  less: 'Less',
  lessEqual: 'LessEqual',
  greater: 'Greater',
  greaterEqual: 'GreaterEqual',
};
const REDUCE: Readonly<Record<string, string>> = {
  reduceSum: 'Sum',
  reduceProd: 'Prod',
  reduceMax: 'Max',
  reduceMin: 'Min',
};
const SCATTER: Readonly<Record<string, string>> = {
  add: 'TensorScatterAdd',
  update: 'TensorScatterUpdate',
  max: 'TensorScatterMax',
  min: 'TensorScatterMin',
};

/** The functions of one file. */
export class Library {
  readonly functions: MessageInput<FunctionDef>[] = [];
  #count = 0;
  newName(base: string): string {
    return `__inference_${base.replace(/[^A-Za-z0-9_]/g, '_')}_${this.#count++}`;
  }
}

type Write = (w: GraphTranslation, node: Node) => Reference | readonly Reference[];

/** Writes the nodes of a family of graphs into a function. */
export class GraphTranslation {
  readonly writer: FunctionWriter;
  readonly library: Library;
  readonly family: GraphFamily;
  readonly #references = new Map<GraphValue, Reference>();

  constructor(writer: FunctionWriter, library: Library, family: GraphFamily) {
    this.writer = writer;
    this.library = library;
    this.family = family;
  }
  bind(value: GraphValue, reference: Reference): void {
    this.#references.set(value, reference);
  }
  of(value: GraphValue): Reference {
    return this.#references.get(value)!;
  }
  dims(value: GraphValue): Polynomial[] {
    return this.family.dims(value);
  }
  run(graph: Graph): void {
    const needed = new Set<Node>();
    const mark = (values: readonly GraphValue[]): void => {
      const stack = values.map(({ node }) => node);
      for (let node = stack.pop(); node; node = stack.pop()) {
        if (needed.has(node)) continue;
        needed.add(node);
        for (const input of node.inputs) stack.push(input.node);
      }
    };
    mark(graph.outputs);
    for (const node of graph.nodes) {
      if (node.kind === 'parameter' || !needed.has(node)) continue;
      this.writer.scope = node.scope;
      const written = node.kind === 'constant' ? this.#constant(node) : this.#apply(node);
      node.outputs.forEach((output, i) => {
        this.bind(output, (typeof written === 'string' ? [written] : written)[i]!);
      });
    }
    this.writer.scope = '';
  }
  #apply(node: Node): Reference | readonly Reference[] {
    const write = Object.hasOwn(table, node.primitive!.name) ? table[node.primitive!.name]! : null;
    if (write) return write(this, node);
    const where = node.scope ? `layer '${node.scope}'` : 'the function';
    const what =
      node.primitive!.name === 'customCall'
        ? 'runs code of its own on texts or tables'
        : `uses '${node.primitive!.name}'`;
    throw new ValueError(
      `export: ${where} ${what}, which cannot be written to a SavedModel. Apply it to the data before the model.`,
    );
  }
  /** Elements; where they differ by the sizes of the inputs, how they follow from them. */
  #constant(node: Node): Reference {
    const [output] = node.outputs;
    const variants = this.family.at(node).map((other) => other.data!);
    const [data] = variants;
    const same = variants.every(
      (other) => other.length === data!.length && other.every((x, i) => Object.is(x, data![i])),
    );
    if (same) return this.writer.constant({ dtype: output!.dtype, shape: output!.dims, data: data! });
    const values = variants.map((other) => Number(other[0]));
    if (data!.length === 1) {
      const whole = solve(values, this.family.open);
      if (whole) return this.cast(this.writer.size(whole), 'int32', output!.dtype);
      const inverse = values.map((value) => Math.round(1 / value));
      const polynomial = solve(inverse, this.family.open);
      const sizes = variantsOf(this.family.open);
      if (
        polynomial &&
        inverse.every((_, i) => Math.fround(1 / evaluate(polynomial, sizes[i]!)) === Math.fround(values[i]!))
      )
        return this.writer.one('Reciprocal', [this.cast(this.writer.size(polynomial), 'int32', output!.dtype)], {
          T: attribute.type(output!.dtype),
        });
    }
    throw new ValueError(
      `export: ${node.scope ? `layer '${node.scope}'` : 'the function'} makes a table whose values depend on the sizes of the inputs. Give the input's shape in full.`,
    );
  }
  cast(x: Reference, from: DType, to: DType): Reference {
    return from === to
      ? x
      : this.writer.one('Cast', [x], {
          SrcT: attribute.type(from),
          DstT: attribute.type(to),
          Truncate: attribute.bool(false),
        });
  }
  reshape(x: Reference, dims: readonly Polynomial[], dtype: DType): Reference {
    return this.writer.one('Reshape', [x, this.writer.reshapeTarget(dims)], {
      T: attribute.type(dtype),
      Tshape: attribute.type('int32'),
    });
  }
  /** An operand of an elementwise op: TensorFlow broadcasts by itself where the other operand has the full shape. */
  operand(value: GraphValue, others: readonly GraphValue[]): Reference {
    const { node } = value;
    const isBroadcast = (other: GraphValue): boolean =>
      other.node.primitive?.name === 'broadcast' && other.node.kind === 'apply';
    if (!isBroadcast(value) || others.every(isBroadcast)) return this.of(value);
    const axes = node.params.axes as readonly number[];
    const [x] = node.inputs;
    const inner = this.dims(x!);
    const trailing = axes.every((axis, i) => axis === value.dims.length - axes.length + i);
    if (trailing) return this.of(x!);
    const full = value.dims.map((_, axis) =>
      axes.includes(axis) ? inner[axes.indexOf(axis)]! : constantPolynomial(1),
    );
    return this.reshape(this.of(x!), full, value.dtype);
  }
}

const T = (dtype: DType): Attributes => ({ T: attribute.type(dtype) });
const isFloat = (dtype: DType): boolean => dtypes[dtype].kind === 'float';

function binary(w: GraphTranslation, node: Node): Reference {
  const [a, b] = node.inputs as [GraphValue, GraphValue];
  const name = node.primitive!.name;
  const operands = [w.operand(a, [b]), w.operand(b, [a])];
  if (name in COMPARE) {
    if (a.dtype === 'bool' && name !== 'equal' && name !== 'notEqual')
      return w.writer.one(
        COMPARE[name]!,
        operands.map((x) => w.cast(x, 'bool', 'int32')),
        T('int32'),
      );
    return w.writer.one(COMPARE[name]!, operands, T(a.dtype));
  }
  if (a.dtype === 'bool') return w.writer.one(LOGICAL[name]!, operands, name === 'xor' ? T('bool') : {});
  if (name === 'div')
    return w.writer.one(isFloat(a.dtype) || a.dtype === 'complex64' ? 'RealDiv' : 'TruncateDiv', operands, T(a.dtype));
  return w.writer.one(BINARY[name] ?? BITWISE[name]!, operands, T(a.dtype));
}
function unary(w: GraphTranslation, node: Node): Reference {
  const [x] = node.inputs as [GraphValue];
  const name = node.primitive!.name;
  if (name === 'not')
    return w.writer.one(x.dtype === 'bool' ? 'LogicalNot' : 'Invert', [w.of(x)], x.dtype === 'bool' ? {} : T(x.dtype));
  if (name === 'abs' && dtypes[x.dtype].kind === 'uint') return w.of(x);
  if (name === 'trunc') {
    const size = w.writer.one('Floor', [w.writer.one('Abs', [w.of(x)], T(x.dtype))], T(x.dtype));
    return w.writer.one('Mul', [size, w.writer.one('Sign', [w.of(x)], T(x.dtype))], T(x.dtype));
  }
  return w.writer.one(UNARY[name]!, [w.of(x)], T(x.dtype));
}
function reduce(w: GraphTranslation, node: Node): Reference {
  const [x] = node.inputs as [GraphValue];
  const name = node.primitive!.name;
  const axes = w.writer.integers(node.params.axes as readonly number[]);
  const settings = { Tidx: attribute.type('int32'), keep_dims: attribute.bool(false) };
  if (x.dtype === 'bool')
    return w.writer.one(name === 'reduceMax' || name === 'reduceSum' ? 'Any' : 'All', [w.of(x), axes], settings);
  return w.writer.one(REDUCE[name]!, [w.of(x), axes], { ...T(x.dtype), ...settings });
}
function broadcast(w: GraphTranslation, node: Node): Reference {
  const [x] = node.inputs as [GraphValue];
  const axes = node.params.axes as readonly number[];
  const dims = w.family.list(node, 'dims');
  const inner = w.dims(x);
  const trailing = axes.every((axis, i) => axis === dims.length - axes.length + i);
  const full = dims.map((_, axis) => (axes.includes(axis) ? inner[axes.indexOf(axis)]! : constantPolynomial(1)));
  const placed = trailing ? w.of(x) : w.reshape(w.of(x), full, x.dtype);
  return w.writer.one('BroadcastTo', [placed, w.writer.shape(dims)], { ...T(x.dtype), Tidx: attribute.type('int32') });
}
function stridedSlice(
  w: GraphTranslation,
  x: Reference,
  dtype: DType,
  start: Reference,
  limit: Reference,
  strides: Reference,
): Reference {
  return w.writer.one('StridedSlice', [x, start, limit, strides], { ...T(dtype), Index: attribute.type('int32') });
}
const pairs = (w: GraphTranslation, low: readonly Polynomial[], high: readonly Polynomial[]): Reference => {
  const flat = low.flatMap((l, i) => [l, high[i]!]);
  const dims = [constantPolynomial(low.length), constantPolynomial(2)];
  const known = flat.map(constantOf);
  if (known.every((n) => n !== null))
    return w.writer.constant({ dtype: 'int32', shape: [low.length, 2], data: Int32Array.from(known as number[]) });
  return w.reshape(w.writer.shape(flat), dims, 'int32');
};
const isZero = (list: readonly Polynomial[]): boolean => list.every((polynomial) => constantOf(polynomial) === 0);

function pad(w: GraphTranslation, node: Node): Reference {
  const [x, value] = node.inputs as [GraphValue, GraphValue];
  const [low, high] = [w.family.list(node, 'low'), w.family.list(node, 'high')];
  const interior = node.params.interior as readonly number[];
  let dims = w.dims(x);
  let from = w.of(x);
  const padded = (source: Reference, a: readonly Polynomial[], b: readonly Polynomial[]): Reference =>
    isZero([...a, ...b])
      ? source
      : w.writer.one('PadV2', [source, pairs(w, a, b), w.of(value)], {
          ...T(x.dtype),
          Tpaddings: attribute.type('int32'),
        });
  const zero = constantPolynomial(0);
  interior.forEach((gap, axis) => {
    if (gap === 0) return;
    // (…, n, …) → (…, n, 1 + gap, …) → (…, n · (1 + gap), …) less the last gap
    const split = [...dims.slice(0, axis + 1), constantPolynomial(1), ...dims.slice(axis + 1)];
    const spread = padded(
      w.reshape(from, split, x.dtype),
      split.map(() => zero),
      split.map((_, i) => (i === axis + 1 ? constantPolynomial(gap) : zero)),
    );
    const long = dims.map((size, i) => (i === axis ? scaled(size, gap + 1) : size));
    const joined = w.reshape(spread, long, x.dtype);
    const cut = long.map((size, i) => (i === axis ? sum(size, constantPolynomial(gap), -1) : size));
    from = stridedSlice(
      w,
      joined,
      x.dtype,
      w.writer.integers(cut.map(() => 0)),
      w.writer.shape(cut),
      w.writer.integers(cut.map(() => 1)),
    );
    dims = cut;
  });
  // What is negative is cut off.
  const negative = (list: readonly Polynomial[]): Polynomial[] =>
    list.map((p) => ((constantOf(p) ?? 0) < 0 ? p : zero));
  const positive = (list: readonly Polynomial[]): Polynomial[] =>
    list.map((p) => ((constantOf(p) ?? 1) < 0 ? zero : p));
  if (!isZero([...negative(low), ...negative(high)])) {
    const start = negative(low).map((p) => -(constantOf(p) ?? 0));
    const limit = dims.map((size, axis) => sum(size, negative(high)[axis]!));
    from = stridedSlice(
      w,
      from,
      x.dtype,
      w.writer.integers(start),
      w.writer.shape(limit),
      w.writer.integers(start.map(() => 1)),
    );
  }
  return padded(from, positive(low), positive(high));
}
const scaled = (polynomial: Polynomial, factor: number): Polynomial =>
  new Map([...polynomial].map(([mask, coefficient]) => [mask, coefficient * factor]));

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
function dotGeneral(w: GraphTranslation, node: Node): Reference {
  const [a, b] = node.inputs as [GraphValue, GraphValue];
  const p = node.params as object as Readonly<
    Record<'lhsBatch' | 'rhsBatch' | 'lhsContract' | 'rhsContract', readonly number[]>
  >;
  const plain = a.dims.length === 2 && b.dims.length === 2 && p.lhsBatch.length === 0 && p.lhsContract.length === 1;
  if (plain && isFloat(a.dtype))
    return w.writer.one('MatMul', [w.of(a), w.of(b)], {
      ...T(a.dtype),
      transpose_a: attribute.bool(p.lhsContract[0] === 0),
      transpose_b: attribute.bool(p.rhsContract[0] === 1),
    });
  let next = 0;
  const left: string[] = a.dims.map(() => LETTERS[next++]!);
  const right: string[] = b.dims.map((_, axis) => {
    const batch = p.rhsBatch.indexOf(axis);
    if (batch >= 0) return left[p.lhsBatch[batch]!]!;
    const contracted = p.rhsContract.indexOf(axis);
    return contracted >= 0 ? left[p.lhsContract[contracted]!]! : LETTERS[next++]!;
  });
  const free = (letters: readonly string[], ...used: (readonly number[])[]): string =>
    letters.filter((_, axis) => !used.some((list) => list.includes(axis))).join('');
  const out =
    p.lhsBatch.map((axis) => left[axis]).join('') +
    free(left, p.lhsBatch, p.lhsContract) +
    free(right, p.rhsBatch, p.rhsContract);
  return w.writer.one('Einsum', [w.of(a), w.of(b)], {
    ...T(a.dtype),
    N: attribute.int(2),
    equation: attribute.text(`${left.join('')},${right.join('')}->${out}`),
  });
}

/** Input and filter with two or three spatial axes, padded, so that TensorFlow's own padding is 'VALID'. */
interface Convolved {
  readonly x: Reference;
  readonly spatial: readonly Polynomial[];
  readonly rank: number;
  readonly one: boolean;
}
const around = (list: readonly number[], one: boolean): number[] => [1, ...(one ? [1] : []), ...list, 1];

function paddedInput(w: GraphTranslation, node: Node, x: GraphValue): Convolved {
  const rank = x.dims.length - 2;
  const [low, high] = [w.family.list(node, 'low'), w.family.list(node, 'high')];
  const zero = constantPolynomial(0);
  let from = w.of(x);
  if (!isZero([...low, ...high]))
    from = w.writer.one(
      'PadV2',
      [from, pairs(w, [zero, ...low, zero], [zero, ...high, zero]), w.writer.scalar(0, x.dtype)],
      { ...T(x.dtype), Tpaddings: attribute.type('int32') },
    );
  const dims = w.dims(x);
  const spatial = dims.slice(1, -1).map((size, i) => sum(sum(size, low[i]!), high[i]!));
  const one = rank === 1;
  if (one) from = w.reshape(from, [dims[0]!, constantPolynomial(1), ...spatial, dims.at(-1)!], x.dtype);
  return { x: from, spatial, rank, one };
}
function convolve(
  w: GraphTranslation,
  x: Reference,
  filter: Reference,
  dtype: DType,
  strides: readonly number[],
  dilation: readonly number[],
  one: boolean,
  depthwise: boolean,
): Reference {
  const rank = strides.length;
  const op = depthwise ? 'DepthwiseConv2dNative' : rank === 3 ? 'Conv3D' : 'Conv2D';
  // TensorFlow wants one stride of depthwise convolutions, so that others are taken from the result.
  return w.writer.one(op, [x, filter], {
    ...T(dtype),
    strides: attribute.ints(around(strides, one)),
    dilations: attribute.ints(around(dilation, one)),
    padding: attribute.text('VALID'),
    data_format: attribute.text(rank === 3 ? 'NDHWC' : 'NHWC'),
  });
}
function convolution(w: GraphTranslation, node: Node): Reference {
  const [x, filter] = node.inputs as [GraphValue, GraphValue];
  const { strides, dilation, groups } = node.params as object as {
    strides: readonly number[];
    dilation: readonly number[];
    groups: number;
  };
  const { x: input, rank, one } = paddedInput(w, node, x);
  if (rank > 3)
    throw new ValueError(
      `export: layer '${node.scope}' convolves over ${rank} axes; TensorFlow does over three at most.`,
    );
  const channels = x.dims.at(-1)!;
  const outputs = filter.dims.at(-1)!;
  const window = filter.dims.slice(0, rank).map(constantPolynomial);
  const lead = one ? [constantPolynomial(1), ...window] : window;
  const known = (n: number): Polynomial => constantPolynomial(n);
  let y: Reference;
  const equal = strides.every((stride) => stride === strides[0]);
  if (groups === 1) {
    const weights = one ? w.reshape(w.of(filter), [...lead, known(channels), known(outputs)], x.dtype) : w.of(filter);
    y = convolve(w, input, weights, x.dtype, strides, dilation, one, false);
  } else if (groups === channels && rank <= 2 && (one || equal)) {
    const weights = w.reshape(w.of(filter), [...lead, known(channels), known(outputs / channels)], x.dtype);
    const step = one ? [strides[0]!, strides[0]!] : strides;
    // The axis that a sequence lacks has one row only, whatever the stride.
    y = w.writer.one('DepthwiseConv2dNative', [input, weights], {
      ...T(x.dtype),
      strides: attribute.ints([1, ...step, 1]),
      dilations: attribute.ints([1, ...(one ? [1] : []), ...dilation, 1]),
      padding: attribute.text('VALID'),
      data_format: attribute.text('NHWC'),
    });
  } else {
    const weights = one
      ? w.reshape(w.of(filter), [...lead, known(channels / groups), known(outputs)], x.dtype)
      : w.of(filter);
    const split = (from: Reference, axis: number): Reference[] => {
      const parts = w.writer.add('Split', [w.writer.integer(axis), from], {
        ...T(x.dtype),
        num_split: attribute.int(groups),
      });
      return Array.from({ length: groups }, (_, i) => parts.output(i));
    };
    const axis = rank + (one ? 2 : 1);
    const [inputs, filters] = [split(input, axis), split(weights, axis)];
    const parts = inputs.map((part, i) => convolve(w, part, filters[i]!, x.dtype, strides, dilation, one, false));
    y = concatenated(w, parts, axis, x.dtype);
  }
  return one ? w.reshape(y, w.dims(node.outputs[0]!), x.dtype) : y;
}
const concatenated = (w: GraphTranslation, parts: readonly Reference[], axis: number, dtype: DType): Reference =>
  parts.length === 1
    ? parts[0]!
    : w.writer.one('ConcatV2', [...parts, w.writer.integer(axis)], {
        ...T(dtype),
        N: attribute.int(parts.length),
        Tidx: attribute.type('int32'),
      });

/** The gradient by the input: TensorFlow pads it, so what was padded is cut off. */
function convolutionInputGradient(w: GraphTranslation, node: Node): Reference {
  const [dy, filter] = node.inputs as [GraphValue, GraphValue];
  const { strides, dilation, groups } = node.params as object as {
    strides: readonly number[];
    dilation: readonly number[];
    groups: number;
  };
  const rank = strides.length;
  if (groups !== 1 || rank > 3)
    throw new ValueError(
      `export: layer '${node.scope}': grouped transposed convolutions cannot be written to a SavedModel.`,
    );
  const one = rank === 1;
  const [low, high] = [w.family.list(node, 'low'), w.family.list(node, 'high')];
  const spatial = w.family.list(node, 'spatial');
  const dims = w.dims(dy);
  const channels = constantPolynomial(filter.dims.at(-2)!);
  const lead = one ? [constantPolynomial(1)] : [];
  const wide = spatial.map((size, i) => sum(sum(size, low[i]!), high[i]!));
  const grad = one ? w.reshape(w.of(dy), [dims[0]!, ...lead, ...dims.slice(1)], dy.dtype) : w.of(dy);
  const weights = one
    ? w.reshape(w.of(filter), [...lead, ...filter.dims.map(constantPolynomial)], dy.dtype)
    : w.of(filter);
  const full = [dims[0]!, ...lead, ...wide, channels];
  let x = w.writer.one(
    rank === 3 ? 'Conv3DBackpropInputV2' : 'Conv2DBackpropInput',
    [w.writer.shape(full), weights, grad],
    {
      ...T(dy.dtype),
      strides: attribute.ints(around(strides, one)),
      dilations: attribute.ints(around(dilation, one)),
      padding: attribute.text('VALID'),
      data_format: attribute.text(rank === 3 ? 'NDHWC' : 'NHWC'),
      ...(rank === 3 ? { Tshape: attribute.type('int32') } : {}),
    },
  );
  if (!isZero([...low, ...high])) {
    const zero = constantPolynomial(0);
    const begin = [zero, ...lead.map(() => zero), ...low, zero];
    const end = full.map((size, axis) =>
      axis > lead.length && axis < full.length - 1 ? sum(size, high[axis - 1 - lead.length]!, -1) : size,
    );
    x = stridedSlice(w, x, dy.dtype, w.writer.shape(begin), w.writer.shape(end), w.writer.integers(full.map(() => 1)));
  }
  return one ? w.reshape(x, w.dims(node.outputs[0]!), dy.dtype) : x;
}

function windowed(w: GraphTranslation, node: Node): Reference {
  const [x] = node.inputs as [GraphValue];
  const max = node.primitive!.name === 'windowMax';
  const { window, strides, dilation } = node.params as object as {
    window: readonly number[];
    strides: readonly number[];
    dilation: readonly number[];
  };
  const rank = window.length - 2;
  const where = `export: layer '${node.scope}'`;
  if (window[0] !== 1 || window.at(-1) !== 1 || strides[0] !== 1 || rank < 1 || rank > 3)
    throw new ValueError(`${where} pools over axes that TensorFlow does not pool over.`);
  if (dilation.some((n) => n !== 1))
    throw new ValueError(`${where} pools with dilation, which cannot be written to a SavedModel.`);
  const [low, high] = [w.family.list(node, 'low'), w.family.list(node, 'high')];
  const dims = w.dims(x);
  const lowest = max ? (isFloat(x.dtype) ? Number.NEGATIVE_INFINITY : dtypes[x.dtype].min) : 0;
  let from = w.of(x);
  if (!isZero([...low, ...high]))
    from = w.writer.one('PadV2', [from, pairs(w, low, high), w.writer.scalar(lowest, x.dtype)], {
      ...T(x.dtype),
      Tpaddings: attribute.type('int32'),
    });
  const spatial = dims.map((size, i) => sum(sum(size, low[i]!), high[i]!));
  const one = rank === 1;
  if (one) from = w.reshape(from, [spatial[0]!, constantPolynomial(1), ...spatial.slice(1)], x.dtype);
  const op = `${max ? 'Max' : 'Avg'}Pool${rank === 3 ? '3D' : ''}`;
  let y = w.writer.one(op, [from], {
    ...T(x.dtype),
    ksize: attribute.ints(around(window.slice(1, -1), one)),
    strides: attribute.ints(around(strides.slice(1, -1), one)),
    padding: attribute.text('VALID'),
    data_format: attribute.text(rank === 3 ? 'NDHWC' : 'NHWC'),
  });
  const count = window.reduce((a, b) => a * b, 1);
  if (!max) y = w.writer.one('Mul', [y, w.writer.scalar(count, x.dtype)], T(x.dtype));
  return one ? w.reshape(y, w.dims(node.outputs[0]!), x.dtype) : y;
}

function iota(w: GraphTranslation, node: Node): Reference {
  const dtype = node.params.dtype as DType;
  const axis = node.params.axis as number;
  const dims = w.family.list(node, 'dims');
  const range = w.writer.one('Range', [w.writer.integer(0), w.writer.size(dims[axis]!), w.writer.integer(1)], {
    Tidx: attribute.type('int32'),
  });
  const numbers = w.cast(range, 'int32', dtype);
  if (dims.length === 1) return numbers;
  const placed = w.reshape(
    numbers,
    dims.map((size, i) => (i === axis ? size : constantPolynomial(1))),
    dtype,
  );
  return w.writer.one('BroadcastTo', [placed, w.writer.shape(dims)], { ...T(dtype), Tidx: attribute.type('int32') });
}
function scatterRows(w: GraphTranslation, node: Node): Reference {
  const [x, indices, updates] = node.inputs as [GraphValue, GraphValue, GraphValue];
  const op = SCATTER[node.params.mode as string];
  if (!op)
    throw new ValueError(`export: layer '${node.scope}': scattering by products cannot be written to a SavedModel.`);
  const places = w.reshape(w.of(indices), [...w.dims(indices), constantPolynomial(1)], indices.dtype);
  return w.writer.one(op, [w.of(x), places, w.of(updates)], { ...T(x.dtype), Tindices: attribute.type(indices.dtype) });
}
function sort(w: GraphTranslation, node: Node): Reference[] {
  const [x] = node.inputs as [GraphValue];
  const descending = node.params.descending === true;
  const from = descending ? w.of(x) : w.writer.one('Neg', [w.of(x)], T(x.dtype));
  const top = w.writer.add('TopKV2', [from, w.writer.size(w.dims(x).at(-1)!)], {
    ...T(x.dtype),
    sorted: attribute.bool(true),
  });
  const values = top.output(0, 'values');
  return [descending ? values : w.writer.one('Neg', [values], T(x.dtype)), top.output(0, 'indices')];
}
function cumulative(w: GraphTranslation, node: Node): Reference {
  const [x] = node.inputs as [GraphValue];
  const { combine, reverse } = node.params as object as { combine: string; reverse: boolean };
  if (combine !== 'sum' && combine !== 'prod')
    throw new ValueError(`export: layer '${node.scope}': running extremes cannot be written to a SavedModel.`);
  return w.writer.one(combine === 'sum' ? 'Cumsum' : 'Cumprod', [w.of(x), w.writer.integer(x.dims.length - 1)], {
    ...T(x.dtype),
    Tidx: attribute.type('int32'),
    exclusive: attribute.bool(false),
    reverse: attribute.bool(reverse),
  });
}

// ── Control flow ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** A function of its own for an inner graph; the open sizes are passed along. */
function innerFunction(
  w: GraphTranslation,
  base: string,
  family: GraphFamily,
  before: readonly DType[],
): { translation: GraphTranslation; args: Reference[]; writer: FunctionWriter } {
  const writer = new FunctionWriter(w.library.newName(base));
  for (let i = 0; i < w.writer.openSizes.length; i++) writer.openSizes.push(writer.argument(`size_${i}`, 'int32'));
  const args = before.map((dtype, i) => writer.argument(`arg_${i}`, dtype));
  return { translation: new GraphTranslation(writer, w.library, family), args, writer };
}
function cond(w: GraphTranslation, node: Node): Reference[] {
  const [choice, ...inputs] = node.inputs;
  const write = (name: string): string => {
    const family = w.family.inner(node, name);
    const { translation, args, writer } = innerFunction(
      w,
      `cond_${name}`,
      family,
      inputs.map(({ dtype }) => dtype),
    );
    family.first.parameters.forEach((parameter, i) => void translation.bind(parameter, args[i]!));
    translation.run(family.first);
    const results = family.first.outputs.map((output, i) => ({
      name: `result_${i}`,
      dtype: output.dtype,
      from: translation.of(output),
    }));
    w.library.functions.push(writer.finish(results));
    return writer.name;
  };
  const types = [...w.writer.openSizes.map((): DType => 'int32'), ...inputs.map(({ dtype }) => dtype)];
  const call = w.writer.add(
    'StatelessIf',
    [w.of(choice!), ...w.writer.openSizes, ...inputs.map((input) => w.of(input))],
    {
      Tcond: attribute.type('bool'),
      Tin: attribute.types(types),
      Tout: attribute.types(node.outputs.map(({ dtype }) => dtype)),
      then_branch: attribute.f(write('whenTrue')),
      else_branch: attribute.f(write('whenFalse')),
    },
  );
  return node.outputs.map((_, i) => call.output(i));
}

type LoopType = DType | 'variant';
const loopTypes = (types: readonly LoopType[]): Attributes => ({
  T: { list: { type: types.map((dtype) => (dtype === 'variant' ? 21 : attribute.type(dtype).type!)) } },
});
function whileLoop(w: GraphTranslation, node: Node): Reference[] {
  const constants = node.params.constants as number;
  const types = node.inputs.map(({ dtype }) => dtype);
  const sizes = w.writer.openSizes;
  const write = (name: 'condition' | 'body'): string => {
    const family = w.family.inner(node, name);
    const { translation, args, writer } = innerFunction(w, `while_${name}`, family, types);
    family.first.parameters.forEach((parameter, i) => void translation.bind(parameter, args[i]!));
    translation.run(family.first);
    const outputs = family.first.outputs.map((output) => ({ dtype: output.dtype, from: translation.of(output) }));
    const results =
      name === 'condition'
        ? outputs
        : [
            ...writer.openSizes.map((from): { dtype: DType; from: Reference } => ({ dtype: 'int32', from })),
            ...args.slice(0, constants).map((from, i) => ({ dtype: types[i]!, from })),
            ...outputs,
          ];
    w.library.functions.push(writer.finish(results.map((result, i) => ({ name: `result_${i}`, ...result }))));
    return writer.name;
  };
  const all: LoopType[] = [...sizes.map((): DType => 'int32'), ...types];
  const loop = w.writer.add('StatelessWhile', [...sizes, ...node.inputs.map((input) => w.of(input))], {
    ...loopTypes(all),
    cond: attribute.f(write('condition')),
    body: attribute.f(write('body')),
  });
  return node.outputs.map((_, i) => loop.output(sizes.length + constants + i));
}

/** A loop over the steps: takes one row of each sequence, puts one row into each list of results. */
function scan(w: GraphTranslation, node: Node): Reference[] {
  const { constants, carries, reverse } = node.params as object as {
    constants: number;
    carries: number;
    reverse: boolean;
  };
  const length = w.family.number(node, 'length');
  const family = w.family.inner(node, 'body');
  const body = family.first;
  const results = body.outputs.slice(carries);
  const sizes = w.writer.openSizes;
  const inputs = node.inputs.map(({ dtype }) => dtype);
  const element = (writer: FunctionWriter, value: GraphValue): Reference =>
    writer.integers(family.dims(value).map((size) => constantOf(size) ?? -1));
  // Loop variables: sizes, length, step, inputs, lists.
  const types: LoopType[] = [
    ...sizes.map((): DType => 'int32'),
    'int32',
    'int32',
    ...inputs,
    ...results.map((): LoopType => 'variant'),
  ];
  const begin = (base: string): { writer: FunctionWriter; args: Reference[] } => {
    const writer = new FunctionWriter(w.library.newName(base));
    for (let i = 0; i < sizes.length; i++) writer.openSizes.push(writer.argument(`size_${i}`, 'int32'));
    return { writer, args: types.slice(sizes.length).map((dtype, i) => writer.argument(`arg_${i}`, dtype)) };
  };
  const condition = begin('scan_condition');
  w.library.functions.push(
    condition.writer.finish([
      {
        name: 'result_0',
        dtype: 'bool',
        from: condition.writer.one('Less', [condition.args[1]!, condition.args[0]!], T('int32')),
      },
    ]),
  );
  const { writer, args } = begin('scan_body');
  const [total, step] = args as [Reference, Reference];
  const at = reverse
    ? writer.one('Sub', [writer.one('Sub', [total, writer.integer(1)], T('int32')), step], T('int32'))
    : step;
  const given = args.slice(2, 2 + inputs.length);
  const lists = args.slice(2 + inputs.length);
  const translation = new GraphTranslation(writer, w.library, family);
  body.parameters.forEach((parameter, i) => {
    const row =
      i < constants + carries
        ? given[i]!
        : writer.one('GatherV2', [given[i]!, at, writer.integer(0)], {
            Tparams: attribute.type(parameter.dtype),
            Tindices: attribute.type('int32'),
            Taxis: attribute.type('int32'),
          });
    translation.bind(parameter, row);
  });
  translation.run(body);
  const after = lists.map((list, i) =>
    writer.one('TensorListSetItem', [list, at, translation.of(results[i]!)], {
      element_dtype: attribute.type(results[i]!.dtype),
    }),
  );
  const kept: { dtype: LoopType; from: Reference }[] = [
    ...writer.openSizes.map((from): { dtype: LoopType; from: Reference } => ({ dtype: 'int32', from })),
    { dtype: 'int32', from: total },
    { dtype: 'int32', from: writer.one('AddV2', [step, writer.integer(1)], T('int32')) },
    ...given.map((from, i): { dtype: LoopType; from: Reference } => {
      const carry = i - constants;
      return { dtype: inputs[i]!, from: carry >= 0 && carry < carries ? translation.of(body.outputs[carry]!) : from };
    }),
    ...after.map((from): { dtype: LoopType; from: Reference } => ({ dtype: 'variant', from })),
  ];
  w.library.functions.push(writer.finish(kept.map((result, i) => ({ name: `result_${i}`, ...result }))));
  const count = w.writer.size(length);
  const reserved = results.map((result) =>
    w.writer.one('TensorListReserve', [element(w.writer, result), count], {
      element_dtype: attribute.type(result.dtype),
      shape_type: attribute.type('int32'),
    }),
  );
  const loop = w.writer.add(
    'StatelessWhile',
    [...sizes, count, w.writer.integer(0), ...node.inputs.map((input) => w.of(input)), ...reserved],
    {
      ...loopTypes(types),
      cond: attribute.f(condition.writer.name),
      body: attribute.f(writer.name),
    },
  );
  const first = sizes.length + 2;
  return node.outputs.map((_, i) => {
    if (i < carries) return loop.output(first + constants + i);
    const result = results[i - carries]!;
    const list = loop.output(first + inputs.length + i - carries);
    return w.writer.one('TensorListStack', [list, element(w.writer, result)], {
      element_dtype: attribute.type(result.dtype),
      num_elements: attribute.int(constantOf(length) ?? -1),
    });
  });
}

const same = (names: readonly string[], write: Write): Record<string, Write> =>
  Object.fromEntries(names.map((name) => [name, write]));

const table: Readonly<Record<string, Write>> = {
  ...same([...Object.keys(UNARY), 'not', 'trunc'], unary),
  ...same([...Object.keys(BINARY), ...Object.keys(BITWISE), ...Object.keys(COMPARE), 'div'], binary),
  ...same(Object.keys(REDUCE), reduce),
  select: (w, { inputs: [c, a, b] }) =>
    w.writer.one('SelectV2', [w.operand(c!, [a!, b!]), w.operand(a!, [c!, b!]), w.operand(b!, [c!, a!])], T(a!.dtype)),
  convert: (w, { inputs: [x], params }) =>
    x!.dtype === 'bool' || params.dtype !== 'bool'
      ? w.cast(w.of(x!), x!.dtype, params.dtype as DType)
      : w.writer.one('NotEqual', [w.of(x!), w.writer.scalar(0, x!.dtype)], T(x!.dtype)),
  bitcast: (w, { inputs: [x], params }) =>
    w.writer.one('Bitcast', [w.of(x!)], { ...T(x!.dtype), type: attribute.type(params.dtype as DType) }),
  stopGradient: (w, { inputs: [x] }) => w.writer.one('StopGradient', [w.of(x!)], T(x!.dtype)),
  reshape: (w, node) => w.reshape(w.of(node.inputs[0]!), w.dims(node.outputs[0]!), node.outputs[0]!.dtype),
  transpose: (w, { inputs: [x], params }) =>
    w.writer.one('Transpose', [w.of(x!), w.writer.integers(params.permutation as readonly number[])], {
      ...T(x!.dtype),
      Tperm: attribute.type('int32'),
    }),
  broadcast,
  pad,
  slice: (w, node) => {
    const [x] = node.inputs as [GraphValue];
    const [start, limit, strides] = ['start', 'limit', 'strides'].map((name) =>
      w.writer.shape(w.family.list(node, name)),
    ) as [Reference, Reference, Reference];
    return stridedSlice(w, w.of(x), x.dtype, start, limit, strides);
  },
  concatenate: (w, { inputs, params }) =>
    concatenated(
      w,
      inputs.map((input) => w.of(input)),
      params.axis as number,
      inputs[0]!.dtype,
    ),
  reverse: (w, { inputs: [x], params }) =>
    w.writer.one('ReverseV2', [w.of(x!), w.writer.integers(params.axes as readonly number[])], {
      ...T(x!.dtype),
      Tidx: attribute.type('int32'),
    }),
  iota,
  takeRows: (w, { inputs: [x, indices] }) =>
    w.writer.one('GatherV2', [w.of(x!), w.of(indices!), w.writer.integer(0)], {
      Tparams: attribute.type(x!.dtype),
      Tindices: attribute.type(indices!.dtype),
      Taxis: attribute.type('int32'),
    }),
  scatterRows,
  dotGeneral,
  convolution,
  convolutionInputGradient,
  windowSum: windowed,
  windowMax: windowed,
  sort,
  cumulative,
  cond,
  whileLoop,
  scan,
};
