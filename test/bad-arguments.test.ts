// What every public function gets that is called with nothing, null, an empty record, a text, or null for options: an answer or an
// error of ours. JavaScript's own ("Cannot read properties of undefined", "f is not a function") tell a user nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as tf from '../src/index.ts';

type Anything = (...args: unknown[]) => unknown;
interface Named {
  readonly name: string;
  readonly call: Anything;
}

/**
 * Not called: what fetches from the network or makes large networks by default, and what changes the settings of the process; nor
 * classes that want `new`, whose objects the library makes.
 */
const LEFT_OUT =
  /^(keras\.(datasets|applications|config|backend)\.|keras\.utils\.(getFile|setRandomSeed|clearSession)|config\.|.*\.setFloatx$|profiler)/;

const FORMS: readonly (readonly [text: string, args: () => unknown[]])[] = [
  ['()', () => []],
  ['(null)', () => [null]],
  ['(undefined)', () => [undefined]],
  ['({})', () => [{}]],
  ["('x')", () => ['x']],
  ['([null])', () => [[null]]],
  ['(x, null)', () => [tf.ones([2, 2]), null]],
  ['(x, x, x)', () => [tf.ones([2, 2]), tf.ones([2, 2]), tf.ones([2, 2])]],
  ['(x, { foo: null })', () => [tf.ones([2, 2]), { foo: null }]],
  ['(3, 3, 3)', () => [3, 3, 3]],
  ['(null, null, null)', () => [null, null, null]],
];

const isClass = (value: object): boolean => /^class\b/.test(Function.prototype.toString.call(value));

/** Functions in the namespaces, with the static methods of classes. */
function publicFunctions(): Named[] {
  const seen = new Set<unknown>();
  const found: Named[] = [];
  const add = (name: string, value: Anything, owner?: object): void => {
    if (seen.has(value)) return;
    seen.add(value);
    if (!isClass(value))
      found.push({ name, call: owner ? (...args) => Reflect.apply(value, owner, args) as unknown : value });
    if (owner) return;
    for (const key of Object.getOwnPropertyNames(value)) {
      if (['length', 'name', 'prototype', 'arguments', 'caller'].includes(key)) continue;
      const part = (value as object as Record<string, unknown>)[key];
      if (typeof part === 'function') add(`${name}.${key}`, part as Anything, value);
    }
  };
  const walk = (space: object, path: string): void => {
    if (seen.has(space)) return;
    seen.add(space);
    for (const [key, value] of Object.entries(space)) {
      const name = path ? `${path}.${key}` : key;
      if (typeof value === 'function') add(name, value as Anything);
      else if (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value) && !Array.isArray(value))
        walk(value as object, name);
    }
  };
  walk(tf, '');
  return found.filter(({ name }) => !LEFT_OUT.test(name));
}

/** Methods that programs call, each on a new object; null: all that there are. */
function publicMethods(): Named[] {
  const { layers } = tf.keras;
  const trained = () => {
    const made = tf.keras.Sequential([tf.keras.Input({ shape: [2] }), layers.Dense(1, { kernelInitializer: 'zeros' })]);
    made.compile({ optimizer: 'sgd', loss: 'mse', runEagerly: true });
    return made;
  };
  const objects: readonly (readonly [type: string, make: () => object, methods: string | null])[] = [
    ['Tensor', () => tf.ones([2, 2]), null],
    ['Dataset', () => tf.data.Dataset.range(3), null],
    ['Generator', () => tf.random.Generator.fromSeed(1), null],
    ['TensorArray', () => tf.TensorArray('float32', { size: 1 }), null],
    ['Variable', () => tf.Variable(tf.ones([2, 2])), 'assign assignAdd assignSub scatterUpdate scatterAdd gather'],
    ['RaggedTensor', () => tf.ragged.constant([[1, 2], [3]]), 'toTensor toList rowLengths boundingShape withValues'],
    ['GradientTape', () => tf.GradientTape(), 'watch record stopRecording gradient jacobian batchJacobian reset'],
    ['Layer', () => layers.Dense(1), 'addWeight setWeights quantize getConfig loadOwnVariables addLoss'],
    ['Optimizer', () => tf.keras.optimizers.Adam(), 'apply applyGradients addVariable'],
    ['Metric', () => tf.keras.metrics.Mean(), 'updateState addWeight addVariable'],
    [
      'Model',
      trained,
      'compile getLayer summary setWeights trainOnBatch testOnBatch predictOnBatch fit evaluate predict save saveWeights loadWeights export',
    ],
  ];
  return objects.flatMap(([type, make, listed]) => {
    const keys = new Set<string>(listed?.split(' '));
    if (listed === null)
      for (let level: object = make(); level !== Object.prototype; level = Object.getPrototypeOf(level) as object)
        for (const key of Object.getOwnPropertyNames(level))
          if (typeof Object.getOwnPropertyDescriptor(level, key)!.value === 'function' && key !== 'constructor')
            keys.add(key);
    return [...keys].flatMap((key) => {
      if (!(key in make())) return [];
      const call = (...args: unknown[]): unknown => {
        const object = make();
        return Reflect.apply((object as Record<string, Anything>)[key]!, object, args);
      };
      return [{ name: `${type}.${key}`, call }];
    });
  });
}

// The handle that fit gives, too.
const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  value !== null && typeof value === 'object' && 'then' in value;
const isOurs = (error: unknown): boolean =>
  error instanceof tf.errors.CornuError && (error as Error).name !== 'InternalError';

/** The calls that end in an error of another's, or do not end. */
async function complaints(functions: readonly Named[]): Promise<string[]> {
  const found: string[] = [];
  for (const { name, call } of functions)
    for (const [text, args] of FORMS) {
      const complain = (error: unknown): void => {
        if (!isOurs(error)) found.push(`${name}${text}: ${String(error)}`);
      };
      try {
        const result = call(...args());
        if (!isThenable(result)) continue;
        let timer: ReturnType<typeof setTimeout> | undefined;
        const late = new Promise<void>((resolve) => {
          timer = setTimeout(() => {
            found.push(`${name}${text}: does not end`);
            resolve();
          }, 20_000);
        });
        await Promise.race([result.then(() => {}, complain), late]);
        clearTimeout(timer);
      } catch (error) {
        complain(error);
      }
    }
  return found;
}

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'cornu-bad-arguments-'));
beforeAll(() => {
  // What saves under the name 'x' does it here; what prints is not read.
  process.chdir(folder);
  for (const method of ['log', 'warn', 'info', 'error'] as const)
    vi.spyOn(console, method).mockImplementation(() => {});
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterAll(() => {
  vi.restoreAllMocks();
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

test('public functions answer, or say what they want', async () => {
  expect(await complaints(publicFunctions())).toEqual([]);
});

test('methods answer, or say what they want', async () => {
  expect(await complaints(publicMethods())).toEqual([]);
});
