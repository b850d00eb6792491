// A profile as a Chrome trace file (chrome://tracing, ui.perfetto.dev): CORNU_DEBUG=2 CORNU_TRACE=profile.json.
// Owns: the events of this process and when they are written: once, at its end. Nothing is kept where no file is named.

interface Host {
  readonly env?: Record<string, string | undefined>;
  readonly pid?: number;
  readonly on?: (event: 'exit', listener: () => void) => void;
  readonly getBuiltinModule?: (name: string) => { writeFileSync(file: string, text: string): void } | undefined;
}

export interface TraceEvent {
  readonly name: string;
  /** Milliseconds, as performance.now() has them. */
  readonly start: number;
  readonly duration: number;
  readonly args: Readonly<Record<string, number>>;
  /** The row it is drawn in: 0, the calling thread's, unless said. What goes on at the same time needs rows of its own. */
  readonly track?: number;
}

const { process } = globalThis as { process?: Host };
const file = process?.env?.CORNU_TRACE;
const events: TraceEvent[] = [];

/** The file's text: complete events in microseconds. */
export const traceText = (list: readonly TraceEvent[], pid = 0): string =>
  JSON.stringify({
    displayTimeUnit: 'ms',
    traceEvents: list.map(({ name, start, duration, args, track = 0 }) => ({
      name,
      ph: 'X',
      ts: start * 1000,
      dur: duration * 1000,
      pid,
      tid: track,
      args,
    })),
  });

/** Keeps an event if a trace was asked for. */
export function trace(event: TraceEvent): void {
  if (file === undefined) return;
  if (events.push(event) > 1) return;
  process?.on?.('exit', () => {
    process.getBuiltinModule?.('node:fs')?.writeFileSync(file, traceText(events, process.pid));
  });
}
