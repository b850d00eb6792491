import { describe, expect, it } from 'vitest';
import { Code } from './code.ts';
import { FunctionBuilder, ModuleBuilder } from './module.ts';
import { encoding } from './opcodes.ts';

const instantiate = (module: ModuleBuilder, imports: WebAssembly.Imports = {}) =>
  new WebAssembly.Instance(new WebAssembly.Module(module.encode()), imports).exports as Record<
    string,
    (...args: number[]) => number
  >;

describe('WebAssembly assembler', () => {
  it('numbers the instructions as the specification does', () => {
    // One from the end of each run: a gap in a list shifts what follows.
    expect(encoding['i64.store32']).toBe(0x3e);
    expect(encoding['i64.extend32_s']).toBe(0xc4);
    expect(encoding['i64.trunc_sat_f64_u']).toBe(0xfc0007);
    expect(encoding['v128.store']).toBe(0xfd000b);
    expect(encoding['v128.store64_lane']).toBe(0xfd005b);
    expect(encoding['f64x2.replace_lane']).toBe(0xfd0022);
    expect(encoding['v128.any_true']).toBe(0xfd0053);
    expect(encoding['f64x2.convert_low_i32x4_u']).toBe(0xfd00ff);
    expect(encoding['i16x8.mul']).toBe(0xfd0095);
    expect(encoding['i64x2.extmul_high_i32x4_u']).toBe(0xfd00df);
    expect(encoding['f32x4.relaxed_madd']).toBe(0xfd0105);
    expect(encoding['i64x2.relaxed_laneselect']).toBe(0xfd010c);
  });

  it('encodes integers of any size', () => {
    for (const value of [0, 1, -1, 63, 64, -64, -65, 127, 128, 2 ** 31 - 1, -(2 ** 31)]) {
      const f = new FunctionBuilder('f', { params: [], results: ['i32'] });
      f.body.i32(value);
      const module = new ModuleBuilder();
      module.export('f', module.define(f));
      expect(instantiate(module).f!()).toBe(value);
    }
    expect([...new Code().unsigned(624485).bytes.subarray(0, 3)]).toEqual([0xe5, 0x8e, 0x26]);
  });

  it('builds functions with locals, control, imports, globals and memory', () => {
    const module = new ModuleBuilder({
      module: 'env',
      name: 'memory',
      shared: false,
      minimumPages: 1,
      maximumPages: 4,
    });
    const twice = module.importFunction('env', 'twice', { params: ['f64'], results: ['f64'] });
    const global = module.global('i32', 5);
    const f = new FunctionBuilder('f', { params: ['i32'], results: ['f64'] });
    const i = f.local('i32');
    const sum = f.local('f64');
    // for (i = 0; i < n; i++) sum += twice(i) + global
    f.body.block().loop();
    f.body.get(i).get(0).op('i32.ge_s').branchIf(1);
    f.body.get(sum).get(i).op('f64.convert_i32_s').call(twice).op('f64.add');
    f.body.getGlobal(global).op('f64.convert_i32_s', 'f64.add').set(sum);
    f.body.get(i).i32(1).op('i32.add').set(i).branch(0).end().end();
    f.body.i32(8).get(sum).memory('f64.store').get(sum);
    module.export('f', module.define(f));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
    const { f: call } = instantiate(module, { env: { memory, twice: (x: number) => 2 * x } });
    expect(call!(4)).toBe(32);
    expect(new Float64Array(memory.buffer)[1]).toBe(32);
  });

  it('reuses released locals', () => {
    const f = new FunctionBuilder('f', { params: ['i32'], results: [] });
    const a = f.local('v128');
    f.release(a);
    expect(f.local('v128')).toBe(a);
    expect(f.local('f32')).toBe(2);
  });
});
