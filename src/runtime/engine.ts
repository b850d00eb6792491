// The engine: runs compiled programs over the backend's memory.
// Owns: where arguments, variables, constants and intermediate values lie while programs run, and for how long variables
// stay there. Leaves compiling to src/compiler and code to the backend.
import type { Backend, Executable } from '../backends/backend.ts';
import { debugLevel } from '../base/debug.ts';
import { allocate, type Data, type DType, dtypes } from '../base/dtype.ts';
import { StateError, ValueError, zeroDivisor } from '../base/errors.ts';
import { type Dims, sizeOf } from '../base/shape.ts';
import { type Compiled, type CompileOptions, compile, type HostCall, programKey } from '../compiler/compile.ts';
import { kindOf } from '../compiler/fuse.ts';
import { struck } from '../compiler/index-checks.ts';
import { Graph } from '../graph/graph.ts';
import type { ArrayValue, Params, Primitive } from '../graph/primitive.ts';
import { printParams } from '../graph/print-graph.ts';
import type { Spec } from '../graph/value.ts';
import { Arena, Memory, Resident, Rooms } from './engine-memory.ts';
import { setEngine } from './execute.ts';
import { isTracingKernels, Profile } from './profile.ts';
import { type CompiledProgram, type ProgramSource, setProgramMaker } from './program.ts';
import { RowsTensor } from './rows.ts';
import { holdsStrings, programInStages } from './stages.ts';
import { eagerTensor, type Tensor } from './tensor.ts';
import type { VariableTensor } from './variable.ts';

/** Programs kept for the next graph that is equal. */
const CACHED_PROGRAMS = 1024;
/** Programs with more constants are not kept: they hold them, and come again only with the very same arrays. */
const MOST_KEPT_BYTES = 1 << 16;
/** Rows of so many bytes are brought while the program before them runs: fewer cost nothing, more too much memory. */
const [LEAST_AHEAD, MOST_AHEAD] = [1 << 20, 1 << 26];
/** From so many bytes on, variables that no program used lately move back to JavaScript's memory. */
const RESIDENT_LIMIT = 1 << 30;

type TurnsOf = ReturnType<Executable['inTurn']>;

/** A compiled program that is kept, and the nodes of its graph from which its checks have their scopes. */
interface Kept {
  readonly compiled: Compiled;
  readonly places: readonly number[];
}

const sizeInBytes = (data: Data): number => (Array.isArray(data) ? 8 * data.length : data.byteLength);

const placesOfScopes = (graph: Graph, { checks }: Compiled): readonly number[] => {
  if (checks.length === 0) return [];
  const nodes = graph.liveNodes();
  return checks.map(({ scope }) => nodes.findIndex((node) => node.scope === scope));
};
/** A program that was compiled for an equal graph, whose checks name the layers of this one. */
function withScopesOf(graph: Graph, { compiled, places }: Kept): Compiled {
  if (places.length === 0) return compiled;
  const nodes = graph.liveNodes();
  const checks = compiled.checks.map((check, i) => ({ ...check, scope: nodes[places[i]!]?.scope ?? '' }));
  return { ...compiled, checks };
}

export class Engine {
  readonly memory: Memory;
  readonly #backend: Backend;
  readonly #options: CompileOptions;
  readonly #arenas: Arena[] = [];
  /** Arguments of several runs. */
  readonly #block: Arena;
  readonly #compiled = new Map<string, Kept>();
  readonly #eager = new Map<string, EngineProgram>();
  readonly #residents = new Set<WeakRef<VariableTensor>>();
  readonly #collected: FinalizationRegistry<() => void>;
  #depth = 0;
  run = 0;

  constructor(backend: Backend, options: CompileOptions = {}) {
    this.#backend = backend;
    this.#options = options;
    this.memory = new Memory(backend);
    this.#block = new Arena(this.memory);
    this.#collected = new FinalizationRegistry((free) => free());
  }

  /** Frees `owner`'s memory when it is collected. */
  freeWith(owner: object, free: () => void): void {
    this.#collected.register(owner, free);
  }

  get backend(): Backend {
    return this.#backend;
  }

