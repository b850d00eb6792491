// What a page or worker tells at once: its console, its processors. There is no environment and no terminal.
import type { PlatformSurroundings } from './platform.ts';

export const browserPage: PlatformSurroundings = {
  kind: 'browser',
  homeFolder: '/',
  workingFolder: '/',
  env: () => undefined,
  print: makeConsolePrinter((line) => console.log(line)),
  isTerminal: false,
  columns: 80,
  onInterrupt: () => () => undefined,
  onLastTurn: () => undefined,
  readNow: () => undefined,
  get hardwareConcurrency() {
    return globalThis.navigator?.hardwareConcurrency ?? 1;
  },
};

/** The console knows only whole lines: text waits for its end, and of a line that is redrawn the last state counts. */
export function makeConsolePrinter(write: (line: string) => void): (text: string) => void {
  let line = '';
  return (text) => {
    const lines = (line + text).split('\n');
    line = lines.pop() ?? '';
    for (const full of lines) write(full.replace(/^.*\r(?!$)/s, ''));
  };
}
