// Writes a SavedModel: functions, signatures, variables and the graph that serving programs run.
// Owns: the message saved_model.pb. Leaves functions to endpoint.ts, objects to saved-objects.ts, the graph to main-graph.ts,
// the folder to write-folder.ts.
import { SavedModel } from '../../formats/tensorflow/saved-model-proto.ts';
import { GRAPH_DEF_VERSION, GRAPH_DEF_VERSION_MIN_CONSUMER } from '../../ops/version.ts';
import type { ObjectGraph } from '../object-graph.ts';
import { type Endpoint, type Written, writeEndpoint, writeSignature } from './endpoint.ts';
import { Library } from './graph-translation.ts';
import { MainGraph, writeSaver, writeServing, writeVariables } from './main-graph.ts';
import { SavedObjects } from './saved-objects.ts';
import { tableInGraph } from './tables.ts';

export interface SavedModelInput {
  readonly endpoints: readonly Endpoint[];
  /** What serving programs call: endpoints by the keys of the signatures. */
  readonly signatures: ReadonlyMap<string, string>;
  /** Objects with the variables; the root is 0. Functions are added to it. */
  readonly objects: ObjectGraph;
  /** Tags of the graph beside 'serve'. */
  readonly extraTags?: readonly string[];
  /** Names by which programs in C++ find an endpoint's function. */
  readonly aliases?: ReadonlyMap<string, string>;
}

/** The bytes of saved_model.pb. */
export function writeSavedModel(given: SavedModelInput): Uint8Array {
  const { endpoints, extraTags = [], aliases = new Map<string, string>() } = given;
  const library = new Library();
  const written = endpoints.map((endpoint) => writeEndpoint(endpoint, library));
  const named = (name: string): Written => written.find(({ endpoint }) => endpoint.name === name)!;
  const served = [...given.signatures].map(([key, name]) => {
    const item = named(name);
    return { key, item, wrapper: writeSignature(item, library) };
  });
  const objects = new SavedObjects(given.objects, written, library);
  for (const { key, item, wrapper } of served) objects.addSignature(key, item, wrapper);

  const main = new MainGraph();
  const variables = [...given.objects.keys()].map(([id, key]) => ({
    id,
    key,
    variable: given.objects.nodes[id]!.variable!,
  }));
  const handles = writeVariables(main, variables);
  const fills: string[] = [];
  for (const [id, meaning] of objects.tables) {
    const { handle, fill } = tableInGraph(main.sink(`table_${id}`), id, meaning);
    handles.set(id, handle);
    fills.push(`^${fill}`);
  }
  const signatureDefs = served.map(
    (one, at) => [one.key, writeServing(main, { ...one, at, bound: objects.boundTo(one.item) }, handles)] as const,
  );
  writeSaver(main, variables, handles);
  const init = main.add('NoOp', 'NoOp', fills, {});
  return SavedModel.encode({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: {
          tags: ['serve', ...extraTags],
          tensorflowVersion: '2.21.0',
          strippedDefaultAttrs: true,
          functionAliases: new Map([...aliases].map(([alias, name]) => [named(name).name, alias])),
        },
        graphDef: {
          node: main.nodes,
          library: { function: library.functions },
          versions: { producer: GRAPH_DEF_VERSION, minConsumer: GRAPH_DEF_VERSION_MIN_CONSUMER },
        },
        saverDef: {
          filenameTensorName: 'saver_filename:0',
          saveTensorName: 'save/identity:0',
          restoreOpName: 'save/restore_all',
          version: 2,
          maxToKeep: 1,
        },
        signatureDef: new Map([
          ...signatureDefs,
          [
            '__saved_model_init_op',
            {
              outputs: new Map([
                ['__saved_model_init_op', { name: init, dtype: 0, tensorShape: { unknownRank: true } }],
              ]),
            },
          ],
        ]),
        objectGraphDef: objects.message(),
      },
    ],
  });
}
