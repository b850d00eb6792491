// The progress bar, drawn as Keras 3 draws it.
// Owns: its text, and when to draw again. In a terminal one line is drawn over and over; elsewhere a plain line at the end.
import { type Class, callable } from '../../base/callable.ts';
import { refuseUnknown, ValueError } from '../../base/errors.ts';
import { toExponential, toFixed } from '../../base/python-format.ts';
import { isRecord } from '../../base/record.ts';
import { platform } from '../../platform/platform.ts';

/** A number, or the list of numbers that some metrics give. */
type LogValue = number | readonly LogValue[];
export interface ProgbarOptions {
  /** Steps expected; null where nobody knows. */
  readonly target?: number | null;
  readonly width?: number;
  readonly verbose?: number;
  /** Seconds between two drawings. */
  readonly interval?: number;
  /** Metrics shown as they come; the others are averaged over the steps. */
  readonly statefulMetrics?: readonly string[] | null;
  /** The other way: the metrics that are averaged, all others shown as they come. */
  readonly statelessMetrics?: readonly string[] | null;
  readonly unitName?: string;
  readonly terminal?: boolean;
  readonly print?: (text: string) => void;
  /** Seconds now; for tests. */
  readonly now?: () => number;
}

type ProgbarArgs = [target: number | null, options?: ProgbarOptions] | [options: ProgbarOptions];
const OPTIONS = [
  'target',
  'width',
  'verbose',
  'interval',
  'statefulMetrics',
  'statelessMetrics',
  'unitName',
  'terminal',
  'print',
  'now',
];

class ProgressBar {
  target: number | null;
  readonly #width: number;
  readonly #verbose: number;
  readonly #interval: number;
  readonly #unit: string;
  readonly #terminal: boolean;
  readonly #print: (text: string) => void;
  readonly #now: () => number;
  readonly #start: number;
  readonly #averaged: (name: string) => boolean;
  readonly #values = new Map<string, { sum: LogValue; count: number }>();
  #seen = 0;
  #lastUpdate = Number.NEGATIVE_INFINITY;
  #afterFirst: number | null = null;
  #previousWidth = 0;

  constructor(...args: ProgbarArgs) {
    const [first, second] = args;
    const options = (isRecord(first) ? first : (second ?? {})) as ProgbarOptions;
    refuseUnknown('Progbar', options, OPTIONS);
    const { statefulMetrics, statelessMetrics } = options;
    if (statefulMetrics && statelessMetrics)
      throw new ValueError(
        'Progbar: found statefulMetrics and statelessMetrics; wanted one of them: the other metrics are of the other kind.',
      );
    this.#averaged = statelessMetrics
      ? (name) => statelessMetrics.includes(name)
      : (name) => !statefulMetrics?.includes(name);
    this.target = isRecord(first) ? (options.target ?? null) : (first as number | null);
    this.#width = options.width ?? 20;
    this.#verbose = options.verbose ?? 1;
    this.#interval = options.interval ?? 0.05;
    this.#unit = options.unitName ?? 'step';
    this.#terminal = options.terminal ?? platform().isTerminal;
    this.#print = options.print ?? ((text) => platform().print(text));
    this.#now = options.now ?? (() => performance.now() / 1000);
    this.#start = this.#now();
  }

  /** Whether a step would be drawn now. */
  due(): boolean {
    return this.#verbose === 1 && this.#terminal && this.#now() - this.#lastUpdate >= this.#interval;
  }

