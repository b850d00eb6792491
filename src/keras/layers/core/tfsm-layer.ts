// TFSMLayer: a SavedModel as a layer.
// Owns: the public function. The layer, and what reads SavedModels, is loaded with its first use: most programs need none of it.
// Source: https://keras.io/api/layers/backend_specific_layers/tfsm_layer/
import { show, ValueError } from '../../../base/errors.ts';
import type { SavedModelLayer } from '../../saving/saved-model-layer.ts';
import type { LayerOptions } from '../layer-options.ts';

export interface TFSMLayerOptions extends LayerOptions {
  /** The function or signature that a call runs; `serve` unless said. */
  readonly callEndpoint?: string | undefined;
  /** The one that a call in training runs; the same unless said. */
  readonly callTrainingEndpoint?: string | null | undefined;
}
export type TFSMLayer = SavedModelLayer;

/**
 * `await layers.TFSMLayer('folder', { callEndpoint: 'serve' })`: a layer that runs a function of a SavedModel, whose variables
 * are its weights. It is awaited because the folder is read. Shapes and dtypes are those of the saved function.
 */
export async function TFSMLayer(filepath: string, options: TFSMLayerOptions = {}): Promise<SavedModelLayer> {
  if (typeof filepath !== 'string' || filepath === '')
    throw new ValueError(`TFSMLayer: filepath: found ${show(filepath)}, wanted the folder of a SavedModel.`);
  const [{ SavedModelLayer: Layer }, { loadSavedModel }] = await Promise.all([
    import('../../saving/saved-model-layer.ts'),
    import('../../../saved-model/load.ts'),
  ]);
  return new Layer(await loadSavedModel(filepath), { callEndpoint: 'serve', ...options, filepath });
}