  /** Runs `f` with the arena of this depth. */
  withArena<T>(bytes: number, f: (arena: Arena) => T): T {
    const depth = this.#depth++;
    const arena = (this.#arenas[depth] ??= new Arena(this.memory));
    try {
      arena.ensure(bytes);
      return f(arena);
    } finally {
      this.#depth--;
    }
  }

  /** Two places for rows that are worth it; null for others, and where one thread does everything. */
  roomsFor(rows: RowsTensor): Rooms | null {
    if (rows.held) return rows.held as Rooms;
    const bytes = bytesOf(rows.dims, rows.dtype);
    if (bytes < LEAST_AHEAD || bytes > MOST_AHEAD || rows.place.next < 0 || this.#backend.threads < 2) return null;
    const rooms = new Rooms(this.memory, bytes);
    rows.held = rooms;
    this.freeWith(rows, rooms.free);
    return rooms;
  }

  /** Runs `f` with a block of memory that programs without host steps may have, one at a time. */
  withBlock<T>(bytes: number, f: (address: number) => T): T {
    this.#block.ensure(bytes);
    return f(this.#block.address);
  }

  compile(source: {
    readonly graph: Graph;
    readonly variables: readonly { readonly parameter: number; readonly output: number }[];
  }): Compiled {
    const key = programKey(source);
    const found = this.#compiled.get(key);
    if (found) return withScopesOf(source.graph, found);
    const compiled = compile(source, this.#options);
    const bytes = compiled.constants.reduce((sum, { node }) => sum + sizeInBytes(node.data!), 0);
    if (bytes > MOST_KEPT_BYTES) return compiled;
    const places = placesOfScopes(source.graph, compiled);
    this.#compiled.set(key, { compiled, places });
    if (this.#compiled.size > CACHED_PROGRAMS) this.#compiled.delete(this.#compiled.keys().next().value!);
    return compiled;
  }

  /** The place of a variable; brings it into the engine when it is not there. */
  resident(variable: VariableTensor): Resident {
    let resident = variable.residence as Resident | null;
    if (!resident) {
      if (this.#backend.heap.bytesInUse > RESIDENT_LIMIT) this.#evict();
      const elements = variable.snapshot().elements!;
      resident = new Resident(this.memory, variable);
      resident.write(elements);
      variable.residence = resident;
      const reference = new WeakRef(variable);
      this.#residents.add(reference);
      const { free } = resident;
      this.freeWith(variable, () => {
        this.#residents.delete(reference);
        free();
      });
    }
    resident.lastRun = this.run;
    return resident;
  }

  /** Moves variables that the latest programs did not use back to JavaScript. */
  #evict(): void {
    for (const reference of this.#residents) {
      const variable = reference.deref();
      const resident = variable?.residence as Resident | null | undefined;
      if (!variable || !resident || resident.lastRun >= this.run - 8) continue;
      variable.snapshot();
      variable.residence = null;
      this.#residents.delete(reference);
      resident.release();
    }
  }

  /** One primitive on eager arrays; null where the reference is what there is. */
  apply(primitive: Primitive, inputs: readonly ArrayValue[], params: Params, outputs: readonly Spec[]): Data[] | null {
    const key = `${primitive.name}${printParams(params)}|${inputs.map((input) => `${input.dtype}${input.dims.join()}`).join('|')}`;
    let program = this.#eager.get(key);
    if (!program) {
      const graph = new Graph();
      const parameters = inputs.map((input) => graph.addParameter(input));
      graph.outputs = graph.apply(primitive, parameters, params);
      if (kindOf(graph.outputs[0]!.node) === 'host') return null;
      program = new EngineProgram(this, {
        graph,
        arguments: parameters.map((_, i) => i),
        variables: [],
        results: outputs.length,
      });
      this.#eager.set(key, program);
      if (this.#eager.size > CACHED_PROGRAMS) this.#eager.delete(this.#eager.keys().next().value!);
    }
    return program.execute(inputs.map((input) => input.data));
  }
}

/** A traced function on the engine. */
export class EngineProgram implements CompiledProgram {
  readonly #engine: Engine;
  readonly #source: ProgramSource;
  readonly #compiled: Compiled;
  readonly #executable: Executable;
  readonly #table: number;
  #profile: Profile | null = null;
  /** Addresses of constants, by the order of their slots. */
  readonly #constants: number[];
  readonly #variableAddress: number[];
  #arenaVersion = -1;
  /** By slot, arguments that do not lie in the arena. */
  readonly #moved = new Map<number, number>();
  /** The program as it runs several times in a call. */
  readonly #turns: { last?: TurnsOf; all?: TurnsOf } = {};
  #arenaAddress = -1;
  /** For arguments, outputs and checks: byte offset in the arena, or −1 for results that lie in a variable. */
  readonly #argumentOffsets: readonly number[];
  readonly #argumentTypes: readonly DType[];

  constructor(engine: Engine, source: ProgramSource) {
    this.#engine = engine;
    this.#source = source;
    const compiled = engine.compile(source);
    this.#compiled = compiled;
    this.#executable = engine.backend.compile(compiled.program);
    const { heap } = engine.backend;
    this.#table = heap.allocate(Math.max(compiled.slots.length * 4, 4));
    const parameters = compiled.graph.parameters;
    this.#constants = compiled.constants.map(({ node, dtype }) => {
      const data = node.data!;
      const address = heap.allocate(Math.max(data.length * dtypes[dtype].array!.BYTES_PER_ELEMENT, 1));
      engine.memory.write(address, dtype, data);
      return address;
    });
    const offsets = new Map<number, number>();
    compiled.slots.forEach((slot, i) => {
      if (slot.kind === 'arena') offsets.set(i, slot.offset);
    });
    this.#argumentOffsets = source.arguments.map((parameter) => offsets.get(parameter)!);
    this.#argumentTypes = source.arguments.map((parameter) => parameters[parameter]!.dtype);
    this.#variableAddress = source.variables.map(() => -1);
    const owned = [this.#table, ...this.#constants];
    engine.freeWith(this, () => {
      for (const address of owned) heap.free(address);
    });
  }

  run(args: readonly Tensor[]): Tensor[] {
    const data = this.execute(args.map((arg) => (arg instanceof RowsTensor ? arg : arg.elements!)));
    const outputs = this.#source.graph.outputs;
    return data.map((elements, i) => eagerTensor(elements, outputs[i]!.dims, outputs[i]!.dtype));
  }

  /** Runs on arrays, or on the rows of larger ones; gives the results' elements. */
  execute(args: readonly (Data | RowsTensor)[]): Data[] {
    return this.#prepared((arena) => {
      const { memory } = this.#engine;
      const ahead: RowsTensor[] = [];
      let moved = false;
      args.forEach((arg, i) => {
        const address = arena.address + this.#argumentOffsets[i]!;
        const rooms = arg instanceof RowsTensor ? this.#engine.roomsFor(arg) : null;
        moved = this.#moveArgument(i, rooms ? rooms.settle(arg as RowsTensor) : -1) || moved;
        if (rooms) ahead.push(arg as RowsTensor);
        else if (arg instanceof RowsTensor) memory.writeRows(address, arg);
        else memory.write(address, this.#argumentTypes[i]!, arg);
      });
      if (moved) this.#fillTable(arena);
      const bring = () => ahead.forEach((rows) => void this.#engine.roomsFor(rows)?.goAhead(rows));
      this.#once(ahead.length > 0 ? bring : undefined);
      if (this.#compiled.checks.length > 0) this.#verify();
      this.#changed();
      return this.#results();
    });
  }

  /** Runs with the variables and the arena in the table. */
  #prepared<T>(run: (arena: Arena) => T): T {
    const engine = this.#engine;
    engine.run++;
    const { variables } = this.#source;
    let moved = false;
    for (let i = 0; i < variables.length; i++) {
      const { address } = engine.resident(variables[i]!.variable);
      if (address !== this.#variableAddress[i]) {
        this.#variableAddress[i] = address;
        moved = true;
      }
    }
    return engine.withArena(this.#compiled.arenaBytes, (arena) => {
      if (moved || arena.version !== this.#arenaVersion || arena.address !== this.#arenaAddress) this.#fillTable(arena);
      return run(arena);
    });
  }

  /** Argument i lies at that address from now on, -1 for its place in the arena; whether it lay elsewhere. */
  #moveArgument(i: number, address: number): boolean {
    if (address < 0 && this.#moved.size === 0) return false;
    const slot = this.#source.arguments[i]!;
    if ((this.#moved.get(slot) ?? -1) === address) return false;
    if (address < 0) this.#moved.delete(slot);
    else this.#moved.set(slot, address);
    return true;
  }

  #once(meanwhile?: () => void): void {
    const host = this.#compiled.hosts.length > 0 ? (index: number) => this.#host(index) : noHost;
    if (isWatched()) (this.#profile ??= new Profile(this.#engine.backend, this.#compiled)).run(this.#table, host);
    else this.#executable.run(this.#table, host, meanwhile);
  }

  #changed(): void {
    for (const { variable, output } of this.#source.variables) if (output >= 0) variable.changedInEngine();
  }

  #results(): Data[] {
    const results: Data[] = [];
    for (let i = 0; i < this.#source.results; i++) {
      const { dims, dtype } = this.#source.graph.outputs[i]!;
      results.push(this.#engine.memory.read(this.#address(this.#compiled.outputs[i]!), dtype, sizeOf(dims)));
    }
    return results;
  }

  // ── Several runs in one call ────────────────────────────────────────────────────────────────────────────────────

  get runInTurn(): CompiledProgram['runInTurn'] {
    return this.#compiled.hosts.length === 0 && !isWatched() ? this.#runInTurn : undefined;
  }

  readonly #runInTurn = (args: readonly RowsTensor[], times: number, results: 'last' | 'all'): Tensor[] => {
    const outputs = this.#source.graph.outputs.slice(0, this.#source.results);
    const taken = results === 'all' ? outputs : [];
    const turns = (this.#turns[results] ??= this.#executable.inTurn({
      given: args.map(({ dims, dtype }, i) => ({ slot: this.#source.arguments[i]!, bytes: bytesOf(dims, dtype) })),
      taken: taken.map(({ dims, dtype }, i) => ({ slot: this.#compiled.outputs[i]!, bytes: bytesOf(dims, dtype) })),
      flag: this.#compiled.flag,
    }));
    return this.#prepared((arena) => {
      const { memory } = this.#engine;
      if (this.#moved.size > 0) {
        this.#moved.clear();
        this.#fillTable(arena);
      }
      const header = alignUp(4 * (args.length + taken.length));
      const sizes = [...args, ...taken].map(({ dims, dtype }) => alignUp(times * bytesOf(dims, dtype)));
      return this.#engine.withBlock(
        sizes.reduce((sum, bytes) => sum + bytes, header),
        (block) => {
          let at = block + header;
          const addresses = sizes.map((bytes) => (at += bytes) - bytes);
          memory.elements('uint32').set(addresses, block / 4);
          args.forEach((arg, i) => void memory.writeRows(addresses[i]!, arg, times));
          const done = turns(this.#table, block, times);
          this.#changed();
          if (done < times) this.#verify();
          if (results === 'last')
            return this.#results().map((elements, i) => eagerTensor(elements, outputs[i]!.dims, outputs[i]!.dtype));
          return taken.map(({ dims, dtype }, i) => {
            const all = [dims[0]! * times, ...dims.slice(1)];
            return eagerTensor(memory.read(addresses[args.length + i]!, dtype, sizeOf(all)), all, dtype);
          });
        },
      );
    });
  };

  #fillTable(arena: Arena): void {
    this.#arenaVersion = arena.version;
    this.#arenaAddress = arena.address;
    const table = new Uint32Array(this.#engine.backend.heap.buffer, this.#table, this.#compiled.slots.length);
    const variableOf = new Map(this.#source.variables.map((use, i) => [use.parameter, this.#variableAddress[i]!]));
    const { slots } = this.#compiled;
    const addressOf = (index: number): number => {
      const slot = slots[index]!;
      switch (slot.kind) {
        case 'arena':
          return this.#moved.get(index) ?? arena.address + slot.offset;
        case 'constant':
          return this.#constants[slot.index]!;
        case 'own':
          // Each thread puts in its own.
          return 0;
        case 'view':
          return addressOf(slot.base) + slot.offset;
        default:
          return variableOf.get(slot.index)!;
      }
    };
    for (let i = 0; i < slots.length; i++) table[i] = addressOf(i);
  }

  #address(slot: number): number {
    return this.#engine.memory.elements('uint32')[this.#table / 4 + slot]!;
  }

  #host(index: number): void {
    const { node, inputs, outputs } = this.#compiled.hosts[index]!;
    const { memory } = this.#engine;
    if (node.primitive!.name === 'customCall') return this.#foreign(this.#compiled.hosts[index]!);
    const results = outputs.map((slot, i) => memory.view(this.#address(slot), node.outputs[i]!));
    // The reference begins with zeros, and some rules write only what is not zero.
    for (const { data } of results) (data as Float64Array).fill(isBigArray(data) ? (0n as never) : 0);
    node.primitive!.evaluate(
      inputs.map((slot, i) => memory.view(this.#address(slot), node.inputs[i]!)),
      node.params,
      results,
    );
  }

  /** Functions from outside may run programs: memory that grows meanwhile takes views of it away. They get arrays of their own. */
  #foreign({ node, inputs, outputs }: HostCall): void {
    const { memory } = this.#engine;
    const results = node.outputs.map(
      ({ dims, dtype }): ArrayValue => ({ dims, dtype, data: allocate(dtype, sizeOf(dims)) }),
    );
    const operands = node.inputs.map(
      ({ dims, dtype }, i): ArrayValue => ({
        dims,
        dtype,
        data: memory.read(this.#address(inputs[i]!), dtype, sizeOf(dims)),
      }),
    );
    node.primitive!.evaluate(operands, node.params, results);
    outputs.forEach((slot, i) => {
      memory.write(this.#address(slot), results[i]!.dtype, results[i]!.data);
    });
  }

  /** Throws for indices that were out of range, and for divisors that were zero. */
  #verify(): void {
    const flag = this.#engine.memory.elements('int32')[this.#address(this.#compiled.flag) / 4]!;
    if (flag === 0) return;
    const { operation, scope, rows } = this.#compiled.checks[struck(flag)]!;
    const where = `${scope ? `${scope}: ` : ''}${operation}`;
    if (rows === null) throw zeroDivisor(where);
    throw new ValueError(
      `${where}: an index is out of range: wanted 0 to ${rows - 1}, for there are ${rows} rows; where an index has several coordinates, each must lie within its own axis. Class numbers start at 0; check the labels or the size of the layer.`,
    );
  }
}

/** Whether somebody wants to see single kernels. */
const isWatched = (): boolean => debugLevel() >= 2 || isTracingKernels();

const bytesOf = (dims: Dims, dtype: DType): number => sizeOf(dims) * dtypes[dtype].bytes;
const alignUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;

const isBigArray = (data: Data): boolean => data instanceof BigInt64Array || data instanceof BigUint64Array;

const noHost = (): never => {
  throw new StateError('a program without host steps called the host');
};

let installed: Engine | null = null;
let start: (() => Engine) | null = null;

/** Makes programs and large eager operations run on a backend, which is made when it is first needed. */
export function installEngine(makeBackend: () => Backend): void {
  installed = null;
  const engine = (): Engine => {
    installed ??= new Engine(makeBackend());
    return installed;
  };
  start = engine;
  setEngine((primitive, inputs, params, outputs) => engine().apply(primitive, inputs, params, outputs));
  setProgramMaker((source) =>
    holdsStrings(source.graph)
      ? programInStages(source, (numbers) => new EngineProgram(engine(), numbers))
      : new EngineProgram(engine(), source),
  );
}

/** The engine, once something has run on it. */
export const currentEngine = (): Engine | null => installed;

/** The engine, started if it has to be; null where programs run on the reference. */
export const startedEngine = (): Engine | null => installed ?? start?.() ?? null;
