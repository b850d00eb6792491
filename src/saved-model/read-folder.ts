// A SavedModel's folder: its graph, variables, assets and what Keras 2 put beside them.
// Owns: which files belong to it and their errors. Leaves running to load.ts.
import { FormatError } from '../formats/file-error.ts';
import { KerasMetadata, type MetaGraphDef, SavedModel } from '../formats/tensorflow/saved-model-proto.ts';
import { platform } from '../platform/platform.ts';
import { readIfThere } from '../platform/read-if-there.ts';
import { CheckpointReader } from './checkpoint-reader.ts';

const GRAPH = 'saved_model.pb';

export interface SavedModelFolder {
  readonly path: string;
  /** `…/saved_model.pb`, for messages. */
  readonly file: string;
  readonly meta: MetaGraphDef;
  /** Null where the model has no variables. */
  readonly variables: CheckpointReader | null;
  /** What Keras 2 says of each object; null in models of others. */
  readonly keras: KerasMetadata | null;
}

/** Whether the folder is a SavedModel. */
export const isSavedModel = (folder: string): Promise<boolean> => platform().exists(`${folder}/${GRAPH}`);

export async function readSavedModel(folder: string, tags: readonly string[] = ['serve']): Promise<SavedModelFolder> {
  const path = folder.replace(/\/+$/, '');
  const file = `${path}/${GRAPH}`;
  const bytes = await readIfThere(file);
  if (!bytes) {
    const text = (await platform().exists(`${path}/saved_model.pbtxt`))
      ? ' It has one in text form (saved_model.pbtxt), which cornu does not read.'
      : '';
    throw new FormatError('missing_config', path, `the folder has no ${GRAPH}, so it is no SavedModel.${text}`);
  }
  const { metaGraphs } = SavedModel.decode(bytes, file);
  const meta =
    metaGraphs.find((graph) => tags.every((tag) => graph.metaInfoDef?.tags.includes(tag))) ??
    (metaGraphs.length === 1 ? metaGraphs[0] : undefined);
  if (!meta?.graphDef)
    throw new FormatError(
      'missing_config',
      file,
      `no graph with the tags ${tags.join(', ')}; found ${metaGraphs.map((graph) => `[${graph.metaInfoDef?.tags.join(', ') ?? ''}]`).join(', ') || 'no graph'}.`,
    );
  const prefix = `${path}/variables/variables`;
  const variables = await CheckpointReader.openIfThere(prefix);
  const metadata = `${path}/keras_metadata.pb`;
  const content = await readIfThere(metadata);
  const keras = content && KerasMetadata.decode(content, metadata);
  return { path, file, meta, variables, keras };
}
