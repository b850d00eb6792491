// keras.utils.Config: named values that may be frozen.
// Owns: the record, its reading and writing by attribute, its freezing. Values are kept as they are given.
import { didYouMean, StateError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { inspect } from '../../base/short-form.ts';

type Values = Readonly<Record<string, unknown>>;

class ConfigRecord implements Iterable<string> {
  readonly #values: Map<string, unknown>;
  #frozen = false;

  constructor(values: Values = {}) {
    if (!isRecord(values))
      throw new ValueError(`Config: found ${show(values)}, wanted named values: Config({ seed: 1 }).`);
    this.#values = new Map(Object.entries(values));
  }
  /** Whether writing is refused. */
  get frozen(): boolean {
    return this.#frozen;
  }
  freeze(): void {
    this.#frozen = true;
  }
  unfreeze(): void {
    this.#frozen = false;
  }
  #writable(what: string): void {
    if (this.#frozen) throw new StateError(`Config: ${what}: the config is frozen; unfreeze() it first.`);
  }
  get length(): number {
    return this.#values.size;
  }
  asDict(): Record<string, unknown> {
    return Object.fromEntries(this.#values);
  }
  /** As JSON text. */
  toJson(): string {
    return JSON.stringify(this.asDict());
  }
  /** What JSON.stringify takes for the config. */
  toJSON(): Record<string, unknown> {
    return this.asDict();
  }
  keys(): string[] {
    return [...this.#values.keys()];
  }
  values(): unknown[] {
    return [...this.#values.values()];
  }
  items(): [name: string, value: unknown][] {
    return [...this.#values];
  }
  has(name: string): boolean {
    return this.#values.has(name);
  }
  /** The value of that name, or the other where there is none. */
  get(name: string, otherwise: unknown = null): unknown {
    return this.#values.has(name) ? this.#values.get(name) : otherwise;
  }
  set(name: string, value: unknown): void {
    this.#writable(`set '${name}'`);
    this.#values.set(name, value);
  }
  update(values: Values): void {
    this.#writable('update');
    for (const [name, value] of Object.entries(values)) this.#values.set(name, value);
  }
  /** Takes the value of that name out; gives the other where there is none. */
  pop(...[name, ...otherwise]: [name: string, otherwise?: unknown]): unknown {
    this.#writable(`pop '${name}'`);
    if (!this.#values.has(name)) {
      if (otherwise.length > 0) return otherwise[0];
      throw new ValueError(`Config: pop: found no '${name}'.${didYouMean(name, this.keys())}`);
    }
    const value = this.#values.get(name);
    this.#values.delete(name);
    return value;
  }
  delete(name: string): void {
    this.pop(name);
  }
  /** The names, sorted. */
  [Symbol.iterator](): Iterator<string> {
    return this.keys().sort()[Symbol.iterator]();
  }
  toString(): string {
    return `<Config ${show(this.asDict())}>`;
  }
  [inspect](): string {
    return this.toString();
  }
}

/** Named values, read and written as properties of the config too: `config.seed = 1`. */
export type Config = ConfigRecord & { [name: string]: unknown };
type ConfigClass = { new (values?: Values): Config; (values?: Values): Config; readonly prototype: ConfigRecord };

const own = (name: PropertyKey): name is symbol => typeof name === 'symbol' || name in ConfigRecord.prototype;
const byProperty: ProxyHandler<ConfigRecord> = {
  get(record, name) {
    if (own(name) || typeof name !== 'string') {
      const found: unknown = Reflect.get(record, name, record);
      return typeof found === 'function' ? found.bind(record) : found;
    }
    // What asks whether something is a promise is not a reader of the config.
    if (record.has(name) || name === 'then') return record.get(name, undefined);
    throw new ValueError(
      `Config: found no '${name}'.${didYouMean(name, record.keys()) || ` It has ${show(record.keys())}.`}`,
    );
  },
  set(record, name, value) {
    if (typeof name !== 'string' || own(name))
      throw new ValueError(`Config: '${String(name)}' is a method of configs; give the value another name.`);
    record.set(name, value);
    return true;
  },
  has: (record, name) => own(name) || (typeof name === 'string' && record.has(name)),
  deleteProperty(record, name) {
    if (typeof name === 'string') record.delete(name);
    return true;
  },
};

/** Named values, which may be frozen: `Config({ seed: 1 })`. */
export const Config: ConfigClass = new Proxy(ConfigRecord, {
  construct: (_, [values]) => new Proxy(new ConfigRecord(values as Values | undefined), byProperty),
  apply: (_, __, [values]) => new Proxy(new ConfigRecord(values as Values | undefined), byProperty),
}) as typeof ConfigRecord & ConfigClass;
