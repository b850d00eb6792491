// Runs a TypeScript program of this repository, after set-up. Usage: node tools/run.mjs [--built] PROGRAM [ARGUMENT…]
// With --built, `cornu` is the built package, as for a user; without, it is the source.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installDependencies, resolvePackageFile, root, setUp } from './setup.mjs';

const built = process.argv[2] === '--built';
const [program, ...rest] = process.argv.slice(built ? 3 : 2);

try {
  if (built) await setUp();
  else installDependencies();
} catch (error) {
  console.error(`cornu: ${error.message}`);
  process.exit(1);
}
const loader = pathToFileURL(resolvePackageFile('tsx')).href;
const result = spawnSync(process.execPath, ['--enable-source-maps', '--import', loader, resolve(program), ...rest], {
  stdio: 'inherit',
  // The examples' tsconfig.json has no path mapping, so that `cornu` resolves to the package itself.
  env: { ...process.env, TSX_TSCONFIG_PATH: join(root, built ? 'examples/tsconfig.json' : 'tsconfig.json') },
});
process.exit(result.status ?? 1);