  update(
    current: number,
    values: readonly (readonly [string, LogValue])[] = [],
    finalize = this.target !== null && current >= this.target,
  ): void {
    for (const [name, value] of values) {
      const before = this.#values.get(name);
      if (!this.#averaged(name) || finalize) this.#values.set(name, { sum: value, count: 1 });
      else {
        const steps = Math.max(current - this.#seen, 1);
        this.#values.set(name, {
          sum: meanOf(value) * steps + (before ? meanOf(before.sum) : 0),
          count: steps + (before?.count ?? 0),
        });
      }
    }
    this.#seen = current;
    const now = this.#now();
    const perUnit = this.#stepDuration(current, now);
    if (this.#verbose === 1 && (finalize || (this.#terminal && now - this.#lastUpdate >= this.#interval)))
      this.#draw(current, now, perUnit, finalize);
    else if (this.#verbose === 2 && finalize && this.target) {
      const count = `${String(current).padStart(digits(this.target))}/${this.target}`;
      this.#print(`${count} - ${fixed(now - this.#start)}s -${this.#time(perUnit)}${this.#metrics()}\n`);
    }
    if (finalize || this.#verbose !== 1 || now - this.#lastUpdate >= this.#interval) this.#lastUpdate = now;
  }

  /** `n` steps more. */
  add(n: number, values: readonly (readonly [string, LogValue])[] = []): void {
    this.update(this.#seen + n, values);
  }

  #draw(current: number, now: number, perUnit: number, finalize: boolean): void {
    const bold = (text: string): string => (this.#terminal ? `\x1b[1m${text}\x1b[0m` : text);
    const color = (code: number, text: string): string => (this.#terminal ? `\x1b[${code}m${text}\x1b[0m` : text);
    const { target } = this;
    let bar: string;
    let width: number;
    if (target !== null && target > 0) {
      const count = `${String(current).padStart(digits(target))}/${target}`;
      const done = Math.floor((this.#width * current) / target);
      bar = `${bold(count)} ${done > 0 ? color(32, '━'.repeat(done)) : ''}${this.#terminal || done < this.#width ? color(37, '━'.repeat(this.#width - done)) : ''}`;
      width = count.length + 1 + this.#width;
    } else {
      bar = `${String(current).padStart(7)}/Unknown`;
      width = bar.length;
    }
    const clock =
      target !== null && target > 0 && !finalize
        ? remaining(perUnit * (target - current))
        : `${fixed(now - this.#start)}s`;
    const rest = `${this.#time(perUnit)}${this.#metrics()}`;
    width += 1 + clock.length + rest.length;
    let message = this.#terminal ? '\b'.repeat(this.#previousWidth) + '\r' : '';
    message += `${bar} ${bold(clock)}${rest}`;
    if (this.#terminal && this.#previousWidth > width) message += ' '.repeat(this.#previousWidth - width);
    if (finalize) message += '\n';
    this.#print(message);
    this.#previousWidth = width;
  }

  #metrics(): string {
    let text = '';
    for (const [name, { sum, count }] of this.#values) {
      const mean = meanOf(sum) / Math.max(count, 1);
      // Lines without a bar write negative numbers with an exponent: so does Keras.
      const plain = (this.#verbose === 2 ? mean : Math.abs(mean)) > 1e-3;
      text += ` - ${name}: ${plain ? toFixed(mean, 4) : toExponential(mean, 4)}`;
    }
    return text;
  }
  #time(perUnit: number): string {
    if (perUnit >= 1 || perUnit === 0) return ` ${fixed(perUnit)}s/${this.#unit}`;
    if (perUnit >= 1e-3) return ` ${fixed(perUnit * 1e3)}ms/${this.#unit}`;
    return ` ${fixed(perUnit * 1e6)}us/${this.#unit}`;
  }
  /** The first step also compiles: it does not count once there are others. */
  #stepDuration(current: number, now: number): number {
    if (!current) return 0;
    const perUnit =
      this.#afterFirst !== null && current > 1
        ? (now - this.#afterFirst) / (current - 1)
        : (now - this.#start) / current;
    if (current === 1) this.#afterFirst = now;
    return perUnit;
  }
}
export interface Progbar extends ProgressBar {}
export const Progbar: Class<ProgbarArgs, Progbar> = callable(ProgressBar, 'Progbar');

const digits = (n: number): number => Math.floor(Math.log10(n)) + 1;
const fixed = (x: number): string => toFixed(x, 0);
/** The mean of a metric that is a list of numbers. */
const meanOf = (value: LogValue): number => {
  if (typeof value === 'number') return value;
  const parts = value.map(meanOf);
  return parts.reduce((sum, part) => sum + part, 0) / parts.length;
};
function remaining(seconds: number): string {
  const s = Math.floor(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (s > 3600) return `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
  return s > 60 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${s}s`;
}
