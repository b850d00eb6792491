// Hyperparameters: the values that a `build(hp)` asks for, and the space from which they come.
// Owns: kinds of hyperparameters, sampling, conditions, names in scopes, JSON. Leaves which values to try to the oracles.
// Source: https://keras.io/keras_tuner/api/hyperparameters/
import { show, ValueError } from '../base/errors.ts';

export type Value = number | string | boolean;
export type Values = Readonly<Record<string, Value>>;
export type Sampling = 'linear' | 'log' | 'reverse_log';
interface Condition {
  readonly name: string;
  readonly values: readonly Value[];
}
/** One hyperparameter, as data. */
export interface Definition {
  readonly kind: 'Int' | 'Float' | 'Choice' | 'Boolean' | 'Fixed';
  readonly name: string;
  readonly default: Value;
  readonly values?: readonly Value[];
  readonly min?: number;
  readonly max?: number;
  readonly step?: number | null;
  readonly sampling?: Sampling;
  readonly ordered?: boolean;
  readonly conditions: readonly Condition[];
}
interface Common<T extends Value> {
  default?: T | undefined;
  parentName?: string | undefined;
  parentValues?: Value | readonly Value[] | undefined;
}
export interface RangeOptions extends Common<number> {
  step?: number | null | undefined;
  sampling?: Sampling | undefined;
}
type Range = { minValue: number; maxValue: number } & RangeOptions;

export class HyperParameters {
  #values = new Map<string, Value>();
  #space = new Map<string, Definition[]>();
  #scopes: string[] = [];
  #conditions: Condition[] = [];
  /** Names in the order in which they were asked for since `begin`. */
  #active: string[] = [];

  /** The values now, by name. */
  get values(): Record<string, Value> {
    return Object.fromEntries(this.#values);
  }
  /** All that is known of the space. */
  get space(): Definition[] {
    return [...this.#space.values()].flat();
  }
  /** Those that the last build asked for. */
  get active(): Definition[] {
    return this.#active.map((name) => this.#find(name)!);
  }

  Int(name: string, minValue: number, maxValue: number, options?: RangeOptions): number;
  Int(name: string, options: Range): number;
  Int(name: string, first: number | Range, maxValue?: number, options?: RangeOptions): number {
    return this.#range('Int', name, first, maxValue, options);
  }
  Float(name: string, minValue: number, maxValue: number, options?: RangeOptions): number;
  Float(name: string, options: Range): number;
  Float(name: string, first: number | Range, maxValue?: number, options?: RangeOptions): number {
    return this.#range('Float', name, first, maxValue, options);
  }
  #range(
    kind: 'Int' | 'Float',
    name: string,
    first: number | Range,
    second: number | undefined,
    third: RangeOptions = {},
  ): number {
    const given: Range = typeof first === 'object' ? first : { ...third, minValue: first, maxValue: second as number };
    const { minValue: min, maxValue: max, sampling = 'linear' } = given;
    const step = given.step ?? (kind === 'Int' && sampling === 'linear' ? 1 : null);
    const fits = (value: unknown) => typeof value === 'number' && (kind === 'Float' || Number.isInteger(value));
    if (!fits(min) || !fits(max) || min > max)
      throw new ValueError(
        `hp.${kind} '${name}': found the range ${show(min)} to ${show(max)}, wanted ${kind === 'Int' ? 'whole numbers' : 'numbers'}, the smaller first.`,
      );
    if (sampling !== 'linear' && min <= 0)
      throw new ValueError(`hp.${kind} '${name}': sampling '${sampling}' wants minValue > 0, found ${min}.`);
    const least = sampling === 'linear' ? 0 : 1;
    if (step !== null && !(step > least && fits(step)))
      throw new ValueError(
        `hp.${kind} '${name}': step: found ${show(step)}, wanted a ${kind === 'Int' ? 'whole ' : ''}number > ${least}${least ? ` for sampling '${sampling}', which multiplies by it` : ''}.`,
      );
    const definition = { kind, name, min, max, step, sampling, default: given.default ?? min } as const;
    return this.#ask(definition, given) as number;
  }
  Choice<const T extends Value>(
    name: string,
    values: readonly T[],
    options: Common<T> & { ordered?: boolean | undefined } = {},
  ): T {
    if (!Array.isArray(values) || values.length === 0)
      throw new ValueError(`hp.Choice '${name}': values: found ${show(values)}, wanted a list of at least one.`);
    if (new Set(values.map((value) => typeof value)).size > 1)
      throw new ValueError(`hp.Choice '${name}': values: found ${show(values)}, wanted values of one type.`);
    if (options.default !== undefined && !values.includes(options.default))
      throw new ValueError(
        `hp.Choice '${name}': default: found ${show(options.default)}, wanted one of ${show(values)}.`,
      );
    const ordered = options.ordered ?? typeof values[0] === 'number';
    return this.#ask({ kind: 'Choice', name, values, ordered, default: options.default ?? values[0]! }, options) as T;
  }
  Boolean(name: string, options: Common<boolean> = {}): boolean {
    return this.#ask(
      { kind: 'Boolean', name, values: [false, true], default: options.default ?? false },
      options,
    ) as boolean;
  }
  /** A value that is not tuned. */
  Fixed<const T extends Value>(name: string, value: T, options: Omit<Common<T>, 'default'> = {}): T {
    return this.#ask({ kind: 'Fixed', name, values: [value], default: value }, options) as T;
  }

