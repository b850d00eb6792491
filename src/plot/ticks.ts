// Where ticks stand and what they say: matplotlib's MaxNLocator and ScalarFormatter.
// Owns: positions and labels of ticks, and the round levels of contours. Leaves limits to limits.ts.

/** Round multiples of a power of ten: for axes, and the finer choice that matplotlib has for levels. */
const axisSteps = [1, 2, 2.5, 5, 10];
export const levelSteps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

interface TickOptions {
  /** At most so many intervals. */
  readonly bins: number;
  /** Only whole numbers. */
  readonly integer?: boolean;
  readonly minTicks?: number;
  readonly steps?: readonly number[];
}

/** Round positions that cover [low, high]; the first may lie below low and the last above high. */
export function niceTicks(low: number, high: number, options: TickOptions): number[] {
  const { bins, integer = false, minTicks = 2, steps: multiples = axisSteps } = options;
  const scale = 10 ** Math.floor(Math.log10((high - low) / bins));
  const below = multiples.slice(0, -1).map((step) => step / 10);
  let steps = [...below, ...multiples, 10 * multiples[1]!].map((step) => step * scale);
  if (integer) steps = steps.filter((step) => step < 1 || Math.abs(step - Math.round(step)) < 1e-3);
  const rawStep = (high - low) / bins;
  let at = steps.findIndex((step) => step >= rawStep * (1 - 1e-10));
  if (at < 0) at = steps.length - 1;
  for (; ; at--) {
    let step = steps[at]!;
    if (integer) step = Math.max(1, Math.round(step));
    const first = Math.floor(low / step + 1e-10);
    const last = Math.ceil(high / step - 1e-10);
    const count = Math.floor(high / step + 1e-10) - Math.ceil(low / step - 1e-10) + 1;
    if (count < minTicks && at > 0 && !(integer && step === 1)) continue;
    // Division by the reciprocal keeps 0.3 from turning into 0.30000000000000004.
    const inverse = 1 / step;
    const whole = Math.abs(inverse - Math.round(inverse)) < 1e-9 * inverse;
    const position = (k: number) => (whole ? k / Math.round(inverse) : k * step);
    return Array.from({ length: last - first + 1 }, (_, i) => position(first + i) + 0);
  }
}

/** The positions that lie within the limits, which may run downwards. */
export function within(ticks: readonly number[], limits: readonly [number, number]): number[] {
  const [low, high] = [Math.min(...limits), Math.max(...limits)];
  const slack = (high - low) * 1e-9;
  return ticks.filter((tick) => tick >= low - slack && tick <= high + slack);
}

export interface TickLabels {
  readonly labels: readonly string[];
  /** What stands once at the end of the axis: '1e6' or '+2.5e3', or ''. */
  readonly offset: string;
}

/** The labels of ticks, all with as many decimals as they need to differ; large and small ones share a power of ten. */
export function tickLabels(ticks: readonly number[]): TickLabels {
  if (ticks.length === 0) return { labels: [], offset: '' };
  const largest = Math.max(...ticks.map(Math.abs));
  const range = Math.max(...ticks) - Math.min(...ticks) || largest || 1;
  const exponent = largest === 0 ? 0 : Math.floor(Math.log10(largest) + 1e-12);
  // Where the ticks differ only behind many equal digits, those digits stand once, beside the axis.
  if (largest > 0 && range / largest < 1e-4) {
    const unit = 10 ** Math.ceil(Math.log10(range) + 1e-12);
    const base = Math.round(ticks[0]! / unit) * unit;
    const rest = tickLabels(ticks.map((tick) => Number((tick - base).toPrecision(6))));
    const sign = base < 0 ? '\u2212' : '+';
    return { labels: rest.labels, offset: `${rest.offset}${sign}${tidy(Math.abs(base))}` };
  }
  const power = exponent >= 6 || exponent <= -5 ? exponent : 0;
  const scaled = ticks.map((tick) => tick / 10 ** power);
  const decimals = decimalsOf(scaled, range / 10 ** power);
  return {
    labels: scaled.map((tick) => minus((Math.abs(tick) < 1e-12 ? 0 : tick).toFixed(decimals))),
    offset: power === 0 ? '' : `1e${minus(String(power))}`,
  };
}

/** A minus sign as wide as a plus. */
export function minus(text: string): string {
  return text.replace(/^-/, '\u2212');
}

function tidy(value: number): string {
  return value >= 1e6 ? value.toExponential().replace('e+', 'e') : String(Number(value.toPrecision(12)));
}

function decimalsOf(ticks: readonly number[], range: number): number {
  const threshold = 1e-3 * 10 ** Math.floor(Math.log10(range));
  for (let decimals = 0; decimals < 12; decimals++) {
    if (ticks.every((tick) => Math.abs(tick - Number(tick.toFixed(decimals))) < threshold)) return decimals;
  }
  return 12;
}
