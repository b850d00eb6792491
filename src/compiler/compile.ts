// From a graph to a program: simplify, fuse, schedule, lower, plan memory.
// Owns: the order of the passes, slots, checks of indices. Leaves running to the runtime, code to the backends.
import type { OwnMemory, Program, Step } from '../backends/backend.ts';
import { dtypes } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import { Graph, type GraphValue, type Node } from '../graph/graph.ts';
import type { ControlPrimitive, Primitive } from '../graph/primitive.ts';
import { printGraph } from '../graph/print-graph.ts';
import type { CondParams } from '../primitives/control/cond.ts';
import type { ScanParams } from '../primitives/control/scan.ts';
import type { WhileParams } from '../primitives/control/while-loop.ts';
import { primitive } from '../primitives/registry.ts';
import { contractKernel, prepareContractions } from './contract.ts';
import { fuse } from './fuse.ts';
import { lowerSequence } from './fuse-windows.ts';
import type { Group } from './groups.ts';
import { hoistSums } from './hoist-sums.ts';
import { hoistTransposes } from './hoist-transposes.ts';
import {
  checkedNodes,
  clearFlag,
  type IndexCheck,
  lowerIndexCheck,
  mayFail,
  refusing,
  rowsOf,
  stopOnFailure,
  suspectOf,
} from './index-checks.ts';
import type { Kernel } from './loop-ir.ts';
import * as ir from './loop-ir.ts';
import { type Lowered, lowerElements, lowerRows, lowerScatter } from './lower.ts';
import { placesOf } from './places.ts';
import { type Interval, packIntervals } from './plan-memory.ts';
import { checkpoint, labelOf, tellFusion, tellPlan } from './report.ts';
import { schedule } from './schedule.ts';
import { simplify } from './simplify.ts';
import { sparseRows } from './sparse-rows.ts';
import { splitReductions } from './split-reductions.ts';
import { inPhases } from './strides.ts';
import { tileAttention } from './tile-attention.ts';

/** What lies in a slot. */
export type Slot =
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'constant'; readonly index: number }
  | { readonly kind: 'arena'; readonly offset: number }
  /** So many bytes after another slot: an element of a sequence, or a value inside the body of control flow. */
  | { readonly kind: 'view'; readonly base: number; readonly offset: number }
  /** The beginning of what each thread has for itself while it runs steps that are apart from others. */
  | { readonly kind: 'own' };

