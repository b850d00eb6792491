// Tells of functions that are traced at each call, which takes longer than running them without tracing.
// Owns: when that is so, and the sentence that says what changes from call to call and what to do. Leaves signatures to function.ts.

/** As in TensorFlow: so many traces in a row. Calls that find their trace count against them. */
const MOST = 5;

/** One argument or part of one in a signature, without brackets and names before it. */
const bare = (part: string): string => part.replace(/^(?:[(){}]|\d+:[^:;]*:)+/, '');

function difference(before: string, now: string): readonly [what: string, remedy: string] {
  const [a, b] = [before.split(';'), now.split(';')];
  const at = b.findIndex((part, i) => part !== a[i]);
  const [x, y] = [bare(a[at] ?? ''), bare(b[at] ?? '')];
  const [, plain, value] = /^(number|bigint|boolean):(.*)$/.exec(y) ?? [];
  if (a.length === b.length && plain && x.startsWith(plain))
    return [
      `a plain ${plain} changes (${x.slice(plain.length + 1)}, then ${value})`,
      `Give it as a tensor, tf.constant(${value}), or say so with an inputSignature: its value is then no part of the program`,
    ];
  if (a.length === b.length && /\[.*\]w?$/.test(x) && /\[.*\]w?$/.test(y))
    return [
      `the shape or dtype of a tensor changes (${x}, then ${y})`,
      'Each has a program of its own: pad to one shape or a few, and keep to one dtype',
    ];
  if (a.length === b.length && /^o\d+$/.test(x) && /^o\d+$/.test(y))
    return [
      'an object changes',
      'Objects are told apart by identity: give one and the same again, or the tensors in it',
    ];
  return ['what is given changes in kind or number', 'Give tensors of the same shapes and dtypes in the same places'];
}

/** Follows the calls of one function. */
export class RetraceWatch {
  #traces = 0;
  #latest = '';
  #hasSaid = false;

  /** A call found its trace. */
  found(): void {
    if (this.#traces > 0) this.#traces--;
  }
  /** A call was traced; `key` is what tells it from others. Warns once. */
  traced(name: string, key: string): void {
    const before = this.#latest;
    this.#latest = key;
    if (this.#hasSaid || ++this.#traces < MOST) return;
    this.#hasSaid = true;
    const [what, remedy] = difference(before, key);
    console.warn(
      `tf.function ${name}: ${MOST} of its latest calls were each traced and compiled anew, for ${what}. ${remedy}.`,
    );
  }
}
