// From a graph to a program: simplify, fuse, schedule, lower, plan memory.
// Owns: the order of the passes, slots, checks of indices. Leaves running to the runtime, code to the backends.
import type { Program, Step } from '../backends/backend.ts';
import { type Data, dtypes } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import { Graph, type GraphValue, type Node } from '../graph/graph.ts';
import { printGraph } from '../graph/print-graph.ts';
import type { Primitive } from '../graph/primitive.ts';
import { primitive } from '../primitives/registry.ts';
import { contractKernel, prepareContractions } from './contract.ts';
import { fuse, type Group } from './fuse.ts';
import type { Kernel } from './loop-ir.ts';
import * as ir from './loop-ir.ts';
import { type Lowered, lowerElements, lowerIndexCheck, lowerScatter } from './lower.ts';
import { type Interval, packIntervals } from './plan-memory.ts';
import { schedule } from './schedule.ts';
import { simplify } from './simplify.ts';

/** What lies in a slot. */
export type Slot =
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'constant'; readonly index: number }
  | { readonly kind: 'arena'; readonly offset: number };

/** Something that is evaluated in JavaScript between kernels. */
export interface HostCall {
  readonly node: Node;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** What a check means when it strikes. */
export interface IndexCheck {
  readonly operation: string;
  readonly scope: string;
  readonly rows: number;
}

export interface Compiled {
  readonly program: Program;
  readonly slots: readonly Slot[];
  readonly arenaBytes: number;
  /** Arena offset where arguments go: position among the graph's parameters → offset; null for variables. */
  readonly outputs: readonly number[];
  readonly hosts: readonly HostCall[];
  readonly checks: readonly IndexCheck[];
  /** Slot of the int32 flags, one 64-byte place for each check; -1 without checks. */
  readonly checkSlots: readonly number[];
  readonly graph: Graph;
  /** Groups in the order of their steps, for reports. */
  readonly order: readonly Group[];
}

export interface CompileInput {
  readonly graph: Graph;
  /** Parameters that are variables, and the position among the outputs of the value they get (or -1). */
  readonly variables: readonly { readonly parameter: number; readonly output: number }[];
}

const bytesOf = (value: GraphValue): number => Math.max(sizeOf(value.dims) * dtypes[value.dtype].bytes, 1);

/** Results that are parameters or constants get a place of their own: a variable may change under them. */
function copyPassedThrough(graph: Graph): void {
  const copy = primitive('stopGradient') as Primitive;
  graph.outputs = graph.outputs.map((value) =>
    value.node.kind === 'apply' ? value : graph.apply(copy, [value], {})[0]!,
  );
}

export function compile(input: CompileInput): Compiled {
  const graph = prepareContractions(simplify(input.graph));
  copyPassedThrough(graph);
  const { groups, home } = fuse(graph);
  const assignments = input.variables.flatMap(({ parameter, output }): [GraphValue, GraphValue][] =>
    output < 0 ? [] : [[graph.parameters[parameter]!, graph.outputs[output]!]],
  );
  const { order, inPlace } = schedule(groups, home, assignments);
  return new Emitter(
    graph,
    home,
    order,
    inPlace,
    assignments,
    input.variables.map((variable) => variable.parameter),
  ).finish();
}

/** Collects kernels, steps and slots. */
class Emitter {
  readonly #graph: Graph;
  readonly #home: ReadonlyMap<GraphValue, GraphValue>;
  readonly #order: readonly Group[];
  readonly #inPlace: ReadonlyMap<GraphValue, GraphValue>;
  readonly #assignments: readonly (readonly [GraphValue, GraphValue])[];
  readonly #variables: ReadonlySet<number>;
  readonly #kernels: Kernel[] = [];
  readonly #steps: Step[] = [];
  readonly #slots: (Slot | null)[] = [];
  readonly #slotOf = new Map<GraphValue, number>();
  /** First and last step of arena slots. */
  readonly #life = new Map<number, { bytes: number; from: number; to: number }>();
  readonly #hosts: HostCall[] = [];
  readonly #checks: IndexCheck[] = [];
  readonly #checkSlots: number[] = [];

