// The adapters by area, each loaded when its area is run.
import type { Area } from '../runner.ts';

const from = (load: () => Promise<{ readonly area: Area }>) => () => load().then((module) => module.area);

export const adapters: Readonly<Record<string, () => Promise<Area>>> = {
  activations: from(() => import('./activations.ts')),
  initializers: from(() => import('./initializers.ts')),
  regularizers_constraints: from(() => import('./regularizers_constraints.ts')),
  losses: from(() => import('./losses.ts')),
  metrics: from(() => import('./metrics.ts')),
  optimizers: from(() => import('./optimizers.ts')),
  schedules: from(() => import('./schedules.ts')),
  random: from(() => import('./random.ts')),
  ops: from(() => import('./ops.ts')),
  layers: from(() => import('./layers.ts')),
  training: from(() => import('./training.ts')),
  models: from(() => import('./models.ts')),
  text: from(() => import('./text.ts')),
  images: from(() => import('./images.ts')),
  datafiles: from(() => import('./datafiles.ts')),
  preprocessing: from(() => import('./preprocessing.ts')),
};
