// The adapters by area, each loaded when its area is run. Every case begins in a fresh session, whatever ran before it.
import { freshSession } from '../library.ts';
import type { Area } from '../runner.ts';

const fresh = (area: Area): Area => ({
  ...area,
  run(c) {
    freshSession();
    return area.run(c);
  },
});
const from = (load: () => Promise<{ readonly area: Area }>) => () => load().then((module) => fresh(module.area));

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