  constructor(
    graph: Graph,
    home: ReadonlyMap<GraphValue, GraphValue>,
    order: readonly Group[],
    inPlace: ReadonlyMap<GraphValue, GraphValue>,
    assignments: readonly (readonly [GraphValue, GraphValue])[],
    variables: readonly number[],
  ) {
    this.#graph = graph;
    this.#home = home;
    this.#order = order;
    this.#inPlace = inPlace;
    this.#assignments = assignments;
    this.#variables = new Set(variables);
  }

  finish(): Compiled {
    this.#placeGiven();
    for (const group of this.#order) {
      for (const root of group.roots) this.#check(root);
      this.#emit(group);
    }
    // Variables whose new value could not be written in place.
    for (const [parameter, value] of this.#assignments) {
      if (this.#inPlace.get(value) === parameter) continue;
      this.#steps.push({ kind: 'copy', from: this.#use(value), to: this.#use(parameter), bytes: bytesOf(parameter) });
    }
    const outputs = this.#graph.outputs.map((value) => this.#use(value));
    const end = this.#steps.length;
    for (const slot of [...outputs, ...this.#checkSlots]) {
      const life = this.#life.get(slot);
      if (life) life.to = end;
    }
    const intervals: Interval[] = [];
    const owners: number[] = [];
    for (const [slot, life] of this.#life) {
      intervals.push(life);
      owners.push(slot);
    }
    const { offsets, bytes } = packIntervals(intervals);
    owners.forEach((slot, i) => {
      this.#slots[slot] = { kind: 'arena', offset: offsets[i]! };
    });
    return {
      program: { slotCount: this.#slots.length, kernels: this.#kernels, steps: this.#guarded() },
      slots: this.#slots as Slot[],
      arenaBytes: bytes,
      outputs,
      hosts: this.#hosts,
      checks: this.#checks,
      checkSlots: this.#checkSlots,
      graph: this.#graph,
      order: this.#order,
    };
  }

  /** Places of parameters and constants. Arguments lie in the arena from the start. */
  #placeGiven(): void {
    this.#graph.parameters.forEach((parameter, index) => {
      const slot = this.#slots.push({ kind: 'parameter', index }) - 1;
      this.#slotOf.set(parameter, slot);
      if (!this.#variables.has(index)) this.#life.set(slot, { bytes: bytesOf(parameter), from: -1, to: -1 });
    });
    let constants = 0;
    for (const node of this.#graph.nodes) {
      if (node.kind !== 'constant') continue;
      this.#slotOf.set(node.outputs[0]!, this.#slots.push({ kind: 'constant', index: constants++ }) - 1);
    }
  }

  /** The slot of a stored value, alive until now. */
  #use(value: GraphValue): number {
    const place = this.#home.get(value) ?? value;
    let slot = this.#slotOf.get(place);
    if (slot === undefined) {
      const target = this.#inPlace.get(place);
      if (target) slot = this.#slotOf.get(target)!;
      else {
        slot = this.#slots.push(null) - 1;
        this.#life.set(slot, { bytes: bytesOf(place), from: this.#steps.length, to: this.#steps.length });
      }
      this.#slotOf.set(place, slot);
    }
    const life = this.#life.get(slot);
    if (life) life.to = Math.max(life.to, this.#steps.length);
    return slot;
  }

  #step(lowered: Lowered): void {
    const slots = lowered.buffers.map((value) => this.#use(value));
    this.#steps.push({ kind: 'kernel', kernel: this.#kernels.push(lowered.kernel) - 1, slots });
  }

  #emit(group: Group): void {
    const root = group.roots[0]!;
    switch (group.kind) {
      case 'map':
      case 'reduce':
        // Nothing to compute for results without elements.
        if (group.roots.some((node) => sizeOf(node.outputs[0]!.dims) > 0)) this.#step(lowerElements(group, this.#home));
        else for (const node of group.roots) this.#use(node.outputs[0]!);
        break;
      case 'scatter':
        this.#step(lowerScatter(root, this.#home));
        break;
      case 'contract':
        this.#step({ kernel: contractKernel(root), buffers: [root.inputs[0]!, root.inputs[1]!, root.outputs[0]!] });
        break;
      case 'random':
        this.#random(root);
        break;
      case 'host': {
        const host = this.#hosts.length;
        this.#hosts.push({
          node: root,
          inputs: root.inputs.map((value) => this.#use(value)),
          outputs: root.outputs.map((value) => this.#use(value)),
        });
        this.#steps.push({ kind: 'host', host });
      }
    }
  }

