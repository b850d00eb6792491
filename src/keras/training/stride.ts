// How many steps of fit make one call of the engine.
// Owns: that number. A step of some microseconds costs less than finding out what to do in it, so that small steps go in
// dozens; large ones one by one. Results do not depend on it.

/** The most steps in a call, and how fast their number grows. */
const [MOST, GROWTH] = [64, 8];
/** Milliseconds of a call after which the next may have more steps; and after which it has none again. */
const [SHORT, LONG] = [0.1, 1.6];

export class Stride {
  /** Steps that may follow the next one in the same call. */
  count = 0;

  /** To be told how many milliseconds a call took. */
  took(milliseconds: number): void {
    if (milliseconds > LONG) this.count = 0;
    else if (milliseconds < SHORT) this.count = Math.min(Math.max(this.count, 1) * GROWTH, MOST);
  }
}
