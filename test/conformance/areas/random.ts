// Area random: seeded numbers of NumPy, Python, TensorFlow, Keras and scikit-learn. Cases of generators list their calls
// as Python text, made one after the other on one generator; a small reader of that text makes the same calls here.

import type { Tolerance } from '../compare.ts';
import type { Case } from '../folder.ts';
import { construct, deserialize, fn, invoke, labelled, property, result } from '../library.ts';
import type { Area } from '../runner.ts';
import { ArrayValue, type Fields, type Value } from '../values.ts';

// ── Python's calls ───────────────────────────────────────────────────────────────────────────────────────────────

type Argument = number | boolean | string | Argument[] | Call;
interface Call {
  readonly name: string;
  readonly args: readonly Argument[];
  readonly kwargs: Readonly<Record<string, Argument>>;
  /** How often it is made, `random() x5`. */
  readonly times: number | null;
}

/** Reads `choice(10,4,replace=False)`, `uniform((5,))`, `shuffle(arange(13))`, `random() x5`. */
export function parseCall(text: string): Call {
  let at = 0;
  const peek = () => text[at] ?? '';
  const space = () => {
    while (peek() === ' ') at++;
  };
  const take = (pattern: RegExp): string => {
    space();
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) throw new Error(`cannot read '${text}' from '${text.slice(at)}'`);
    at += found.length;
    space();
    return found;
  };
  const list = (close: string): { args: Argument[]; kwargs: Record<string, Argument> } => {
    const args: Argument[] = [];
    const kwargs: Record<string, Argument> = {};
    space();
    while (peek() !== close) {
      const named = /[A-Za-z_]\w*\s*=/y;
      named.lastIndex = at;
      if (named.test(text)) {
        const name = take(/[A-Za-z_]\w*/y);
        take(/=/y);
        kwargs[name] = argument();
      } else args.push(argument());
      if (peek() === ',') take(/,/y);
    }
    at++;
    return { args, kwargs };
  };
  const argument = (): Argument => {
    space();
    if (peek() === '(' || peek() === '[') return list(text[at++] === '(' ? ')' : ']').args;
    if (/[-\d.]/.test(peek())) return Number(take(/-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/y));
    const word = take(/[A-Za-z_]\w*/y);
    if (word === 'True' || word === 'False') return word === 'True';
    if (peek() !== '(') return word;
    at++;
    return { name: word, ...list(')'), times: null };
  };
  const call = argument();
  if (typeof call !== 'object' || Array.isArray(call)) throw new Error(`no call: ${text}`);
  space();
  return at === text.length ? call : { ...call, times: Number(take(/x\d+/y).slice(1)) };
}

/** The dimensions that an argument means: `(2,4)`, `[5]`, `9`. */
const dims = (x: Argument | undefined): number[] => (Array.isArray(x) ? x.map(Number) : [Number(x)]);
const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Small arrays that calls make on the way: arange(13), range(9), zeros((2,4)), ones((8,)). */
function made(x: Argument | undefined, dtype: string): ArrayValue {
  if (typeof x !== 'object' || Array.isArray(x)) throw new Error('an array was wanted');
  const shape = dims(x.args[0]);
  const fill = { arange: (i: number) => i, range: (i: number) => i, zeros: () => 0, ones: () => 1 }[x.name];
  if (fill === undefined) throw new Error(`cannot make ${x.name}`);
  const data = Array.from({ length: product(shape) }, (_, i) => fill(i));
  return new ArrayValue(
    dtype,
    shape,
    dtype === 'float32'
      ? Float32Array.from(data)
      : dtype === 'int64'
        ? BigInt64Array.from(data, BigInt)
        : Int32Array.from(data),
  );
}

/** The case's calls in order, each under the name of its result. */
function calls(c: Case): (readonly [name: string, call: Call])[] {
  const { order } = c.json.call as { order: string[] };
  const names = c.json.expected as string[];
  if (order.length !== names.length) throw new Error(`${c.id}: ${order.length} calls, ${names.length} results`);
  return order.map((text, i) => [names[i]!, parseCall(text)] as const);
}

const seedOf = (c: Case) => (c.json.call as { seed: number }).seed;

// ── The generators ───────────────────────────────────────────────────────────────────────────────────────────────