/** Something that is evaluated in JavaScript between kernels. */
export interface HostCall {
  readonly node: Node;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface Compiled {
  readonly program: Program;
  readonly slots: readonly Slot[];
  readonly arenaBytes: number;
  /** Slots of the graph's outputs. */
  readonly outputs: readonly number[];
  readonly hosts: readonly HostCall[];
  readonly checks: readonly IndexCheck[];
  /** Slot of the int32 that says which check struck; -1 without checks. */
  readonly flag: number;
  /** Constants that have a place in memory, in the order of their slots. */
  readonly constants: readonly GraphValue[];
  readonly graph: Graph;
  /** Groups in the order of their steps, for reports. */
  readonly order: readonly Group[];
  /** What each kernel computes, for reports. */
  readonly labels: readonly string[];
}

export interface CompileInput {
  readonly graph: Graph;
  /** Parameters that are variables, and the position among the outputs of the value they get (or -1). */
  readonly variables: readonly { readonly parameter: number; readonly output: number }[];
}

const bytesOf = (value: GraphValue): number => Math.max(sizeOf(value.dims) * dtypes[value.dtype].bytes, 1);

/** Results that are parameters or constants, or such in another shape, get a place of their own: a variable may change under them. */
function copyPassedThrough(graph: Graph): void {
  const copy = primitive('stopGradient') as Primitive;
  const given = ({ node }: GraphValue): boolean =>
    node.kind !== 'apply' || (node.primitive!.name === 'reshape' && given(node.inputs[0]!));
  graph.outputs = graph.outputs.map((value) => (given(value) ? graph.apply(copy, [value], {})[0]! : value));
}

export interface CompileOptions {
  /** Whether nodes may be computed together; false only to find mistakes. */
  readonly fuse?: boolean;
}

export function compile(input: CompileInput, options: CompileOptions = {}): Compiled {
  const shared = new Shared(options);
  // Slot i is parameter i; everything else comes after.
  input.graph.parameters.forEach((_, index) => {
    shared.slots.push({ kind: 'parameter', index });
  });
  const scope = new Scope(shared, input.graph, input.variables);
  const { graph } = scope;
  const isVariable = new Set(input.variables.map((variable) => variable.parameter));
  graph.parameters.forEach((parameter, index) => {
    scope.give(parameter, index);
    // Arguments lie in the arena from the start; variables have their own place.
    if (!isVariable.has(index)) scope.keep(index, bytesOf(parameter));
  });
  scope.emitAll();
  const outputs = graph.outputs.map((value) => scope.use(value));
  const steps = scope.nested();
  const flag = shared.checks.length > 0 ? shared.flag() : -1;
  if (flag >= 0) {
    scope.keep(flag, 4);
    steps.unshift({ kind: 'kernel', kernel: shared.kernel(clearFlag(), 'clear the flag of checks'), slots: [flag] });
  }
  for (const slot of [...outputs, flag]) scope.touch(slot);
  const arenaBytes = scope.place((slot, offset) => {
    shared.slots[slot] = { kind: 'arena', offset };
  });
  const compiled: Compiled = {
    program: {
      slotCount: shared.slots.length,
      kernels: shared.kernels,
      steps,
      places: placesOf(shared.slots as Slot[], shared.bytes, shared),
    },
    slots: shared.slots as Slot[],
    arenaBytes,
    outputs,
    hosts: shared.hosts,
    checks: shared.checks,
    flag,
    constants: shared.constants,
    graph,
    order: scope.order,
    labels: shared.labels,
  };
  tellPlan(compiled);
  return compiled;
}

/** What a program and the bodies inside it share. */
class Shared {
  readonly options: CompileOptions;
  readonly kernels: Kernel[] = [];
  /** What each kernel computes, for reports. */
  readonly labels: string[] = [];
  /** Slots whose address changes while the program runs: elements of sequences, carries of scans. */
  readonly moving = new Set<number>();
  readonly slots: (Slot | null)[] = [];
  /** By slot, the bytes of what lies in the arena. */
  readonly bytes: number[] = [];
  /** Slots that walk through the elements of a sequence; slots that change places with one another. */
  readonly elements = new Set<number>();
  readonly pairs: (readonly [number, number])[] = [];
  readonly hosts: HostCall[] = [];
  readonly checks: IndexCheck[] = [];
  readonly constants: GraphValue[] = [];

  #flag = -1;

  constructor(options: CompileOptions) {
    this.options = options;
  }

  /** The number of a new kernel. */
  kernel(kernel: Kernel, label: string): number {
    this.labels.push(label);
    return this.kernels.push(kernel) - 1;
  }

  /** The slot of the flag of the index checks; it lives as long as the program runs. */
  flag(): number {
    if (this.#flag < 0) this.#flag = this.slots.push(null) - 1;
    return this.#flag;
  }
}

/** Stands for the flag of the index checks. */
const flagValue = new Graph().addParameter({ dims: [1], dtype: 'int32' });

/** One graph on its way into steps: the program itself, or the body of control flow in it. */
class Scope {
  readonly graph: Graph;
  readonly steps: Step[] = [];
  readonly order: readonly Group[];
  readonly #shared: Shared;
  readonly #home: ReadonlyMap<GraphValue, GraphValue>;
  readonly #inPlace: ReadonlyMap<GraphValue, GraphValue>;
  readonly #assignments: readonly (readonly [GraphValue, GraphValue])[];
  readonly #slotOf = new Map<GraphValue, number>();
  /** First and last step of the slots that this scope places. */
  readonly #life = new Map<number, { bytes: number; from: number; to: number }>();
  /** Indices that were looked at, and for which numbers of rows; divisors, for null. */
  readonly #checked = new Map<GraphValue, Set<number | null>>();
  /** Numbers of steps after which the rest runs only if no check has struck. */
  readonly #guards: number[] = [];
  /** Whether this is part of a loop whose steps are apart. */
  readonly #apart: boolean;

