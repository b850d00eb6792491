// What tf.train tells of checkpoints. The objects of a checkpoint are numbered as TensorFlow 2.21 numbers and matches them.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as tf from '../index.ts';

const { train } = tf;
const folder = mkdtempSync(join(tmpdir(), 'cornu-checkpoints-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

class Simple extends tf.Module {
  a = new tf.Variable(5);
  b = new tf.Variable(4);
  vars = [new tf.Variable(1), new tf.Variable(2)];
}
class Root extends Simple {
  leaf = new Simple();
}
const VALUE = '.ATTRIBUTES/VARIABLE_VALUE';

describe('tf.train.Checkpoint of a root', () => {
  it('keeps its parts without a name above them', async () => {
    const root = new Root();
    const extra = new tf.Variable([7, 8]);
    const path = await new train.Checkpoint(root, { extra }).save(join(folder, 'root'));
    const shapes = Object.fromEntries(await train.listVariables(path));
    expect(Object.keys(shapes)).toEqual([
      '_CHECKPOINTABLE_OBJECT_GRAPH',
      `a/${VALUE}`,
      `b/${VALUE}`,
      `extra/${VALUE}`,
      `leaf/a/${VALUE}`,
      `leaf/b/${VALUE}`,
      `leaf/vars/0/${VALUE}`,
      `leaf/vars/1/${VALUE}`,
      `save_counter/${VALUE}`,
      `vars/0/${VALUE}`,
      `vars/1/${VALUE}`,
    ]);
    const reader = await train.loadCheckpoint(path);
    expect(reader.getVariableToShapeMap()).toEqual(shapes);
    expect(reader.getVariableToDtypeMap()[`save_counter/${VALUE}`]).toBe('int64');
    expect(reader.hasTensor(`extra/${VALUE}`)).toBe(true);
    expect(reader.hasTensor('extra')).toBe(false);
    expect(reader.getTensor(`extra/${VALUE}:0`).numpy()).toEqual([7, 8]);
    expect(() => reader.getTensor('extra')).toThrow(/no tensor 'extra'; it has/);
    root.leaf.vars[1]!.assign(99);
    extra.assign([0, 0]);
    const options = train.CheckpointOptions({ enableAsync: true, experimentalIoDevice: '/job:localhost' });
    const again = train.Checkpoint({ root, extra });
    (await again.restore(path, options)).assertConsumed();
    expect([root.leaf.vars[1]!.numpy(), extra.numpy()]).toEqual([2, [7, 8]]);
  });
  it('calls what waits for the files; one data file is all that is written', async () => {
    const seen: string[] = [];
    const options = train.CheckpointOptions({ experimentalWriteCallbacks: [(path) => void seen.push(path)] });
    await train.Checkpoint({ v: new tf.Variable(1) }).write(join(folder, 'alone'), options);
    expect(seen).toEqual([join(folder, 'alone')]);
    expect(() => train.CheckpointOptions({ experimentalShardingCallback: {} as never })).toThrow(/one data file/);
  });
});

describe('tf.train.CheckpointView, TrackableView', () => {
  it('match the objects of the program with those of the file', async () => {
    const path = await new train.Checkpoint(new Root()).save(join(folder, 'view'));
    const view = await train.CheckpointView(path);
    expect(Object.keys(view.children(0)).sort()).toEqual(['a', 'b', 'leaf', 'root', 'save_counter', 'vars']);
    expect(view.children(0).root).toBe(0);
    expect(view.descendants().length).toBe(13);
    const other = Object.assign(new Simple(), { other: new Simple() });
    const [both, here, there] = view.diff(other);
    // As TensorFlow has it: the root, a, b, the list and its two; the rest of the file; the second part with its five.
    expect(both.size).toBe(6);
    expect(both.get(view.children(0).a!)).toBe(other.a);
    expect(here.length).toBe(7);
    const { a, b, vars } = other.other;
    const alone: object[] = [other.other, a, b, vars, ...vars];
    expect(there.map((object) => alone.indexOf(object))).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...view.match(other).keys()]).toEqual([...both.keys()]);
    expect(Object.keys(train.TrackableView.children(other))).toEqual(['a', 'b', 'vars', 'other']);
    expect(train.TrackableView(other).descendants()[0]).toBe(other);
  });
});