  /** What `f` asks for counts only where the parent has one of these values; `f` runs in any case, so that it is known. */
  conditionalScope<T>(parentName: string, parentValues: Value | readonly Value[], f: () => T): T {
    if (!this.#find(this.#full(parentName)))
      throw new ValueError(`hp.conditionalScope: there is no hyperparameter '${parentName}' yet; ask for it first.`);
    const values = Array.isArray(parentValues) ? (parentValues as Value[]) : [parentValues as Value];
    this.#conditions.push({ name: this.#full(parentName), values });
    try {
      return f();
    } finally {
      this.#conditions.pop();
    }
  }
  /** Names asked for in `f` begin with this one. */
  nameScope<T>(name: string, f: () => T): T {
    this.#scopes.push(name);
    try {
      return f();
    } finally {
      this.#scopes.pop();
    }
  }
  get(name: string): Value {
    const value = this.#values.get(this.#full(name)) ?? this.#values.get(name);
    if (value === undefined)
      throw new ValueError(
        `hp.get: no value for '${name}'; known: ${[...this.#values.keys()].join(', ') || '(none)'}.`,
      );
    return value;
  }

  /** Internal: forgets what was asked for, for another build. */
  begin(): void {
    this.#active = [];
  }
  /** Internal: sets a value that an oracle chose. */
  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }
  /** Internal: takes over what is known of a space. */
  learn(space: readonly Definition[]): void {
    for (const definition of space) this.#remember(definition);
  }
  copy(values: Values = this.values): HyperParameters {
    const made = new HyperParameters();
    made.learn(this.space);
    for (const [name, value] of Object.entries(values)) made.set(name, value);
    return made;
  }
  getConfig(): { space: Definition[]; values: Values } {
    return { space: this.space, values: this.values };
  }
  static fromConfig(config: { readonly space: readonly Definition[]; readonly values: Values }): HyperParameters {
    const made = new HyperParameters();
    made.learn(config.space);
    for (const [name, value] of Object.entries(config.values)) made.set(name, value);
    return made;
  }

