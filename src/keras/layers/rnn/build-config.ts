// What files say of the shapes that a recurrent layer was built with.
// Owns: the form of Keras 3 with initial states (shapes_dict), and that of Keras 2 (a list, the sequence first).
import { isRecord } from '../../../base/record.ts';
import type { Shape } from '../../../base/shape.ts';
import { mapTree } from '../../../base/tree.ts';
import type { Config, Json } from '../../schema.ts';
import { isTensor } from '../../symbolic/keras-tensor.ts';
import type { Inputs } from '../../types.ts';
import { isShape } from '../layer.ts';

/** The shapes of initial states, in their structure; null where there are none. */
export const stateShapesOf = (states: Inputs | null | undefined): Json | null => {
  if (states === null || states === undefined) return null;
  const shapes = mapTree(states, (leaf) => (isTensor(leaf) ? [...leaf.shape] : null), isTensor) as Json;
  return Array.isArray(shapes) && shapes.includes(null) && !isShape(shapes) ? null : shapes;
};

/** The config with the shapes of initial states in it. */
export const withStateShapes = (config: Config | null, states: Json | null): Config | null =>
  config && states !== null
    ? { shapes_dict: { sequences_shape: config.input_shape ?? null, initial_state_shape: states } }
    : config;

/** The shape of the sequence alone, and those of the initial states. */
export function readBuildConfig(config: Config): { build: Config; states: Json | null } {
  const shapes = config.shapes_dict;
  if (isRecord(shapes))
    return {
      build: { input_shape: (shapes.sequences_shape ?? null) as Json },
      states: (shapes.initial_state_shape ?? null) as Json,
    };
  const given = config.input_shape;
  if (Array.isArray(given) && !isShape(given as Shape))
    return { build: { input_shape: given[0] ?? null }, states: null };
  return { build: config, states: null };
}
