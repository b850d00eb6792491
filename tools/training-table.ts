// `npm run training-table`: docs/training.md, the table of every argument of compile, fit, evaluate, predict and of every
// callback, each with the test that changes it and sees the effect. A test fails where the page is older than the code.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OPTIONS } from '../src/keras/training/options.ts';
import { COMPILE_OPTIONS } from '../src/keras/training/trainer.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const callbacksFolder = 'src/keras/callbacks/';

/** Options of callbacks as their schemas have them. */
function callbackOptions(): [name: string, options: string[]][] {
  return readdirSync(new URL(callbacksFolder, root))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file): [string, string[]][] => {
      const found = /o\.schema\(\s*'(\w+)',\s*\{([\s\S]*?)\},\s*\{\s*positional/.exec(read(callbacksFolder + file));
      return found
        ? [[found[1]!, [...found[2]!.matchAll(/(\w+): o\.(?:required|optional)\(/g)].map((m) => m[1]!)]]
        : [];
    });
}

/** The titles of tests, by the arguments that they begin with. */
function testedArguments(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of ['src/keras/training/arguments.test.ts', 'src/keras/callbacks/tensor-board.test.ts'])
    for (const [, title] of read(file).matchAll(/\bit\(\s*'([^']+)'/g)) {
      const [names, effect] = title!.split(/: (.*)/);
      if (!effect) continue;
      for (const name of names!.split(', ')) if (/^\w+\.\w+$/.test(name)) found.set(name, `${effect} (\`${file}\`)`);
    }
  return found;
}

export function argumentsTable(): { readonly text: string; readonly missing: string[] } {
  const tested = testedArguments();
  const groups: [string, readonly string[]][] = [
    ['compile', COMPILE_OPTIONS],
    ...Object.entries(OPTIONS).map(([name, list]): [string, readonly string[]] => [name, list]),
    ...callbackOptions(),
  ];
  const missing: string[] = [];
  const lines = [
    '# Arguments of training',
    '',
    'Made by `npm run training-table` from the code and its tests. Each argument with what the test that changes it sees.',
  ];
  for (const [group, names] of groups) {
    lines.push('', `## ${group}`, '', '| argument | effect seen |', '|---|---|');
    for (const name of names) {
      const effect = tested.get(`${group}.${name}`);
      if (!effect) missing.push(`${group}.${name}`);
      lines.push(`| \`${name}\` | ${effect ?? '—'} |`);
    }
  }
  return { text: `${lines.join('\n')}\n`, missing };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { text, missing } = argumentsTable();
  writeFileSync(new URL('docs/training.md', root), text);
  console.log(missing.length === 0 ? 'every argument has its test' : `without a test: ${missing.join(', ')}`);
}
