// The objects of a Keras model as TensorFlow's checkpoints name them: `layer_with_weights-0/kernel` (Keras 2),
// `_functional/_operations/1/_kernel` (Keras 3), fields of classes of one's own.
// Owns: those names, in both directions. Leaves reading and writing of files to src/saved-model.

import type { VariableTensor } from '../../runtime/variable.ts';
import { type NamedChild, registerTrackable } from '../../saved-model/trackable.ts';
import { LayerBase } from '../layers/layer.ts';
import type { ModelBase } from '../models/model.ts';
import { ModelBase as Model } from '../models/model.ts';
import { isPlainObject, snakeCase } from '../schema.ts';

const alternatives = (name: string): string[] => (name.startsWith('_') ? [name, name.slice(1)] : [name, `_${name}`]);

/** The children of a layer or model that hold weights, with all the names that writers give them. */
function childrenOf(object: LayerBase): NamedChild[] {
  const children: NamedChild[] = [];
  // Keras 2 calls it so, Keras 3 'kernel'.
  const isDepthwise = /^DepthwiseConv/.test(object.constructor.name);
  for (const variable of object.ownWeights) {
    const names = alternatives(variable.name);
    children.push({
      names: isDepthwise && variable.name === 'kernel' ? [...names, 'depthwise_kernel'] : names,
      child: variable,
    });
  }
  if (object instanceof Model && (object.graph || object.constructor.name === 'Sequential')) {
    children.push(...modelLayers(object));
    return children;
  }
  for (const [key, child] of object.savedChildren()) {
    if (child === null || (typeof child !== 'object' && typeof child !== 'function')) continue;
    if (child instanceof LayerBase || (isContainer(child) && holdsLayers(child)))
      children.push({ names: alternatives(snakeCase(key)), child });
  }
  return children;
}
const isContainer = (child: object): boolean => Array.isArray(child) || isPlainObject(child);
const holdsLayers = (child: object): boolean =>
  Object.values(child).some(
    (item) =>
      item instanceof LayerBase ||
      (item !== null && typeof item === 'object' && isContainer(item) && holdsLayers(item)),
  );
/** The layers of a functional or sequential model, by both Keras's names. */
function modelLayers(model: ModelBase): NamedChild[] {
  const operations = model.graph ? [...model.graph.operations] : [];
  let weighted = 0;
  return model.layers.map((layer, i) => {
    const names = [`layer-${i}`];
    if (layer.weights.length > 0) names.unshift(`layer_with_weights-${weighted++}`);
    const at = operations.indexOf(layer as never);
    if (at >= 0) names.push(`_functional/_operations/${at}`, `_operations/${at}`);
    return { names, child: layer };
  });
}

/** Optimizers as Keras 3 keeps them: the learning rate is the second of their variables. */
function optimizerChildren(optimizer: object): NamedChild[] {
  const { variables } = optimizer as { readonly variables: readonly VariableTensor[] };
  return variables.map((variable, i) => ({
    names: [
      `_variables/${i}`,
      ...(i === 0 ? ['_iterations'] : []),
      ...(variable.name === 'learning_rate' ? ['_learning_rate'] : []),
    ],
    child: variable,
  }));
}
registerTrackable((object) => {
  if (object instanceof LayerBase) return childrenOf(object);
  return 'applyGradients' in object && 'variables' in object ? optimizerChildren(object) : null;
});