  #full(name: string): string {
    return [...this.#scopes, name].join('/');
  }
  #find(name: string): Definition | undefined {
    return this.#space.get(name)?.find(({ conditions }) => this.#holds(conditions)) ?? this.#space.get(name)?.[0];
  }
  #holds(conditions: readonly Condition[]): boolean {
    return conditions.every(({ name, values }) => values.includes(this.#values.get(name) as Value));
  }
  #remember(definition: Definition): void {
    const known = this.#space.get(definition.name) ?? [];
    const key = JSON.stringify(definition.conditions);
    if (known.some(({ conditions }) => JSON.stringify(conditions) === key)) return;
    this.#space.set(definition.name, [...known, definition]);
  }
  #ask(given: Omit<Definition, 'conditions'>, options: Common<never> | Common<Value>): Value {
    const name = this.#full(given.name);
    const conditions = [...this.#conditions];
    if (options.parentName !== undefined) {
      const { parentValues } = options;
      const values = Array.isArray(parentValues) ? (parentValues as Value[]) : [parentValues as Value];
      conditions.push({ name: this.#full(options.parentName), values });
    }
    const definition = { ...given, name, conditions } as Definition;
    this.#remember(definition);
    if (!this.#holds(conditions)) return definition.default;
    if (!this.#values.has(name)) this.#values.set(name, definition.default);
    if (!this.#active.includes(name)) this.#active.push(name);
    return this.#values.get(name)!;
  }
}

/** How many values a range with steps has. */
function countOf({ min, max, step, sampling = 'linear' }: Definition): number {
  // A little more than the quotient: 0.3 is the third of the steps of 0.1 from 0.1 on, whatever the rounding says.
  if (sampling === 'linear') return Math.floor((max! - min!) / step! + 1e-9) + 1;
  return Math.trunc(Math.log(max! / min!) / Math.log(step!) + 1e-8) + 1;
}
function stepAt({ kind, min, max, step, sampling = 'linear' }: Definition, index: number): number {
  let value = min! + index * step!;
  if (sampling === 'log') value = min! * step! ** index;
  if (sampling === 'reverse_log') value = max! + min! - min! * step! ** index;
  return kind === 'Int' ? Math.trunc(value) : value;
}
const hasSteps = ({ step }: Definition): boolean => step !== null && step !== undefined;
/** The end of a range without steps: whole numbers are cut off, so that the last one counts too. */
const endOf = ({ kind, max }: Definition): number => (kind === 'Int' ? max! + 1 : max!);

/** The value at a share from 0 to 1 of the space. */
export function valueAt(definition: Definition, share: number): Value {
  const { kind, values, min, sampling = 'linear' } = definition;
  if (values) return values[Math.min(values.length - 1, Math.floor(share / (1 / values.length)))]!;
  if (hasSteps(definition)) {
    const count = countOf(definition);
    return stepAt(definition, Math.min(count - 1, Math.floor(share / (1 / count))));
  }
  const [low, high] = [min!, endOf(definition)];
  let value = share * (high - low) + low;
  if (sampling === 'log') value = low * (high / low) ** share;
  if (sampling === 'reverse_log') value = high + low - low * (high / low) ** (1 - share);
  return kind === 'Int' ? Math.trunc(value) : value;
}
/** Where a value lies between 0 and 1; one of few lies in the middle of its part. */
export function shareOf(definition: Definition, value: Value): number {
  const { kind, values, min, max, step, sampling = 'linear' } = definition;
  if (values) return (values.indexOf(value) + 0.5) / values.length;
  const low = min!;
  const logarithm = (x: number, base: number): number => Math.log(x) / Math.log(base);
  if (hasSteps(definition)) {
    const at = value as number;
    let index = Math.floor((at - low) / step! + 1e-9);
    if (sampling === 'log') index = logarithm(at / low, step!);
    if (sampling === 'reverse_log') index = logarithm((max! - at + low) / low, step!);
    return (index + 0.5) / countOf(definition);
  }
  const high = endOf(definition);
  const at = (value as number) + (kind === 'Int' ? 0.5 : 0);
  if (low === high) return 0.5;
  if (sampling === 'log') return logarithm(at / low, high / low);
  if (sampling === 'reverse_log') return 1 - logarithm((high + low - at) / low, high / low);
  return (at - low) / (high - low);
}
/** All values, or ten of them where there are endlessly many; the default first. */
export function gridOf(definition: Definition): Value[] {
  const { values, default: first } = definition;
  let list: readonly Value[];
  if (values) list = values;
  else if (hasSteps(definition)) list = Array.from({ length: countOf(definition) }, (_, i) => stepAt(definition, i));
  else list = Array.from({ length: 10 }, (_, i) => valueAt(definition, i * 0.1 + 0.05));
  return [...new Set([first, ...list])];
}
