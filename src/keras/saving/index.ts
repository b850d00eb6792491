// tf.keras.saving.
export {
  customObjectScope,
  deserializeKerasObject,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  serializeKerasObject,
} from '../serialization.ts';
export { loadModel, loadWeights, saveModel, saveWeights } from './load-model.ts';
