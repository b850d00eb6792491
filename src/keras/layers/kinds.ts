// Kinds of options that layers share: activations, initializers, regularizers, constraints.
export { kind as activation } from '../activations/index.ts';
export { kind as constraint } from '../constraints/index.ts';
export { kind as initializer } from '../initializers/index.ts';
export { kind as regularizer } from '../regularizers/index.ts';
