// The MLP's predict of one row: milliseconds a call, best of three rounds of fifty after a warm-up.
import { images, mlp, report } from './common.ts';

const [model, x] = [mlp(), images(1, 28, 28)];
await model.predict(x, { verbose: 0 });
let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < 3; round++) {
  const start = performance.now();
  for (let call = 0; call < 50; call++) await model.predict(x, { verbose: 0 });
  best = Math.min(best, (performance.now() - start) / 50);
}
report('predict1', best, 'ms');
