// The manual's programs: each block runs as a user would run it, and prints what the comments behind console.log say.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, runProgram } from './support/run-program.ts';

const text = readFileSync(join(root, 'docs/manual.md'), 'utf8');
const blocks = [...text.matchAll(/^## (.+)\n(?:(?!^## )[\s\S])*?```ts\n([\s\S]*?)```/gm)].map(([, title, code]) => ({
  title: title!,
  code: code!,
}));
const folder = join(root, 'bench/.build/manual');
const fileOf = (title: string) => join(folder, `${title.replaceAll(' ', '-').toLowerCase()}.ts`);
beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const { title, code } of blocks) writeFileSync(fileOf(title), code);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('manual', () => {
  it('has all its blocks looked at', () => {
    expect(blocks).toHaveLength(text.match(/```ts/g)!.length);
  });
  it('is typed under the strictest options', () => {
    const settings = join(folder, 'tsconfig.json');
    writeFileSync(settings, JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['*.ts'] }));
    const { stdout, status } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', settings], { encoding: 'utf8' });
    expect(status, stdout).toBe(0);
  });
  it.each(blocks)('$title', async ({ title, code }) => {
    const { status, output, complaint } = await runProgram(relative(root, fileOf(title)));
    expect(status, complaint.slice(-2000)).toBe(0);
    const wanted = [...code.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)].map((match) => match[1]!);
    const printed = output.split('\n').filter((line) => wanted.includes(line));
    expect(printed, output.slice(-2000)).toEqual(wanted);
  });
});