describe('tf.train.CheckpointManager', () => {
  it('saves when a checkpoint is due, and leaves one an hour', async () => {
    const step = new tf.Variable(0, { dtype: 'int64' });
    const directory = join(folder, 'due');
    const manager = train.CheckpointManager(train.Checkpoint({ step }), directory, {
      maxToKeep: 1,
      keepCheckpointEveryNHours: 1e-9,
      checkpointName: 'part',
      stepCounter: step,
      checkpointInterval: 10,
      lastCheckpointStep: 0,
      initFn: () => void step.assign(5),
    });
    expect(await manager.restoreOrInitialize()).toBe(null);
    expect(step.numpy()).toBe(5);
    expect(await manager.save()).toBe(null);
    expect(await manager.save({ checkInterval: false, checkpointNumber: 77 })).toBe(join(directory, 'part-77'));
    expect(await manager.save(null, false)).toBe(null); // never twice at one step
    step.assign(15);
    expect(await manager.save()).toBe(join(directory, 'part-2'));
    await manager.sync();
    expect(await manager.checkpoints()).toEqual([join(directory, 'part-2')]);
    expect(readdirSync(directory)).toContain('part-77.index');
    const state = (await train.getCheckpointState(directory))!;
    expect(state.modelCheckpointPath).toBe(join(directory, 'part-2'));
    expect(state.allModelCheckpointPaths).toEqual([join(directory, 'part-2')]);
    expect(state.lastPreservedTimestamp).toBeGreaterThan(0);
    expect(await train.getCheckpointState(directory, 'no such list')).toBe(null);
    expect(() => train.CheckpointManager(train.Checkpoint({ step }), directory, { checkpointInterval: 2 })).toThrow(
      /stepCounter: found null, wanted the variable that counts steps/,
    );
  });
  it('removes what is over', async () => {
    const directory = join(folder, 'few');
    const manager = train.CheckpointManager(train.Checkpoint({ v: new tf.Variable(1) }), directory, { maxToKeep: 2 });
    for (let i = 0; i < 4; i++) await manager.save();
    expect(readdirSync(directory).filter((name) => name.endsWith('.index'))).toEqual(['ckpt-3.index', 'ckpt-4.index']);
    expect(readFileSync(join(directory, 'checkpoint'), 'utf8')).toMatch(/^model_checkpoint_path: "ckpt-4"$/m);
    const found: string[] = [];
    for await (const path of train.checkpointsIterator(directory, { timeout: 0, minIntervalSecs: 0 })) found.push(path);
    for await (const path of train.checkpointsIterator(directory, { timeout: 0, timeoutFn: () => true }))
      found.push(path);
    expect(found).toEqual([join(directory, 'ckpt-4'), join(directory, 'ckpt-4')]);
    expect(await train.latestCheckpoint(directory, 'other')).toBe(null);
  });
});

describe('tf.train.ExponentialMovingAverage', () => {
  it('follows the variables', () => {
    const v = new tf.Variable([0, 10], { name: 'v' });
    const average = train.ExponentialMovingAverage(0.9, { name: 'mean' });
    expect(average.average(v)).toBe(null);
    average.apply([v]);
    expect(average.average(v)!.numpy()).toEqual([0, 10]);
    v.assign([10, 0]);
    average.apply([v]);
    // TensorFlow: average ← 0.9 · average + 0.1 · v
    const [first, second] = average.average(v)!.numpy() as number[];
    expect(first).toBeCloseTo(1, 5);
    expect(second).toBeCloseTo(9, 5);
    expect(average.averageName(v)).toBe('v/mean');
    expect(Object.keys(average.variablesToRestore([v]))).toEqual(['v/mean']);
    // min(0.9, (1 + 1) / (10 + 1))
    const early = train.ExponentialMovingAverage(0.9, { numUpdates: 1, zeroDebias: true });
    early.apply([v]);
    v.assign([21, 0]);
    early.apply([v]);
    expect((early.average(v)!.numpy() as number[])[0]).toBeCloseTo(10 * (2 / 11) + 21 * (9 / 11), 4);
    expect(() => early.apply([new tf.Variable(1, { dtype: 'int32' })])).toThrow(/is int32, wanted floating point/);
  });
});
