// Variables, tables and random numbers of graphs: what is more than a function of the inputs.
import type { DType } from '../../base/dtype.ts';
import { dtypes } from '../../base/dtype.ts';
import * as ops from '../../ops/index.ts';
import { resolve } from '../../runtime/execute.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Implementations, NodeView } from './node.ts';
import { integers, knownElements, type Operand, TableHandle, VariableHandle } from './operands.ts';

const { math, random } = ops;

/** A handle that the model has under a name: a graph that names it twice means one thing. */
function shared(n: NodeView, make: (name: string) => Operand): Operand {
  const name = n.text('shared_name', '') || n.node;
  const { resources } = n.runner;
  const found = resources.get(name);
  if (found) return found;
  const made = make(name);
  resources.set(name, made);
  return made;
}
function read(n: NodeView, index = 0): Tensor {
  const { variable, name } = n.variable(index);
  return variable ? resolve(variable) : n.fail(`variable '${name}' has no value`);
}
function assign(n: NodeView, value: (old: Tensor) => Tensor): Operand[] {
  const { variable, name } = n.variable(0);
  if (!variable) return n.fail(`variable '${name}' has no value`);
  variable.set(value(variable.value()));
  return [];
}

// ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const textDecoder = new TextDecoder();
/** A key as a table compares it: text, numbers as text. */
export const tableKey = (element: unknown): string =>
  element instanceof Uint8Array ? textDecoder.decode(element) : String(element);
export function fillTable(table: TableHandle, keys: Tensor, values: Tensor): void {
  const [k, v] = [knownElements(keys), knownElements(values)];
  for (let i = 0; i < k.length; i++) {
    const key = tableKey(k[i]);
    table.entries.set(key, v[i]);
    table.keys.set(key, k[i]);
  }
}
const asTensor = (elements: readonly unknown[], dims: readonly number[], dtype: DType): Tensor => {
  const make = dtypes[dtype].array;
  if (!make) return eagerTensor(elements as string[], dims, dtype);
  const data = new make(elements.length);
  elements.forEach((element, i) => {
    data[i] = element as number;
  });
  return eagerTensor(data, dims, dtype);
};
function find(n: NodeView): Tensor {
  const table = n.table(0);
  const keys = n.tensor(1);
  const fallback = knownElements(n.tensor(2))[0];
  const found = Array.from(knownElements(keys), (key) => table.entries.get(tableKey(key)) ?? fallback);
  return asTensor(found, keys.dims, table.valueType);
}
const newTable = (n: NodeView): Operand =>
  shared(n, (name) => new TableHandle(name, n.dtype('key_dtype'), n.dtype('value_dtype')));

// ── Random numbers ───────────────────────────────────────────────────────────────────────────────────────────────────

const floatShape = (n: NodeView, index = 0): number[] => n.integers(index);

export const state: Implementations = {
  VarHandleOp: (n) => shared(n, (name) => new VariableHandle(name)),
  VariableV2: (n) => shared(n, (name) => new VariableHandle(name)),
  ReadVariableOp: (n) => read(n),
  VarIsInitializedOp: (n) => asTensor([n.variable(0).variable ? 1 : 0], [], 'bool'),
  VariableShape: (n) => {
    const { dims } = read(n);
    return integers(dims, [dims.length], n.dtype('out_type', 'int32'));
  },
  DisableCopyOnRead: () => [],
  AssignVariableOp: (n) => {
    const handle = n.variable(0);
    if (handle.variable) return assign(n, () => n.tensor(1));
    handle.variable = new ops.Variable(n.tensor(1), { name: handle.name });
    return [];
  },
  AssignAddVariableOp: (n) => assign(n, (old) => math.add(old, n.tensor(1))),
  AssignSubVariableOp: (n) => assign(n, (old) => math.subtract(old, n.tensor(1))),
  ResourceGather: (n) => ops.gather(read(n), n.tensor(1), { axis: 0, batchDims: n.int('batch_dims', 0) }),
  ResourceGatherNd: (n) => ops.gatherNd(read(n), n.tensor(1)),
  ResourceScatterUpdate: (n) =>
    assign(n, (old) => ops.tensorScatterNdUpdate(old, ops.expandDims(n.tensor(1), -1), n.tensor(2))),
  ResourceScatterAdd: (n) =>
    assign(n, (old) => ops.tensorScatterNdAdd(old, ops.expandDims(n.tensor(1), -1), n.tensor(2))),

  HashTableV2: newTable,
  HashTable: newTable,
  MutableHashTableV2: newTable,
  AnonymousHashTable: (n) => new TableHandle(n.node, n.dtype('key_dtype'), n.dtype('value_dtype')),
  AnonymousMutableHashTable: (n) => new TableHandle(n.node, n.dtype('key_dtype'), n.dtype('value_dtype')),
  LookupTableFindV2: find,
  LookupTableFind: find,
  LookupTableSizeV2: (n) => asTensor([BigInt(n.table(0).entries.size)], [], 'int64'),
  LookupTableImportV2: (n) => {
    fillTable(n.table(0), n.tensor(1), n.tensor(2));
    return [];
  },
  LookupTableInsertV2: (n) => {
    fillTable(n.table(0), n.tensor(1), n.tensor(2));
    return [];
  },
  InitializeTableV2: (n) => {
    fillTable(n.table(0), n.tensor(1), n.tensor(2));
    return [];
  },
  LookupTableExportV2: (n) => {
    const { keys, entries, keyType, valueType } = n.table(0);
    const list = [...keys];
    return [
      asTensor(
        list.map(([, key]) => key),
        [list.length],
        keyType,
      ),
      asTensor(
        list.map(([key]) => entries.get(key)),
        [list.length],
        valueType,
      ),
    ];
  },

  RandomUniform: (n) => random.uniform(floatShape(n), { dtype: n.dtype('dtype') }),
  RandomStandardNormal: (n) => random.normal(floatShape(n), { dtype: n.dtype('dtype') }),
  TruncatedNormal: (n) => random.truncatedNormal(floatShape(n), { dtype: n.dtype('dtype') }),
  RandomUniformInt: (n) =>
    random.uniform(floatShape(n), { minval: n.tensor(1), maxval: n.tensor(2), dtype: n.tensor(1).dtype }),
  StatelessRandomGetKeyCounter: (n) => [n.tensor(0), n.tensor(0)],
  StatelessRandomGetAlg: () => integers([1], []),
  StatelessRandomUniformV2: (n) => random.uniform(floatShape(n), { dtype: n.dtype('dtype', 'float32') }),
  StatelessRandomNormalV2: (n) => random.normal(floatShape(n), { dtype: n.dtype('dtype', 'float32') }),
  StatelessRandomUniform: (n) =>
    random.statelessUniform(floatShape(n), n.tensor(1), { dtype: n.dtype('dtype', 'float32') }),
  StatelessRandomNormal: (n) =>
    random.statelessNormal(floatShape(n), n.tensor(1), { dtype: n.dtype('dtype', 'float32') }),
  RngReadAndSkip: (n) => read(n),
};