  constructor(shared: Shared, graph: Graph, variables: CompileInput['variables'], apart = false) {
    this.#shared = shared;
    this.#apart = apart;
    const simple = checkpoint(
      simplify(inPhases(hoistTransposes(hoistSums(checkpoint(graph, 'tracing'))))),
      'simplification',
    );
    const tiled = apart ? simple : tileAttention(simple);
    this.graph = prepareContractions(splitReductions(sparseRows(tiled)));
    copyPassedThrough(this.graph);
    checkpoint(this.graph, 'preparation');
    const { groups, home } = fuse(this.graph, shared.options.fuse === false);
    this.#assignments = variables.flatMap(({ parameter, output }): [GraphValue, GraphValue][] =>
      output < 0 ? [] : [[this.graph.parameters[parameter]!, this.graph.outputs[output]!]],
    );
    const { order, inPlace } = schedule(groups, home, this.#assignments, (group) => mayFail(group, home));
    tellFusion(order, home);
    this.#home = home;
    this.order = order;
    this.#inPlace = inPlace;
    for (const node of this.graph.nodes) {
      if (node.kind !== 'constant') continue;
      this.#slotOf.set(
        node.outputs[0]!,
        shared.slots.push({ kind: 'constant', index: shared.constants.push(node.outputs[0]!) - 1 }) - 1,
      );
    }
  }

  /** The value lies in that slot. */
  give(value: GraphValue, slot: number): void {
    this.#slotOf.set(value, slot);
  }

  /** The slot lies in this scope's memory, from the start. */
  keep(slot: number, bytes: number): void {
    this.#life.set(slot, { bytes, from: -1, to: -1 });
    this.#shared.bytes[slot] = bytes;
  }

  touch(slot: number): void {
    const life = this.#life.get(slot);
    if (life) life.to = Math.max(life.to, this.steps.length);
  }

  /** A slot of this scope's memory that begins to live now. */
  fresh(bytes: number): number {
    const slot = this.#shared.slots.push(null) - 1;
    this.#life.set(slot, { bytes, from: this.steps.length, to: this.steps.length });
    this.#shared.bytes[slot] = bytes;
    return slot;
  }

  /** The slot of a stored value, alive until now. */
  use(value: GraphValue): number {
    const place = this.#home.get(value) ?? value;
    let slot = this.#slotOf.get(place);
    if (slot === undefined) {
      const target = this.#inPlace.get(place);
      slot = target ? this.#slotOf.get(target)! : this.fresh(bytesOf(place));
      this.#slotOf.set(place, slot);
    }
    this.touch(slot);
    return slot;
  }