/** NumPy's results are int64 where the function gives integers, float64 otherwise. */
const numpyIntegers = new Set([
  'randint',
  'permutation',
  'shuffle',
  'choice',
  'binomial',
  'random_integers',
  'poisson',
  'geometric',
  'hypergeometric',
]);

function numpy(c: Case): Fields {
  const generator = construct('random.RandomState', seedOf(c));
  const one = ({ name, args, kwargs }: Call): Value => {
    const dtype = numpyIntegers.has(name) ? 'int64' : 'float64';
    const options = Object.keys(kwargs).length === 0 ? [] : [kwargs];
    if (name === 'shuffle') {
      const list = Array.from({ length: product(dims((args[0] as Call).args[0])) }, (_, i) => i);
      fn(generator, 'shuffle')(list);
      return labelled(list, dtype);
    }
    const size = args.map((x) => (Array.isArray(x) ? dims(x) : x));
    return labelled(fn(generator, name)(...size, ...options), dtype);
  };
  return Object.fromEntries(calls(c).map(([name, call]) => [name, one(call)]));
}

function python(c: Case): Fields {
  const generator = construct('random.Random', seedOf(c));
  const one = ({ name, args, times }: Call): Value => {
    const dtype = /rand(int|range)|shuffle|sample|getrandbits/.test(name) ? 'int64' : 'float64';
    if (name === 'shuffle') {
      const list = Array.from(made(args[0], 'int32').data as Int32Array);
      fn(generator, 'shuffle')(list);
      return labelled(list, dtype);
    }
    return labelled(
      Array.from({ length: times ?? 1 }, () => fn(generator, name)(...args)),
      dtype,
    );
  };
  return Object.fromEntries(calls(c).map(([name, call]) => [name, one(call)]));
}

function stateless(c: Case): Fields {
  const draw = (name: string, extra: object = {}) =>
    result(fn(`tf.random.${name}`)([17], seedOf(c), ...(Object.keys(extra).length === 0 ? [] : [extra])));
  return {
    uniform: draw('stateless_uniform'),
    normal: draw('stateless_normal'),
    truncated: draw('stateless_truncated_normal'),
    integers: draw('stateless_uniform', { minval: 0, maxval: 100, dtype: 'int32' }),
    bits: draw('stateless_uniform', { minval: null, maxval: null, dtype: 'int32' }),
  };
}

/** The parameters behind the shape, in Python's order, as TensorFlow's and Keras's generators have them. */
const parameters: Record<string, readonly string[]> = {
  uniform: ['minval', 'maxval', 'dtype', 'seed'],
  randint: ['minval', 'maxval', 'dtype', 'seed'],
  normal: ['mean', 'stddev', 'dtype', 'seed'],
  truncated_normal: ['mean', 'stddev', 'dtype', 'seed'],
};

/** The options that the arguments behind the first `positional` make. */
function drawOptions(call: Call, positional: number): object {
  const rest = call.args
    .slice(positional)
    .map((value, i) => [parameters[call.name]?.[i + positional - 1] ?? String(i), value] as const);
  return { ...Object.fromEntries(rest), ...call.kwargs };
}

function draw(target: unknown, call: Call, integers: string, extra: object = {}): Value {
  const positional = ({ randint: 3, categorical: 2, dropout: 2 } as Record<string, number>)[call.name] ?? 1;
  const options = { ...drawOptions(call, positional), ...extra };
  const given = Object.keys(options).length === 0 ? [] : [options];
  const method = typeof target === 'string' ? fn(`${target}.${call.name}`) : fn(target, call.name);
  if (call.name === 'shuffle') return result(method(tensor(made(call.args[0], integers)), ...given));
  if (call.name === 'dropout') return result(method(tensor(made(call.args[0], 'float32')), call.args[1], ...given));
  if (call.name === 'categorical') return result(method(tensor(made(call.args[0], 'float32')), call.args[1], ...given));
  return result(method(dims(call.args[0]), ...call.args.slice(1, positional), ...given));
}

const tensor = (value: ArrayValue) => invoke('tf.constant', [value]);

function tensorflow(c: Case): Fields {
  fn('tf.random.set_seed')(seedOf(c));
  return Object.fromEntries(calls(c).map(([name, call]) => [name, draw('tf.random', call, 'int32')]));
}

