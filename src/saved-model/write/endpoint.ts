// The functions of a SavedModel: one for each function of the model, and one behind each signature.
// Owns: what they take (inputs, then variables, then tables) and give. Leaves the nodes in between to graph-translation.ts.
import type { DType } from '../../base/dtype.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import { DATA_TYPES } from '../../formats/tensorflow/tensor-proto.ts';
import type { LookupMeaning } from '../../graph/host-meaning.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { sortedKeys, type Template, TensorPlace } from '../structure.ts';
import { GraphTranslation, type Library } from './graph-translation.ts';
import { attribute, FunctionWriter } from './graph-writer.ts';
import { primitiveNodes } from './primitive-nodes.ts';
import { constantOf } from './sizes.ts';
import { type InputSpec, type TracedSizes, traceWithSizes } from './trace-sizes.ts';

/** A function of the model to be written. */
export interface Endpoint {
  readonly name: string;
  /** Takes tensors in the order of `inputs`; gives tensors in lists and records. */
  readonly f: (inputs: readonly Tensor[]) => unknown;
  readonly inputs: readonly InputSpec[];
  /** The arguments as Python gives them, places in the order of `inputs`. */
  readonly arguments: Template;
  /** Whether `arguments` is the list of several arguments, rather than one argument. */
  readonly positional?: boolean;
}

const RESOURCE = 20;
const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

/** A function that is written. */
export interface Written {
  readonly endpoint: Endpoint;
  readonly name: string;
  readonly traced: TracedSizes;
  readonly outputs: Template;
  readonly places: readonly TensorPlace[];
  /** Tables that the function takes behind the variables. */
  readonly tables: readonly LookupMeaning[];
}

/** Writes the function of an endpoint: its inputs, then its variables. */
export function writeEndpoint(endpoint: Endpoint, library: Library): Written {
  const traced = traceWithSizes(endpoint.f, endpoint.inputs);
  const { family, sizes, variables } = traced;
  const writer = new FunctionWriter(library.newName(endpoint.name));
  const tables: LookupMeaning[] = [];
  const translation = new GraphTranslation(writer, library, family, primitiveNodes, (table) => {
    tables.push(table);
    return writer.argument(`table_${tables.length}_handle`, 'resource');
  });
  traced.inputs.forEach(
    (input, i) => void translation.bind(input, writer.argument(endpoint.inputs[i]!.name, input.dtype)),
  );
  const handles = variables.map(({ variable }) => writer.argument(`${variable.path}_resource`, 'resource'));
  writer.scope = 'sizes';
  for (const { input, axis } of sizes) {
    const shape = writer.one('Shape', [translation.of(traced.inputs[input]!)], {
      T: attribute.type(endpoint.inputs[input]!.dtype),
      out_type: attribute.type('int32'),
    });
    const at = (n: number): string => writer.integers([n]);
    writer.openSizes.push(
      writer.one('StridedSlice', [shape, at(axis), at(axis + 1), at(1)], {
        T: attribute.type('int32'),
        Index: attribute.type('int32'),
        shrink_axis_mask: attribute.int(1),
      }),
    );
  }
  variables.forEach(({ variable, parameter }, i) => {
    writer.scope = variable.path;
    translation.bind(parameter, writer.one('ReadVariableOp', [handles[i]!], { dtype: attribute.type(variable.dtype) }));
  });
  translation.run(family.first);
  const places = family.first.outputs.map(
    (output, i) => new TensorPlace(`output_${i}`, family.dims(output).map(constantOf), output.dtype),
  );
  const results = family.first.outputs.map((output, i) => ({
    name: `result_${i}`,
    dtype: output.dtype,
    from: translation.writer.one('Identity', [translation.of(output)], { T: attribute.type(output.dtype) }),
  }));
  library.functions.push(writer.finish(results));
  // Tensors of the result stand in the order of its fields; the template counts them sorted by key.
  const leaves = flattenTree(traced.result, isTensor);
  let next = 0;
  const filled = leaves.map((leaf) => (isTensor(leaf) ? places[next++]! : leaf));
  const outputs = packTree(traced.result, filled, isTensor) as Template;
  return { endpoint, name: writer.name, traced, outputs, places, tables };
}

/** Outputs by name, as signatures have them. */
function namedOutputs(written: Written): [name: string, index: number][] {
  const { outputs, places } = written;
  const isRecord =
    !Array.isArray(outputs) && !(outputs instanceof TensorPlace) && outputs !== null && typeof outputs === 'object';
  if (isRecord && Object.values(outputs).every((part) => part instanceof TensorPlace))
    return sortedKeys(outputs).map((key) => [
      key,
      places.indexOf((outputs as Readonly<Record<string, Template>>)[key] as TensorPlace),
    ]);
  return places.map((place, i) => [place.name, i]);
}
/** The function behind a signature: its name, inputs in the order of their names, and the numbers of its outputs by name. */
export interface Signature {
  readonly name: string;
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly (readonly [string, number])[];
}

/** Writes the function behind a signature: inputs in the order of their names, outputs by name. */
export function writeSignature(written: Written, library: Library): Signature {
  const { endpoint, traced, places } = written;
  const order = endpoint.inputs.map((spec, i) => ({ spec, i })).sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
  const writer = new FunctionWriter(library.newName(`signature_wrapper_${endpoint.name}`));
  const args: string[] = [];
  for (const { spec, i } of order) args[i] = writer.argument(spec.name, spec.dtype);
  const handles = traced.variables.map(({ variable }) => writer.argument(`${variable.path}_resource`, 'resource'));
  written.tables.forEach((_, i) => void handles.push(writer.argument(`table_${i}_handle`, 'resource')));
  const call = writer.add('StatefulPartitionedCall', [...args, ...handles], callAttributes(written));
  const outputs = namedOutputs(written);
  library.functions.push(
    writer.finish(
      outputs.map(([name, i], at) => ({
        name: /^[a-z][a-z0-9_]*$/.test(name) ? name : `result_${at}`,
        dtype: places[i]!.dtype!,
        from: writer.one('Identity', [call.output(i)], { T: attribute.type(places[i]!.dtype!) }),
      })),
    ),
  );
  return { name: writer.name, inputs: order.map(({ spec }) => spec), outputs };
}

/** The attribute of a list of dtypes, with so many resources behind them. */
export const types = (dtypes: readonly DType[], resources: number) => ({
  list: { type: [...dtypes.map((dtype) => DATA_TYPES[dtype]), ...new Array<number>(resources).fill(RESOURCE)] },
});
/** The attributes of a call of a written function. */
export const callAttributes = ({ name, endpoint, traced, places, tables }: Written) => ({
  f: attribute.f(name),
  Tin: types(
    endpoint.inputs.map(({ dtype }) => dtype),
    traced.variables.length + tables.length,
  ),
  Tout: types(
    places.map(({ dtype }) => dtype!),
    0,
  ),
  config_proto: attribute.text(''),
  executor_type: attribute.text(''),
  config: attribute.text(''),
});
