// MobileNetV2 and a BERT-like encoder of real Keras: what they predict here, and the time to load them and to predict, beside Keras's.
// Owns: the comparison and its table. Leaves making the models to large_models.py, the times here to time-loading.ts.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPython } from './python.ts';

interface Made {
  readonly name: string;
  readonly stem: string;
  readonly files: Readonly<Record<string, string>>;
  readonly parameters: number;
}
/** Seconds. */
interface Times {
  readonly load: number;
  readonly first: number;
  readonly second: number;
}

/** The table in Markdown; throws where a prediction is not Keras's. */
export async function largeModels(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const script = fileURLToPath(new URL('time-loading.ts', import.meta.url));
  const lines = [
    '| model | file | load: cornu | Keras | first prediction: cornu | Keras | second: cornu | Keras | differs by |',
    '|---|---|---|---|---|---|---|---|---|',
  ];
  for (const { name, stem, files, parameters } of runPython<Made>('large_models.py', ['make', folder])) {
    const [x, y] = [join(folder, `${stem}_x.npy`), join(folder, `${stem}_y.npy`)];
    for (const [format, file] of Object.entries(files)) {
      const path = join(folder, file);
      const theirs = runPython<Times>('large_models.py', ['time', path, x])[0]!;
      const text = execFileSync(process.execPath, [...process.execArgv, script, path, x, y], { encoding: 'utf8' });
      const ours = JSON.parse(text.trim().split('\n').at(-1)!) as Times & { readonly difference: number };
      if (!(ours.difference < 1e-5)) throw new Error(`${name}, ${format}: predictions differ by ${ours.difference}`);
      const both = (key: keyof Times): string =>
        `${(ours[key] * 1000).toFixed(0)} | ${(theirs[key] * 1000).toFixed(0)}`;
      const size = `${(parameters / 1e6).toFixed(1)} million parameters`;
      lines.push(
        `| ${name}, ${size} | ${format} | ${both('load')} | ${both('first')} | ${both('second')} | ${ours.difference.toExponential(0)} |`,
      );
    }
  }
  lines.push('', `Load average while measured: ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores.`);
  return lines.join('\n');
}
