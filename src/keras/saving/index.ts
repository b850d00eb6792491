// tf.keras.saving.
export {
  customObjectScope,
  customObjectScope as CustomObjectScope,
  deserializeKerasObject,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  serializeKerasObject,
} from '../serialization.ts';
export { loadModel, loadWeights, saveModel, saveWeights } from './load-model.ts';
