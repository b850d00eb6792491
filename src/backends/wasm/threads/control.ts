// Where threads meet: words in the reserved first page of the engine's memory.
// Owns: the layout. Words that different threads change stand in cache lines of their own.

const LINE = 64;
const FIRST = 1024;

/** Byte addresses of 32-bit words. */
export const control = {
  /** Counts orders to the workers; they wait for it to change. */
  order: FIRST,
  /** Which team of workers is meant: those of a team that was given up leave. */
  team: FIRST + LINE,
  /** Barriers: threads that have come, barriers that all have passed, threads that sleep at one. */
  arrived: FIRST + 2 * LINE,
  passed: FIRST + 3 * LINE,
  sleeping: FIRST + 4 * LINE,
  /** Not 0: the program has failed in some thread, all leave it at their next barrier. */
  abort: FIRST + 5 * LINE,
  /** The thread whose exception it was, 0 for none; length and bytes of its message. */
  failed: FIRST + 6 * LINE,
  messageBytes: FIRST + 6 * LINE + 4,
  message: FIRST + 7 * LINE,
  /** Whether the first thread may sleep: the main thread of a page must not. */
  mayWait: FIRST + 24 * LINE,
  /** The order: which program, its code where workers do not have it yet (else 0 bytes), and what it is called with. */
  program: FIRST + 25 * LINE,
  code: FIRST + 25 * LINE + 4,
  codeBytes: FIRST + 25 * LINE + 8,
  threads: FIRST + 25 * LINE + 12,
  /** Thread t's table stands at table + (t − 1) · tableStride, its scratch at scratch + t · scratchStride. */
  table: FIRST + 25 * LINE + 16,
  tableStride: FIRST + 25 * LINE + 20,
  scratch: FIRST + 25 * LINE + 24,
  scratchStride: FIRST + 25 * LINE + 28,
  /** One line for each thread: the last order it has finished (of a worker that is ready: the number it began with). */
  done: FIRST + 26 * LINE,
  /** In the same line, whether the worker sleeps until the next order. */
  parked: FIRST + 26 * LINE + 4,
  /** And how many calls it has gone through of which threads take pieces; what is left to it of such a call (pieces.ts). */
  calls: FIRST + 26 * LINE + 8,
  range: FIRST + 26 * LINE + 16,
  doneStride: LINE,
  /** Bytes of a message that fit. */
  messageLimit: 16 * LINE,
} as const;