function generator(c: Case): Fields {
  const made = construct('tf.random.Generator', seedOf(c));
  return Object.fromEntries(calls(c).map(([name, call]) => [name, draw(made, call, 'int32')]));
}

function keras(c: Case): Fields {
  const seed = construct('keras.random.SeedGenerator', seedOf(c));
  return Object.fromEntries(calls(c).map(([name, call]) => [name, draw('keras.random', call, 'int64', { seed })]));
}

function initializer(c: Case): Fields {
  const { class: name, seed } = c.json.call as { class: string; seed: number };
  return { values: result((deserialize('initializers', name, { seed }) as (shape: number[]) => unknown)([5, 4])) };
}

function model(c: Case): Fields {
  fn('keras.utils.set_random_seed')(seedOf(c));
  const layer = (name: string, ...args: unknown[]) => construct(`keras.layers.${name}`, ...args);
  const stack = [
    fn('keras.Input')({ shape: [6] }),
    layer('Dense', 5, { activation: 'relu' }),
    layer('Dropout', 0.5),
    layer('Dense', 3),
  ];
  const network = construct('keras.Sequential', stack);
  // The data come from NumPy's global generator, which set_random_seed seeds too.
  const x = labelled(fn(construct('random.RandomState', seedOf(c)), 'rand')(4, 6), 'float32');
  const input = new ArrayValue('float32', x.shape, Float32Array.from(x.data as Float64Array));
  const weights = (property(network, 'weights') as readonly unknown[]).map(result);
  const train = () => result((network as (x: unknown, options: object) => unknown)(tensor(input), { training: true }));
  return {
    x: input,
    ...Object.fromEntries(weights.map((w, i) => [`weight${i}`, w])),
    training1: train(),
    training2: train(),
  };
}

async function datasetShuffle(c: Case): Promise<Fields> {
  // The case says that no global seed is set; its generator has set the same one for the cases before it.
  fn('tf.random.set_seed')(seedOf(c));
  const range = fn('tf.data.Dataset.range')(20);
  const shuffled = fn(range, 'shuffle')(8, { seed: seedOf(c) }) as AsyncIterable<unknown>;
  const once = async () => {
    const order: Value[] = [];
    for await (const element of shuffled)
      order.push(...Array.from((result(element) as ArrayValue).data as BigInt64Array));
    return labelled(order.map(Number), 'int64');
  };
  return { first: await once(), second: await once() };
}

/** scikit-learn's generators: `make_moons(n_samples=…)` is makeMoons({ nSamples }). */
function sklearn(c: Case): Fields {
  const { function: name, arguments: kwargs } = c.json.call as { function: string; arguments: Fields };
  const [X, y] = invoke(`datasets.${name}`, [], kwargs) as [unknown, unknown];
  return { X: result(X), y: result(y) };
}

const kinds: Record<string, (c: Case) => Fields | Promise<Fields>> = {
  numpy,
  python,
  stateless,
  'tf-global': tensorflow,
  'tf-generator': generator,
  initializer,
  model,
  'keras-random': keras,
  'dataset-shuffle': datasetShuffle,
  sklearn,
};

// ── Tolerances ───────────────────────────────────────────────────────────────────────────────────────────────────

const exact: Tolerance = { rtol: 0, atol: 0 };
/** Two units in the last place of a float32. */
const twoUnits: Tolerance = { rtol: 2 ** -22, atol: 0 };
const deviates: Tolerance = { rtol: 1e-5, atol: 1e-5 };

export const area: Area = {
  expected: (c) => Object.fromEntries((c.json.expected as string[]).map((name) => [name, c.array(name)])),
  tolerance(c, path) {
    if (path === '' || c.array(path).dtype !== 'float32') return exact;
    const normal =
      /normal|truncated|op_seed|training/.test(path) || (path === 'values' && /Normal|Scaling|Orthogonal/.test(c.id));
    return normal ? deviates : twoUnits;
  },
  run(c) {
    const kind = Object.keys(kinds).find((prefix) => c.id.startsWith(`${prefix}-`));
    if (kind === undefined) throw new Error(`no such kind of case: ${c.id}`);
    return kinds[kind]!(c);
  },
};