  /** Key and counter are brought together, then the generator runs. */
  #random(node: Node): void {
    const [key, counter] = node.inputs as readonly [GraphValue, GraphValue];
    const together = new Graph().addParameter({ dims: [6], dtype: 'uint32' });
    const at = (n: number): ir.Expr => ir.integer(n);
    const body: ir.Statement[] = [
      ...[0, 1].map((i): ir.Statement => ({ kind: 'store', buffer: 2, index: at(i), value: ir.load('u32', 0, at(i)) })),
      ...[0, 1, 2, 3].map(
        (i): ir.Statement => ({ kind: 'store', buffer: 2, index: at(2 + i), value: ir.load('u32', 1, at(i)) }),
      ),
    ];
    const kernel: Kernel = {
      kind: 'loops',
      buffers: [
        { storage: 'u32', access: 'read' },
        { storage: 'u32', access: 'read' },
        { storage: 'u32', access: 'write' },
      ],
      outer: { name: 'once', extent: 1 },
      body,
      serial: true,
    };
    this.#step({ kernel, buffers: [key, counter, together] });
    this.#step({ kernel: { kind: 'philox', count: node.outputs[0]!.dims[0]! }, buffers: [together, node.outputs[0]!] });
  }

  /** Checks the indices of what a root computes, wherever inside its group the gather stands. */
  #check(root: Node): void {
    const seen = new Set<Node>();
    const visit = (node: Node): void => {
      if (node.kind !== 'apply' || seen.has(node)) return;
      seen.add(node);
      const { name } = node.primitive!;
      if ((name === 'takeRows' || name === 'scatterRows') && !this.#checked.has(node)) {
        this.#checked.add(node);
        this.#checkIndices(node);
      }
      for (const input of node.inputs) if (!this.#home.has(input)) visit(input.node);
    };
    visit(root);
  }
  readonly #checked = new Set<Node>();

  #checkIndices(node: Node): void {
    const indices = node.inputs[1]!;
    const rows = node.inputs[0]!.dims[0]!;
    if (node.primitive!.kind === 'opaque' || sizeOf(indices.dims) === 0 || known(indices, rows)) return;
    // A check reads the indices where the group reads them; those that are computed by a reduction are in range by themselves.
    const flag = new Graph().addParameter({ dims: [1], dtype: 'int32' });
    this.#step(lowerIndexCheck(indices, rows, flag, this.#home));
    this.#checks.push({
      operation: node.primitive!.name === 'takeRows' ? 'gather' : 'scatter',
      scope: node.scope,
      rows,
    });
    this.#checkSlots.push(this.#use(flag));
  }

  /** The steps; from the first write to a variable on they run only if all checks so far passed. */
  #guarded(): Step[] {
    return this.#steps;
  }
}

/** Whether indices are known to be in range: constants that are. */
function known(indices: GraphValue, rows: number): boolean {
  const { node } = indices;
  return (
    node.kind === 'constant' &&
    Array.from(node.data as ArrayLike<number | bigint>, Number).every((index) => index >= 0 && index < rows)
  );
}

/** The elements of the constants that have a place in memory, in the order of their slots. */
export function constantsOf(graph: Graph): Data[] {
  return graph.nodes.filter((node) => node.kind === 'constant').map((node) => node.data!);
}

/** A key under which an equal program is found again. */
export const programKey = (input: CompileInput): string =>
  `${printGraph(input.graph)}\n${input.variables.map(({ parameter, output }) => `${parameter}:${output}`).join()}`;
