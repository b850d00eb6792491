// Import to first result: from before the import to the MLP's first prediction. The import's own share is printed beside it.
export {};

const start = performance.now();
const { images, mlp, report } = await import('./common.ts');
const imported = performance.now();
await mlp().predict(images(1, 28, 28), { verbose: 0 });
report('startup', (performance.now() - start) / 1000, 's', {
  importSeconds: Number(((imported - start) / 1000).toFixed(4)),
});
