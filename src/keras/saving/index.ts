// tf.keras.saving.
export {
  customObjectScope,
  deserializeKerasObject,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  serializeKerasObject,
} from '../serialization.ts';
