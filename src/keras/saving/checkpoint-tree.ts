// The objects of a Keras model as TensorFlow's checkpoints name them: `layer_with_weights-0/kernel` (Keras 2),
// `_functional/_operations/1/_kernel` (Keras 3), fields of classes of one's own.
// Owns: those names, in both directions. Leaves reading and writing of files to src/saved-model.

import { isRecord } from '../../base/record.ts';
import { type NamedChild, registerTrackable } from '../../saved-model/trackable.ts';
import { LayerBase } from '../layers/layer.ts';
import type { ModelBase } from '../models/model.ts';
import { ModelBase as Model } from '../models/model.ts';
import { Optimizer_ } from '../optimizers/optimizer.ts';
import { snakeCase } from '../schema.ts';

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
const isContainer = (child: object): boolean => Array.isArray(child) || isRecord(child);
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

/** Optimizers as Keras 3 keeps them: the learning rate is the second of their variables. In Keras 2's it is a field alone. */
function optimizerChildren(optimizer: Optimizer_): NamedChild[] {
  const fields = new Map([...optimizer.ownFields()].map(([name, variable]) => [variable, name]));
  const listed = optimizer.variablesOfKeras2();
  return optimizer.variables.map((variable, i) => {
    const field = i === 0 ? '_iterations' : fields.get(variable);
    const place = `_variables/${listed.indexOf(variable)}`;
    return {
      names: field === undefined ? [`_variables/${i}`] : [`_variables/${i}`, field],
      child: variable,
      find: (at) => {
        const rate = at('_learning_rate');
        const isKeras2 = rate !== undefined ? at('_variables/1') !== rate : at('_current_learning_rate') !== undefined;
        if (isKeras2) return at(field ?? place);
        return at(`_variables/${i}`) ?? (field === undefined ? undefined : at(field));
      },
    };
  });
}
registerTrackable((object) => {
  if (object instanceof LayerBase) return childrenOf(object);
  return object instanceof Optimizer_ ? optimizerChildren(object) : null;
});
