// The bar of a download, as Keras draws it: `11490434/11490434 ━━━━━━━━━━━━━━━━━━━━ 2s 0us/step`.
// Owns: its drawing, redrawn in a terminal, one line at the end where output is not a terminal.
import type { PlatformSurroundings } from '../../platform/platform.ts';

const WIDTH = 20;
/** Redrawing more often only costs. */
const INTERVAL = 50;

/** Keras's form of a duration: `2s`, `1:05`, `1:02:03`. */
function showTime(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${Math.floor(seconds)}s`;
}

function showStep(seconds: number): string {
  if (seconds >= 1 || seconds === 0) return `${seconds.toFixed(0)}s/step`;
  return seconds >= 1e-3 ? `${(seconds * 1e3).toFixed(0)}ms/step` : `${(seconds * 1e6).toFixed(0)}us/step`;
}

/** A function to be called with the bytes so far and the whole, and a last one to end the line. */
export function makeDownloadBar(
  machine: Pick<PlatformSurroundings, 'print' | 'isTerminal'>,
  now = () => performance.now(),
) {
  const start = now();
  let drawn = Number.NEGATIVE_INFINITY;
  let line = '';
  const lineFor = (received: number, total: number | undefined): string => {
    const elapsed = (now() - start) / 1000;
    const step = received > 0 ? elapsed / received : 0;
    const done = total === undefined || received >= total;
    const time = showTime(done ? elapsed : step * (total - received));
    const tail = done ? `${time} ${showStep(step)}` : time;
    if (total === undefined) return `${received}/Unknown ${tail}`;
    const filled = Math.round((WIDTH * Math.min(received, total)) / Math.max(1, total));
    const [green, grey, plain] = machine.isTerminal ? ['\x1b[32m', '\x1b[37m', '\x1b[0m'] : ['', '', ''];
    const bar = `${green}${'━'.repeat(filled)}${grey}${'━'.repeat(WIDTH - filled)}${plain}`;
    return `${String(received).padStart(String(total).length)}/${total} ${bar} ${tail}`;
  };
  return {
    update(received: number, total: number | undefined): void {
      const isLast = received === total;
      if (!isLast && now() - drawn < INTERVAL) return;
      drawn = now();
      line = lineFor(received, total);
      if (machine.isTerminal) machine.print(`\r\x1b[K${line}`);
    },
    end(): void {
      if (line) machine.print(machine.isTerminal ? '\n' : `${line}\n`);
    },
  };
}
