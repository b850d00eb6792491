// How Keras 3 files name the ops of functional models: class, module, which arguments are config and which are inputs.
// Owns: the one table, in both directions.

import { show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { opNamed } from '../../ops/core/define.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import { parametersOf } from '../ops/define.ts';
import { type Config, camelCase, type Json } from '../schema.ts';
import { kerasOpClasses } from './keras-op-classes.ts';

export interface KerasClass {
  readonly opName: string;
  readonly className: string;
  readonly module: string;
  /** From the op's arguments to config and inputs, as files have them. */
  split(args: readonly unknown[]): {
    config: Config;
    args: readonly unknown[];
    kwargs?: Readonly<Record<string, unknown>>;
  };
  /** And back. */
  join(config: Config, args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): readonly unknown[];
}

const NUMPY = 'keras.src.ops.numpy';
const NN = 'keras.src.ops.nn';
const CORE = 'keras.src.ops.core';

const plain = (opName: string, className: string, module = NUMPY): KerasClass => ({
  opName,
  className,
  module,
  split: (args) => ({ config: {}, args: trimmed(args) }),
  join: (_, args) => args,
});
const trimmed = (args: readonly unknown[]): unknown[] => {
  const list = [...args];
  while (list.length > 0 && list.at(-1) === undefined) list.pop();
  return list;
};
const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

/** An op whose arguments after the first are an axis and options. */
const reduction = (opName: string, className: string, extra: Config = {}): KerasClass => ({
  opName,
  className,
  module: NUMPY,
  split: ([x, axis, options]) => {
    const given = isRecord(axis) ? record(axis) : { axis, ...record(options) };
    return {
      config: { axis: (given.axis ?? null) as Json, keepdims: (given.keepdims ?? false) as Json, ...extra },
      args: [x],
    };
  },
  join: (config, [x]) => [x, config.axis ?? null, { keepdims: config.keepdims ?? false }],
});
/** An op with one constant argument after its input. */
const constant = (opName: string, className: string, key: string, fallback: Json, module = NUMPY): KerasClass => ({
  opName,
  className,
  module,
  split: ([x, value]) => ({
    config: { [key]: (isRecord(value) ? (Object.values(record(value))[0] ?? fallback) : (value ?? fallback)) as Json },
    args: [x],
  }),
  join: (config, [x]) => [x, config[key] ?? fallback],
});

const classes: readonly KerasClass[] = [
  plain('add', 'Add'),
  plain('subtract', 'Subtract'),
  plain('multiply', 'Multiply'),
  plain('divide', 'TrueDivide'),
  plain('divide', 'Divide'),
  plain('floordiv', 'FloorDivide'),
  plain('floormod', 'Mod'),
  plain('pow', 'Power'),
  plain('matmul', 'Matmul'),
  plain('maximum', 'Maximum'),
  plain('minimum', 'Minimum'),
  plain('equal', 'Equal'),
  plain('notEqual', 'NotEqual'),
  plain('greater', 'Greater'),
  plain('greaterEqual', 'GreaterEqual'),
  plain('less', 'Less'),
  plain('lessEqual', 'LessEqual'),
  plain('logicalAnd', 'LogicalAnd'),
  plain('logicalOr', 'LogicalOr'),
  plain('logicalNot', 'LogicalNot'),
  plain('where', 'Where'),
  plain('negative', 'Negative'),
  plain('abs', 'Absolute'),
  plain('abs', 'Abs'),
  plain('square', 'Square'),
  plain('sqrt', 'Sqrt'),
  plain('exp', 'Exp'),
  plain('log', 'Log'),
  plain('log1p', 'Log1p'),
  plain('sin', 'Sin'),
  plain('cos', 'Cos'),
  plain('sign', 'Sign'),
  plain('floor', 'Floor'),
  plain('ceil', 'Ceil'),
  plain('round', 'Round'),
  plain('tanh', 'Tanh'),
  plain('reciprocal', 'Reciprocal'),
  plain('onesLike', 'OnesLike'),
  plain('zerosLike', 'ZerosLike'),
  plain('sigmoid', 'Sigmoid', NN),
  plain('relu', 'Relu', NN),
  plain('relu6', 'Relu6', NN),
  plain('softplus', 'Softplus', NN),
  plain('softsign', 'Softsign', NN),
  plain('silu', 'Silu', NN),
  constant('elu', 'Elu', 'alpha', 1, NN),
  plain('selu', 'Selu', NN),
  constant('softmax', 'Softmax', 'axis', -1, NN),
  constant('logSoftmax', 'LogSoftmax', 'axis', -1, NN),
  reduction('reduceMean', 'Mean'),
  reduction('reduceSum', 'Sum'),
  reduction('reduceMax', 'Max', { initial: null }),
  reduction('reduceMin', 'Min', { initial: null }),
  reduction('reduceProd', 'Prod'),
  reduction('reduceAll', 'All'),
  reduction('reduceAny', 'Any'),
  {
    ...constant('argmax', 'Argmax', 'axis', null),
    split: ([x, axis]) => ({ config: { axis: (axis ?? 0) as Json, keepdims: false }, args: [x] }),
  },
  constant('reshape', 'Reshape', 'newshape', null),
  constant('transpose', 'Transpose', 'axes', null),
  constant('expandDims', 'ExpandDims', 'axis', 0),
  constant('squeeze', 'Squeeze', 'axis', null),
  constant('concat', 'Concatenate', 'axis', 0),
  constant('stack', 'Stack', 'axis', 0),
  constant('tile', 'Tile', 'repeats', null),
  constant('cast', 'Cast', 'dtype', 'float32', CORE),
  {
    opName: 'split',
    className: 'Split',
    module: NUMPY,
    split: ([x, sizes, axis]) => ({
      config: {
        // Keras wants positions to cut at, TensorFlow the sizes of the parts.
        indices_or_sections: Array.isArray(sizes) ? cuts(sizes as number[]) : (sizes as number),
        axis: (isRecord(axis) ? record(axis).axis : (axis ?? 0)) as Json,
      },
      args: [x],
    }),
    join: (config, [x]) => {
      const sections = config.indices_or_sections;
      if (!Array.isArray(sections)) return [x, sections, config.axis ?? 0];
      const positions = sections as number[];
      return [x, [...positions.map((cut, i) => cut - (positions[i - 1] ?? 0)), -1], config.axis ?? 0];
    },
  },
  {
    opName: 'getItem',
    className: 'GetItem',
    module: NUMPY,
    split: ([x, ...indices]) => ({
      config: {},
      args: [x, indices.length === 1 ? indexToJson(indices[0]) : indices.map(indexToJson)],
    }),
    join: (_, [x, key]) => [x, ...(Array.isArray(key) ? key.map(indexFromJson) : [indexFromJson(key as Json)])],
  },
];

const cuts = (sizes: readonly number[]): number[] => {
  let at = 0;
  return sizes.slice(0, -1).map((size) => (at += size));
};

function indexToJson(index: unknown): Json {
  if (index === '...') return { class_name: '__ellipsis__', config: {} };
  if (typeof index === 'string') {
    const [start, stop, step] = index.split(':').map((part) => (part === '' ? null : Number(part)));
    return { class_name: '__slice__', config: { start: start ?? null, stop: stop ?? null, step: step ?? null } };
  }
  if (index === null || typeof index === 'number') return index;
  throw new ValueError(
    `getItem: the index ${show(index)} cannot be written to a file; wanted numbers, slices, null and '...'.`,
  );
}
function indexFromJson(json: Json): unknown {
  if (json === null || typeof json === 'number') return json;
  const { class_name: name, config } = json as Config;
  if (name === '__ellipsis__') return '...';
  if (name === '__slice__') {
    const { start, stop, step } = config as Config;
    return `${start ?? ''}:${stop ?? ''}${step === null || step === undefined ? '' : `:${step as number}`}`;
  }
  throw new ValueError(`bad config: ${show(json)} is no index.`);
}

/** A function of keras.ops: arguments are told apart by name. */
function ofKerasOps([name, module, className, config, call]: (typeof kerasOpClasses)[number]): KerasClass {
  const opName = `ops.${name}`;
  const words = (list: string): string[] => list.split(' ').filter((word) => word !== '');
  const option = (word: string): string => camelCase(word.replace(/_$/, ''));
  /** The function's own name for an argument of the class's call: a few differ. */
  const inputs = (names: readonly string[]): string[] =>
    words(call).map((word, i) => (names.includes(option(word)) ? option(word) : names[i]!));
  return {
    opName,
    className,
    module: `keras.src.ops.${module}`,
    split: (args) => {
      const names = parametersOf(opName) ?? [];
      const values = bindArguments(opName, names, args, true);
      const value = (key: string): unknown => values[names.indexOf(key)];
      // Keras gives the values of a border by name, all other inputs by place.
      const callOf = (inputNames: readonly string[]) =>
        name === 'pad'
          ? { args: [value('x')], kwargs: { constant_values: value('constantValues') ?? null } }
          : { args: trimmed(inputNames.map(value)).map((item) => item ?? null) };
      return {
        config: Object.fromEntries(
          words(config).flatMap((key) => {
            const given = value(option(key)) as Json | undefined;
            // Files have all that the function takes, also where it was not given.
            const isKept = key === 'initial' || names.includes(option(key));
            return given === undefined ? (isKept ? [[key, null]] : []) : [[key, given]];
          }),
        ),
        ...callOf(inputs(names)),
      };
    },
    join: (stored, args, kwargs) => {
      const names = parametersOf(opName) ?? [];
      const given = [
        ...words(config).map((key) => [option(key), stored[key]] as const),
        ...inputs(names).map((key, i) => [key, args[i]] as const),
        ...Object.entries(kwargs).map(([key, value]) => [option(key), value] as const),
      ];
      return [
        Object.fromEntries(
          given.filter(([key, value]) => names.includes(key) && value !== undefined && value !== null),
        ),
      ];
    },
  };
}

/** Ops with any number of inputs. */
const variadic: readonly KerasClass[] = [
  {
    opName: 'ops.einsum',
    className: 'Einsum',
    module: NUMPY,
    split: ([subscripts, ...operands]) => ({ config: { subscripts: subscripts as string }, args: operands }),
    join: (config, args) => [config.subscripts, ...args],
  },
  {
    opName: 'ops.rearrange',
    className: 'Rearrange',
    module: 'keras.src.ops.einops',
    split: ([x, pattern, lengths]) => ({ config: {}, args: [x, pattern], kwargs: record(lengths) }),
    join: (_, args, kwargs) => [...args, kwargs],
  },
  {
    opName: 'ops.meshgrid',
    className: 'Meshgrid',
    module: NUMPY,
    split: (args) => ({
      config: { indexing: (record(args.at(-1)).indexing ?? 'xy') as string },
      args: isRecord(args.at(-1)) ? args.slice(0, -1) : args,
    }),
    join: (config, args) => [...args, { indexing: config.indexing ?? 'xy' }],
  },
];

const byOp = new Map<string, KerasClass>();
const byClass = new Map<string, KerasClass>();
for (const entry of [...classes, ...variadic, ...kerasOpClasses.map(ofKerasOps)]) {
  if (!byOp.has(entry.opName)) byOp.set(entry.opName, entry);
  if (!byClass.has(entry.className)) byClass.set(entry.className, entry);
  // A class of keras.ops means its own function, which takes Keras's arguments.
  const own = `${entry.module}>${entry.className}`;
  if (entry.opName.startsWith('ops.') && !byClass.has(own)) byClass.set(own, entry);
}
/** How files name the op. */
export const kerasClassOf = (opName: string): KerasClass | undefined => byOp.get(opName);
/** The op that a file's class means. */
export function kerasClassNamed(className: string, module: string): KerasClass | undefined {
  if (!/^keras\.(src\.)?ops(\.|$)/.test(module)) return undefined;
  const own = byClass.get(`${module}>${className}`);
  return own && opNamed(own.opName) ? own : byClass.get(className);
}
