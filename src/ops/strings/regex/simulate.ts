// Matches of regular expressions in time that grows with the text only: all ways through the pattern are followed at once.
// Owns: the program of a pattern and its simulation. Source: Cox, Regular Expression Matching: the Virtual Machine Approach (2009).
import type { Characters, Expression, Pattern, Place } from './parse.ts';

type Instruction =
  | { readonly op: 'read'; readonly reads: (point: number) => boolean }
  | { readonly op: 'fork'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'place'; readonly place: Place }
  | { readonly op: 'match' };
export type Program = readonly Instruction[];
/** Where the match and its groups begin and end, −1 for groups that took no part. */
export type Match = readonly number[];

function reader({ ranges, properties, negated }: Characters): (point: number) => boolean {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const tests = properties.map((property) => new RegExp(`^${property}$`, 'u'));
  const ascii = Uint8Array.from({ length: 128 }, (_, point) => Number(has(point)));
  function has(point: number): boolean {
    const inside =
      sorted.some(([from, to]) => point >= from && point <= to) ||
      (tests.length > 0 && tests.some((test) => test.test(String.fromCodePoint(point))));
    return inside !== negated;
  }
  return (point) => (point < 128 ? ascii[point] === 1 : has(point));
}

export function compile({ root }: Pattern): Program {
  const program: Instruction[] = [];
  const emit = <I extends Instruction>(instruction: I): I => {
    program.push(instruction);
    return instruction;
  };
  /** Tries the next instruction and one that comes later, the next first unless the repetition is lazy. */
  const fork = (lazy: boolean): ((later: number) => void) => {
    const here = emit({ op: 'fork' as const, first: program.length + 1, second: program.length + 1 });
    return (later) => {
      if (lazy) here.first = later;
      else here.second = later;
    };
  };
  const walk = (node: Expression): void => {
    if (node.kind === 'set') emit({ op: 'read', reads: reader(node) });
    else if (node.kind === 'place') emit({ op: 'place', place: node.place });
    else if (node.kind === 'sequence') node.parts.forEach(walk);
    else if (node.kind === 'group') {
      emit({ op: 'save', slot: 2 * node.index });
      walk(node.part);
      emit({ op: 'save', slot: 2 * node.index + 1 });
    } else if (node.kind === 'choice') {
      const ends: { to: number }[] = [];
      node.parts.forEach((part, i) => {
        const other = i < node.parts.length - 1 ? fork(false) : null;
        walk(part);
        if (other) {
          ends.push(emit({ op: 'jump', to: 0 }));
          other(program.length);
        }
      });
      for (const end of ends) end.to = program.length;
    } else {
      for (let i = 0; i < node.least; i++) walk(node.part);
      if (node.most === Number.POSITIVE_INFINITY) {
        const start = program.length;
        const leave = fork(node.lazy);
        walk(node.part);
        emit({ op: 'jump', to: start });
        leave(program.length);
      } else {
        const leaves: ((later: number) => void)[] = [];
        for (let i = node.least; i < node.most; i++) {
          leaves.push(fork(node.lazy));
          walk(node.part);
        }
        for (const leave of leaves) leave(program.length);
      }
    }
  };
  walk(root);
  emit({ op: 'match' });
  return program;
}

const isWord = (point: number | undefined): boolean =>
  point !== undefined && point < 128 && /\w/.test(String.fromCodePoint(point));
function holds(place: Place, points: readonly number[], at: number): boolean {
  if (place === 'begin') return at === 0;
  if (place === 'end') return at === points.length;
  if (place === 'lineBegin') return at === 0 || points[at - 1] === 10;
  if (place === 'lineEnd') return at === points.length || points[at] === 10;
  return (isWord(points[at - 1]) !== isWord(points[at])) === (place === 'word');
}

/** Ways through the program, the preferred first; each instruction at most once. */
class Threads {
  readonly places: number[] = [];
  readonly saved: Match[] = [];
  readonly #seen: Uint32Array;
  #round = 0;
  constructor(size: number) {
    this.#seen = new Uint32Array(size);
  }
  clear(): void {
    this.places.length = 0;
    this.saved.length = 0;
    this.#round++;
  }
  /** Follows jumps from an instruction to those that read or match. */
  add(program: Program, start: number, saved: Match, points: readonly number[], at: number): void {
    const stack: [number, Match][] = [[start, saved]];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const [here, marks] = top;
      if (this.#seen[here] === this.#round) continue;
      this.#seen[here] = this.#round;
      const instruction = program[here]!;
      if (instruction.op === 'jump') stack.push([instruction.to, marks]);
      else if (instruction.op === 'fork') stack.push([instruction.second, marks], [instruction.first, marks]);
      else if (instruction.op === 'save') {
        const next = marks.slice();
        next[instruction.slot] = at;
        stack.push([here + 1, next]);
      } else if (instruction.op === 'place') {
        if (holds(instruction.place, points, at)) stack.push([here + 1, marks]);
      } else {
        this.places.push(here);
        this.saved.push(marks);
      }
    }
  }
}

/** The first match from `from` on, or with `whole` the one from end to end; leftmost, and of those the preferred one. */
export function simulate(
  program: Program,
  groups: number,
  points: readonly number[],
  from: number,
  whole: boolean,
): Match | null {
  let [now, next] = [new Threads(program.length), new Threads(program.length)];
  now.clear();
  next.clear();
  let found: Match | null = null;
  const none: Match = new Array<number>(2 * groups + 2).fill(-1);
  for (let at = from; ; at++) {
    if (!found && (!whole || at === from)) {
      const start = none.slice();
      start[0] = at;
      now.add(program, 0, start, points, at);
    }
    if (now.places.length === 0 && (found || whole)) break;
    next.clear();
    for (let i = 0; i < now.places.length; i++) {
      const instruction = program[now.places[i]!]!;
      if (instruction.op === 'match') {
        if (whole && at < points.length) continue;
        const marks = now.saved[i]!.slice();
        marks[1] = at;
        found = marks;
        // What comes after is not preferred.
        break;
      }
      if (at < points.length && instruction.op === 'read' && instruction.reads(points[at]!))
        next.add(program, now.places[i]! + 1, now.saved[i]!, points, at + 1);
    }
    if (at >= points.length) break;
    [now, next] = [next, now];
  }
  return found;
}
