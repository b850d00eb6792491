// Where the config of a Keras model stands in a SavedModel's folder; TensorFlow leaves that folder alone.
export const CONFIG_FILE = 'assets.extra/keras_config.json';
