// Why single names of TensorFlow, and whole namespaces, are not here. A name stands in this table or is still to be made.

/** Why whole namespaces are not counted. */
export const OUTSIDE: Readonly<Record<string, string>> = {
  'tf.distribute': 'training over several machines: its own issue, to be kept possible (DESIGN §12)',
  'tf.autograph': 'Python source rewriting; JavaScript is traced as it runs',
  'tf.queue': 'queues between threads of TensorFlow 1; tf.data reads ahead by itself',
  'tf.experimental.numpy': "NumPy's names beside tf's own; not named by an issue",
  'tf.errors': "Python's exception classes; errors here are those of src/base/errors.ts",
};

const GRAPHS =
  'graphs and operations of TensorFlow 1: a traced function has no public graph here; gradients are taken by tapes';
const QUANTIZED = 'no such elements here: tf.quantization and keras.quantizers round floats, or keep codes in int8';
const NATIVE = "loads TensorFlow's own native libraries";
const JXL = 'JPEG XL: no decoder of it is among the picture libraries used here';
const DUMPS = "dumps of TensorFlow's own graphs for its debugger";
const SHARDS = 'devices and machines of a cluster; there is one device';

const groups: Readonly<Record<string, readonly string[]>> = {
  [GRAPHS]: ['tf.Graph', 'tf.Operation', 'tf.importGraphDef', 'tf.RegisterGradient', 'tf.noGradient'],
  [QUANTIZED]: ['qint8', 'qint16', 'qint32', 'quint8', 'quint16']
    .flatMap((name) => [`tf.${name}`, `tf.dtypes.${name}`])
    .concat('tf.quantization.quantize', 'tf.quantization.dequantize', 'tf.quantization.quantizedConcat'),
  [NATIVE]: [
    'tf.loadLibrary',
    'tf.loadOpLibrary',
    'tf.sysconfig',
    'tf.mlir',
    'tf.xla',
    'tf.lite',
    'tf.tpu',
    'tf.tools',
    'tf.profiler',
    'tf.security',
    'tf.nondifferentiableBatchFunction',
  ],
  [JXL]: ['tf.image.decodeJxl', 'tf.io.decodeJxl'],
  [DUMPS]: ['tf.debugging.experimental'],
  [SHARDS]: [
    'tf.dtensor',
    'tf.config.experimentalConnectToCluster',
    'tf.config.experimentalConnectToHost',
    'tf.config.experimental.ClusterDeviceFilters',
    'tf.train.ClusterDef',
    'tf.train.ClusterSpec',
    'tf.train.JobDef',
    'tf.train.ServerDef',
  ],
  'types of annotations, which TypeScript writes as types; dtypes are their names': [
    'tf.types',
    'tf.dtypes.experimental',
  ],
  'no such elements here: complex numbers are complex64': ['tf.complex128', 'tf.dtypes.complex128'],
  'handles inside of TensorFlow, not values of programs': [
    'tf.resource',
    'tf.variant',
    'tf.dtypes.resource',
    'tf.dtypes.variant',
  ],
  'threads of TensorFlow 1 that fill queues; tf.data reads ahead by itself': ['tf.train.Coordinator'],
  'writes with Orbax, a Python package; BackupAndRestore and ModelCheckpoint write what it does': [
    'keras.callbacks.OrbaxCheckpoint',
  ],
  'runs on a GPU only, in TensorFlow too': ['tf.image.generateBoundingBoxProposals'],
  'a module of another Python framework, which no JavaScript runs: write it as a SavedModel for TFSMLayer, or as .onnx for loadModel':
    ['keras.layers.FlaxLayer', 'keras.layers.JaxLayer', 'keras.layers.TorchModuleWrapper'],
  'reads YAML, which can hold Python code; Keras itself refuses it since 2.6: toJSON and modelFromJSON': [
    'tf_keras.models.modelFromYaml',
  ],
  "Python's processes and threads around generators; data sets and fit read ahead by themselves": [
    'tf_keras.utils.GeneratorEnqueuer',
    'tf_keras.utils.OrderedEnqueuer',
    'tf_keras.utils.SequenceEnqueuer',
    'tf_keras.utils.TimedThread',
  ],
  "Keras's own sources": ['keras.src'],
  'a whole namespace that is not counted (see above)': [
    'tf.autograph',
    'tf.distribute',
    'tf.errors',
    'tf.experimental',
    'tf.queue',
  ],
};
const table = new Map(
  Object.entries(groups).flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
);

/** Why a name of a namespace is not here; undefined where there is no reason. */
export const reasonFor = (namespace: string, name: string): string | undefined => table.get(`${namespace}.${name}`);