  /** Packs what this scope placed; the number of bytes. */
  place(put: (slot: number, offset: number) => void): number {
    const owners = [...this.#life.keys()];
    const intervals: Interval[] = [...this.#life.values()];
    const { offsets, bytes } = packIntervals(intervals);
    owners.forEach((slot, i) => {
      put(slot, offsets[i]!);
    });
    return bytes;
  }

  emitAll(): void {
    for (const group of this.order) {
      this.#guard(() => this.#check(group));
      if (group.kind === 'control') this.#guard(() => this.#emit(group));
      else this.#emit(group);
    }
    // Variables whose new value could not be written in place.
    for (const [parameter, value] of this.#assignments) {
      if (this.#inPlace.get(value) === parameter) continue;
      this.#copy(this.use(value), this.use(parameter), bytesOf(parameter));
    }
  }

  /** What follows runs only if the checks that `emit` makes have not struck. */
  #guard(emit: () => void): void {
    const { checks } = this.#shared;
    const before = checks.length;
    emit();
    if (checks.length > before) this.#guards.push(this.steps.length);
  }

  /** The steps, those after a check inside a condition. */
  nested(): Step[] {
    let rest: Step[] = [];
    let end = this.steps.length;
    for (const guard of this.#guards.toReversed()) {
      const inside = [...this.steps.slice(guard, end), ...rest];
      rest = inside.length > 0 ? [{ kind: 'if', flag: this.#shared.flag(), then: [], otherwise: inside }] : [];
      end = guard;
    }
    return [...this.steps.slice(0, end), ...rest];
  }

  #copy(from: number, to: number, bytes: number): void {
    if (from === to) return;
    this.touch(from);
    this.touch(to);
    this.steps.push({ kind: 'copy', from, to, bytes });
  }

  #step(lowered: Lowered, label: string): void {
    const slots = lowered.buffers.map((value) => this.use(value));
    this.steps.push({ kind: 'kernel', kernel: this.#shared.kernel(lowered.kernel, label), slots });
  }

  #emit(group: Group): void {
    const root = group.roots[0]!;
    switch (group.kind) {
      case 'map':
      case 'reduce':
        // Nothing to compute for results without elements.
        if (group.roots.some((node) => sizeOf(node.outputs[0]!.dims) > 0))
          this.#step(lowerElements(group, this.#home, this.#inPlace), labelOf(group));
        else for (const node of group.roots) this.use(node.outputs[0]!);
        break;
      case 'rows':
        this.#step(lowerRows(group, this.#home), labelOf(group));
        break;
      case 'sequence':
        this.#step(lowerSequence(group, this.#home, this.#inPlace), labelOf(group));
        break;
      case 'scatter':
        if (sizeOf(root.outputs[0]!.dims) > 0)
          for (const lowered of lowerScatter(root, this.#home)) this.#step(lowered, labelOf(group));
        else this.use(root.outputs[0]!);
        break;
      case 'contract':
        this.#step(
          { kernel: contractKernel(root), buffers: [root.inputs[0]!, root.inputs[1]!, root.outputs[0]!] },
          labelOf(group),
        );
        break;
      case 'random':
        this.#random(root);
        break;
      case 'control':
        this.#control(root);
        break;
      case 'host': {
        const host = this.#shared.hosts.length;
        this.#shared.hosts.push({
          node: root,
          inputs: root.inputs.map((value) => this.use(value)),
          outputs: root.outputs.map((value) => this.use(value)),
        });
        this.steps.push({ kind: 'host', host });
      }
    }
  }

  // ── Control flow ──────────────────────────────────────────────────────────────────────────────────────────────

  /** The steps of a body: parameters lie in the given slots, outputs are written to the given slots. */
  #body(graph: Graph, parameters: readonly number[], outputs: readonly number[]): Step[] {
    return this.#bodyIn(this.fresh(1), new Scope(this.#shared, graph, [], this.#apart), parameters, outputs);
  }

  /** The steps of a body that share nothing but what it is given, and the memory for what they make. */
  #bodyApart(
    graph: Graph,
    parameters: readonly number[],
    outputs: readonly number[],
  ): { readonly body: Step[]; readonly apart: OwnMemory } {
    const { slots, bytes } = this.#shared;
    const block = slots.push({ kind: 'own' }) - 1;
    const body = this.#bodyIn(block, new Scope(this.#shared, graph, [], true), parameters, outputs);
    /** Where a slot lies in the block, if it does. */
    const offsetOf = (index: number): number | undefined => {
      const slot = slots[index];
      if (index === block || slot?.kind !== 'view') return index === block ? 0 : undefined;
      const base = offsetOf(slot.base);
      return base === undefined ? undefined : base + slot.offset;
    };
    const own = slots.flatMap((_, slot) => {
      const offset = slot > block ? offsetOf(slot) : undefined;
      return offset === undefined ? [] : [{ slot, offset }];
    });
    return { body, apart: { bytes: bytes[block]!, slots: own } };
  }

  /** The same, where what lives inside the body lies in one block. */
  #bodyIn(block: number, inner: Scope, parameters: readonly number[], outputs: readonly number[]): Step[] {
    inner.graph.parameters.forEach((parameter, i) => {
      inner.give(parameter, parameters[i]!);
    });
    const given = new Set<GraphValue>();
    const late: [GraphValue, number][] = [];
    inner.graph.outputs.forEach((value, i) => {
      const place = inner.#home.get(value);
      if (place?.node.kind === 'apply' && !given.has(place)) {
        given.add(place);
        inner.give(place, outputs[i]!);
      } else late.push([value, outputs[i]!]);
    });
    inner.emitAll();
    for (const [value, slot] of late) inner.#copy(inner.use(value), slot, bytesOf(value));
    const bytes = inner.place((slot, offset) => {
      this.#shared.slots[slot] = { kind: 'view', base: block, offset };
    });
    const life = this.#life.get(block);
    if (life) life.bytes = Math.max(bytes, 1);
    this.#shared.bytes[block] = Math.max(bytes, 1);
    return inner.nested();
  }

  #control(node: Node): void {
    const primitive = node.primitive as ControlPrimitive;
    const inputs = node.inputs.map((value) => this.use(value));
    const outputs = node.outputs.map((value) => this.use(value));
    if (primitive.control === 'scan') this.#scan(node, inputs, outputs);
    else if (primitive.control === 'whileLoop') this.#while(node, inputs, outputs);
    else {
      const { whenTrue, whenFalse } = node.params as CondParams;
      const [choice, ...rest] = inputs as [number, ...number[]];
      const step: Step = {
        kind: 'if',
        flag: choice,
        then: this.#body(whenTrue, rest, outputs),
        otherwise: this.#body(whenFalse, rest, outputs),
      };
      this.steps.push(step);
    }
  }

  #scan(node: Node, inputs: readonly number[], outputs: readonly number[]): void {
    const { body, length, reverse, constants, carries, tiled } = node.params as ScanParams;
    const carryValues = node.inputs.slice(constants, constants + carries);
    // Each carry has two places that change roles after every step.
    const pairs = carryValues.map((value): [number, number] => [
      this.fresh(bytesOf(value)),
      this.fresh(bytesOf(value)),
    ]);
    pairs.forEach(([now], i) => {
      this.#copy(inputs[constants + i]!, now, bytesOf(carryValues[i]!));
    });
    const { moving } = this.#shared;
    for (const slot of pairs.flat()) moving.add(slot);
    this.#shared.pairs.push(...pairs);
    const advance: { slot: number; bytes: number }[] = [];
    const element = (slot: number, value: GraphValue): number => {
      const bytes = (sizeOf(value.dims) * dtypes[value.dtype].bytes) / length;
      const view =
        this.#shared.slots.push({ kind: 'view', base: slot, offset: reverse ? (length - 1) * bytes : 0 }) - 1;
      advance.push({ slot: view, bytes: reverse ? -bytes : bytes });
      moving.add(view);
      this.#shared.elements.add(view);
      return view;
    };
    // Views are placed once: what itself moves, in a loop around this one, is walked through in a place that stays.
    const still = (slot: number, value: GraphValue): number => (moving.has(slot) ? this.fresh(bytesOf(value)) : slot);
    const given = node.inputs.slice(constants + carries).map((value, i): number => {
      const slot = inputs[constants + carries + i]!;
      const place = still(slot, value);
      this.#copy(slot, place, bytesOf(value));
      return place;
    });
    const stacked = node.outputs.slice(carries).map((value, i) => still(outputs[carries + i]!, value));
    if (length > 0) {
      const sequences = node.inputs.slice(constants + carries).map((value, i) => element(given[i]!, value));
      const results = node.outputs.slice(carries).map((value, i) => element(stacked[i]!, value));
      const parameters = [...inputs.slice(0, constants), ...pairs.map(([now]) => now), ...sequences];
      const ends = [...pairs.map(([, next]) => next), ...results];
      const made =
        tiled && carries === 0 && !this.#apart
          ? this.#bodyApart(body, parameters, ends)
          : { body: this.#body(body, parameters, ends) };
      for (const slot of [...inputs, ...outputs, ...given, ...stacked, ...pairs.flat()]) this.touch(slot);
      this.steps.push({ kind: 'repeat', count: length, advance, swap: pairs, ...made });
    }
    pairs.forEach(([now, next], i) => {
      this.#copy(length > 0 ? next : now, outputs[i]!, bytesOf(carryValues[i]!));
    });
    stacked.forEach((slot, i) => {
      this.#copy(slot, outputs[carries + i]!, bytesOf(node.outputs[carries + i]!));
    });
    for (const slot of outputs) this.touch(slot);
  }

  #while(node: Node, inputs: readonly number[], outputs: readonly number[]): void {
    const { condition, body, constants } = node.params as WhileParams;
    const carryValues = node.outputs;
    // The results' places hold the carries; what the body gives goes through places of its own.
    outputs.forEach((slot, i) => {
      this.#copy(inputs[constants + i]!, slot, bytesOf(carryValues[i]!));
    });
    const flag = this.fresh(1);
    const next = carryValues.map((value) => this.fresh(bytesOf(value)));
    const fixed = inputs.slice(0, constants);
    const checks = this.#shared.checks.length;
    const test = this.#body(condition, [...fixed, ...outputs], [flag]);
    const steps = this.#body(body, [...fixed, ...outputs], next);
    if (this.#shared.checks.length > checks) {
      const kernel = this.#shared.kernel(stopOnFailure(), 'stop on failure');
      test.push({ kind: 'kernel', kernel, slots: [flag, this.#shared.flag()] });
    }
    next.forEach((slot, i) => {
      steps.push({ kind: 'copy', from: slot, to: outputs[i]!, bytes: bytesOf(carryValues[i]!) });
    });
    for (const slot of [...inputs, ...outputs, ...next, flag]) this.touch(slot);
    this.steps.push({ kind: 'while', condition: test, flag, body: steps });
  }

  // ── Random bits and checks ────────────────────────────────────────────────────────────────────────────────────

  /** Key and counter are brought together, then the generator runs. */
  #random(node: Node): void {
    const [key, counter, first] = node.inputs as readonly [GraphValue, GraphValue, GraphValue];
    const together = new Graph().addParameter({ dims: [8], dtype: 'uint32' });
    const at = (n: number): ir.Expr => ir.integer(n);
    const store = (i: number, value: ir.Expr): ir.Statement => ({ kind: 'store', buffer: 3, index: at(i), value });
    const number = ir.load('u64', 2, at(0));
    const upper = ir.binary('shiftRight', number, ir.constant('i64', 32n), false);
    const body: ir.Statement[] = [
      ...[0, 1].map((i) => store(i, ir.load('u32', 0, at(i)))),
      ...[0, 1, 2, 3].map((i) => store(2 + i, ir.load('u32', 1, at(i)))),
      ...[number, upper].map((word, i) => store(6 + i, ir.convert('i32', word, false))),
    ];
    const kernel: Kernel = {
      kind: 'loops',
      buffers: [
        { storage: 'u32', access: 'read' },
        { storage: 'u32', access: 'read' },
        { storage: 'u64', access: 'read' },
        { storage: 'u32', access: 'write' },
      ],
      outer: { name: 'once', extent: 1 },
      body,
      serial: true,
    };
    this.#step({ kernel, buffers: [key, counter, first, together] }, 'key and counter');
    this.#step(
      { kernel: { kind: 'philox', count: sizeOf(node.outputs[0]!.dims) }, buffers: [together, node.outputs[0]!] },
      'random bits',
    );
  }

  /** Looks at the indices and divisors that a group reads. */
  #check(group: Group): void {
    for (const node of checkedNodes(group, this.#home)) {
      const suspect = suspectOf(node, this.#home);
      const rows = rowsOf(node);
      // A gather and the scatter of its gradient read the same indices.
      const before = this.#checked.get(suspect) ?? new Set();
      if (before.has(rows)) continue;
      this.#checked.set(suspect, before.add(rows));
      this.give(flagValue, this.#shared.flag());
      const check = this.#shared.checks.length;
      const operation = refusing(node);
      this.#step(lowerIndexCheck(suspect, rows, check, flagValue, this.#home), `check of ${operation} ${node.scope}`);
      this.#shared.checks.push({ operation, scope: node.scope, rows });
    }
  }
}

/** A key under which an equal program is found again. */
export const programKey = (input: CompileInput): string =>
  `${printGraph(input.graph)}\n${input.variables.map(({ parameter, output }) => `${parameter}:${output}`).join()}`;
