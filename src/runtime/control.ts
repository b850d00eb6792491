// Control flow over traced bodies: scan, while, cond, with their gradients.
// Owns: the gradients, which are again scans, loops and conds of traced bodies. Leaves the tracing of bodies to body.ts, the loops
// themselves to the primitives.
import { type Application, backward } from '../autodiff/backward.ts';
import { isDifferentiable } from '../base/dtype.ts';
import { StateError, ValueError } from '../base/errors.ts';
import { sameShape, showShape } from '../base/shape.ts';
import { bind } from '../graph/dispatch.ts';
import type { Graph, GraphValue, Node } from '../graph/graph.ts';
import { replay } from '../graph/replay.ts';
import type { Spec, Value } from '../graph/value.ts';
import type { CondParams } from '../primitives/control/cond.ts';
import type { ScanParams } from '../primitives/control/scan.ts';
import type { WhileParams } from '../primitives/control/while-loop.ts';
import * as p from '../primitives/functions.ts';
import { primitive } from '../primitives/registry.ts';
import { type Body, specOf, traceBody } from './body.ts';
import { resolve, withTrace } from './execute.ts';
import { activeTapes, withoutRecording } from './tape.ts';
import type { Tensor } from './tensor.ts';
import { Trace } from './trace.ts';

// ── scan ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ScanOptions {
  readonly reverse?: boolean;
}

/**
 * Applies `body(carry, elements)` along the first axis of `sequences`: it gives the new carry and one element of each
 * result. Returns the last carry and the stacked results.
 */
export function scan(
  body: (
    carry: Tensor[],
    elements: Tensor[],
  ) => { readonly carry: readonly Tensor[]; readonly results: readonly Tensor[] },
  initial: readonly Tensor[],
  sequences: readonly Tensor[],
  length: number,
  options: ScanOptions = {},
): { carry: Tensor[]; results: Tensor[] } {
  const carry = initial.map(resolve);
  const xs = sequences.map(resolve);
  for (const x of xs) {
    if (x.dims[0] !== length)
      throw new ValueError(
        `scan: a sequence of shape ${showShape(x.dims)} for ${length} steps; wanted ${length} as its first dimension.`,
      );
  }
  let results = 0;
  const traced = traceBody(
    [...carry.map(specOf), ...xs.map((x) => ({ dims: x.dims.slice(1), dtype: x.dtype }))],
    (values) => {
      const out = body(values.slice(0, carry.length), values.slice(carry.length));
      results = out.results.length;
      return [...out.carry, ...out.results];
    },
  );
  const given = carry.length + xs.length;
  // A variable that the body assigns is a carry of its own.
  const moved = traced.assigned.map((use) => traced.captured[use.position]!);
  const constants = traced.captured.filter((_, i) => !traced.assigned.some((use) => use.position === i));
  const all = traced.graph.parameters;
  const constantParameters = all.slice(given).filter((_, i) => !traced.assigned.some((use) => use.position === i));
  const graph = traced.graph.withOutputs([
    ...traced.graph.outputs.slice(0, carry.length),
    ...traced.assigned.map((use) => use.value),
    ...traced.graph.outputs.slice(carry.length),
  ]);
  graph.parameters.splice(
    0,
    all.length,
    ...constantParameters,
    ...all.slice(0, carry.length),
    ...traced.assigned.map((use) => all[given + use.position]!),
    ...all.slice(carry.length, given),
  );
  const outputs = bindScan(
    {
      body: graph,
      length,
      reverse: options.reverse ?? false,
      constants: constants.length,
      carries: carry.length + moved.length,
    },
    [...constants, ...carry, ...moved, ...xs],
  );
  traced.assigned.forEach((use, i) => use.variable.set(outputs[carry.length + i]!));
  const first = carry.length + moved.length;
  return { carry: outputs.slice(0, carry.length), results: outputs.slice(first, first + results) };
}

/** Binds a scan; under a tape it also keeps what its gradient needs. */
function bindScan(params: ScanParams, inputs: readonly Tensor[]): Tensor[] {
  if (activeTapes().length === 0) return applyScan(params, inputs);
  return recorded(scanApplication(params, inputs), params.body.outputs.length);
}
const applyScan = (params: ScanParams, inputs: readonly Tensor[]): Tensor[] =>
  bind(primitive<ScanParams>('scan'), inputs, params) as Tensor[];
/** A scan that also gives, behind its results, what its gradient reads of every step. */
function scanApplication(params: ScanParams, inputs: readonly Tensor[]): Recorded {
  const { body, carries, constants } = params;
  const kept = keptValues(params);
  const saved: readonly GraphValue[] = [...body.parameters.slice(constants, constants + carries), ...kept];
  const augmented = body.withOutputs([...body.outputs, ...saved]);
  const outputs = withoutRecording(() => applyScan({ ...params, body: augmented }, inputs));
  return {
    inputs,
    outputs,
    vjp: (cotangents, needs) =>
      scanGradient(
        { ...params, body: augmented },
        inputs,
        outputs.slice(-saved.length),
        saved,
        cotangents as readonly (Tensor | null)[],
        needs,
      ),
  };
}

// ── Applications of control flow ────────────────────────────────────────────────────────────────────────────────

/** An application whose first outputs are what the program asked for; what stands behind them is for the gradient. */
interface Recorded extends Application {
  readonly outputs: readonly Tensor[];
}
function recorded(application: Recorded, visible: number): Tensor[] {
  for (const tape of activeTapes()) tape.recordApplication(application);
  return application.outputs.slice(0, visible);
}
/** A control primitive applied so that it can be differentiated. */
function controlApplication(name: string, params: unknown, inputs: readonly Tensor[]): Recorded {
  if (name === 'scan') return scanApplication(params as ScanParams, inputs);
  if (name === 'cond') return condApplication(params as CondParams, inputs);
  return whileApplication(params as WhileParams, inputs);
}

/** Replays a body, and gives the applications in it for a walk back. */
function replayRecorded(
  body: Graph,
  inputs: readonly Tensor[],
  given: ReadonlyMap<GraphValue, Value> = new Map(),
): { values: Map<GraphValue, Value>; applications: Application[] } {
  const applications: Application[] = [];
  const values = replay(
    body,
    inputs,
    given,
    (node, ins, outs) => {
      const { vjp } = node.primitive!;
      if (vjp)
        applications.push({
          inputs: ins,
          outputs: outs,
          vjp: (cotangents, needs) => vjp({ inputs: ins, outputs: outs, params: node.params, cotangents, needs }),
        });
    },
    (node, ins) => {
      if (node.primitive!.kind !== 'control') return null;
      const application = controlApplication(node.primitive!.name, node.params, ins as readonly Tensor[]);
      // What was kept of the results stands for them.
      const outputs = application.outputs.map((output, i) => given.get(node.outputs[i]!) ?? output);
      applications.push({ ...application, outputs });
      return outputs;
    },
  );
  return { values, applications };
}

/** Traces the gradient of a body. `saved` values are parameters of the backward body instead of being computed again. */
function traceBackward(
  body: Graph,
  saved: readonly GraphValue[],
  active: (parameter: number) => boolean,
  seeded: readonly number[],
): {
  graph: Graph;
  trace: Trace;
  forward: Map<GraphValue, GraphValue>;
  sources: GraphValue[];
  found: (GraphValue | null)[];
  seeds: Tensor[];
  parameters: Tensor[];
  savedParameters: Tensor[];
} {
  const trace = new Trace('closed');
  const parameters = body.parameters.map((parameter) => trace.parameter(parameter));
  const savedParameters = saved.map((value) => trace.parameter(value));
  const seeds = seeded.map((output) => trace.parameter(body.outputs[output]!));
  const forward = new Map<GraphValue, GraphValue>();
  const sources = body.parameters.filter((parameter, i) => active(i) && isDifferentiable(parameter.dtype));
  const found = withTrace(trace, () => {
    const given = new Map<GraphValue, Value>();
    saved.forEach((value, i) => {
      given.set(value, savedParameters[i]!);
    });
    // Saved parameters of the body stand for themselves.
    const inputs = body.parameters.map(
      (parameter, i) => (given.get(parameter) as Tensor | undefined) ?? parameters[i]!,
    );
    const { values, applications } = replayRecorded(body, inputs, given);
    for (const [value, tensor] of values) {
      const place = (tensor as Tensor).graphValue;
      if (place) forward.set(place, value);
    }
    const pairs = seeded.map((output, i): [Value, Value] => [values.get(body.outputs[output]!)!, seeds[i]!]);
    const gradients = backward(
      applications,
      pairs,
      sources.map((source) => values.get(source)!),
    );
    return sources.map((source) => {
      const gradient = gradients.get(values.get(source)!);
      return gradient ? trace.valueOf(resolve(gradient), 'gradient') : null;
    });
  });
  return { graph: trace.graph, trace, forward, sources, found, seeds, parameters, savedParameters };
}

/** Recomputing so little is cheaper than keeping a value for every step. */
const RECOMPUTED = 2;

/** The values of a body that its gradient reads and that are dear to compute again. */
function keptValues({ body }: ScanParams): GraphValue[] {
  const seeded = body.outputs.flatMap((value, i) => (isDifferentiable(value.dtype) ? [i] : []));
  const { found, forward } = traceBackward(body, [], () => true, seeded);
  const needed = new Set<GraphValue>();
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const input of node.inputs) {
      const value = forward.get(input);
      if (value) needed.add(value);
      else visit(input.node);
    }
  };
  for (const value of found) {
    if (!value) continue;
    const own = forward.get(value);
    if (own) needed.add(own);
    else visit(value.node);
  }
  const cheap = (value: GraphValue): boolean => {
    const { node } = value;
    if (node.kind !== 'apply') return true;
    return (
      node.primitive!.kind === 'map' &&
      node.primitive!.cost <= RECOMPUTED &&
      node.inputs.every((input) => needed.has(input) || cheap(input))
    );
  };
  return [...needed].filter((value) => value.node.kind === 'apply' && !cheap(value));
}

/** The gradient of a scan: a scan the other way round. */
function scanGradient(
  params: ScanParams,
  inputs: readonly Tensor[],
  savedStacks: readonly Tensor[],
  saved: readonly GraphValue[],
  cotangents: readonly (Tensor | null)[],
  needs: readonly boolean[],
): (Value | null)[] {
  const { body, constants, carries, length, reverse } = params;
  const sequences = body.parameters.length - constants - carries;
  // Cotangents of carries always exist inside; results only where one came.
  const carrySeeds = Array.from({ length: carries }, (_, i) => i).filter((i) =>
    isDifferentiable(body.outputs[i]!.dtype),
  );
  const resultSeeds = body.outputs
    .map((_, i) => i)
    .filter((i) => i >= carries && cotangents[i] && isDifferentiable(body.outputs[i]!.dtype));
  const active = (i: number): boolean => (i >= constants && i < constants + carries) || needs[i]!;
  const back = traceBackward(body, saved, active, [...carrySeeds, ...resultSeeds]);
  const parameterOf = new Map(body.parameters.map((parameter, i) => [parameter, i]));
  const gradientOf = new Map(back.sources.map((source, i) => [parameterOf.get(source)!, back.found[i]!]));
  const constantSources = Array.from({ length: constants }, (_, i) => i).filter((i) => gradientOf.get(i));
  const sequenceSources = Array.from({ length: sequences }, (_, i) => constants + carries + i).filter((i) =>
    gradientOf.get(i),
  );
  // The backward carry: cotangents of the carries, then sums for the constants.
  const { trace } = back;
  const sums = constantSources.map((i) => trace.parameter(body.parameters[i]!));
  const outputs = withTrace(trace, () => [
    ...carrySeeds.map((i) => {
      const gradient = gradientOf.get(constants + i);
      return gradient ?? trace.valueOf(p.zerosLike(body.outputs[i]!) as Tensor, 'gradient');
    }),
    ...constantSources.map((i, k) =>
      trace.valueOf(p.add(sums[k]!, trace.tensorOf(gradientOf.get(i)!)) as Tensor, 'gradient'),
    ),
    ...sequenceSources.map((i) => gradientOf.get(i)!),
  ]);
  const constantParameters = back.parameters.slice(0, constants);
  const order = [
    ...constantParameters,
    ...back.seeds.slice(0, carrySeeds.length),
    ...sums,
    ...back.savedParameters,
    ...back.parameters.slice(constants + carries),
    ...back.seeds.slice(carrySeeds.length),
  ].map((tensor) => tensor.graphValue!);
  // The body's own carry parameters are among the saved ones, so those of the trace are read by nobody.
  const graph = back.graph.withOutputs(outputs).withParameters(order);
  const carrySpecs = carrySeeds.map((i) => body.outputs[i]!);
  const initial = [
    ...carrySeeds.map((i, k) => cotangents[i] ?? (p.zerosLike(carrySpecs[k]!) as Tensor)),
    ...constantSources.map((i) => p.zerosLike(body.parameters[i]!) as Tensor),
  ];
  const xs = [...savedStacks, ...inputs.slice(constants + carries), ...resultSeeds.map((i) => cotangents[i]!)];
  const results = bindScan({ body: graph, length, reverse: !reverse, constants, carries: initial.length }, [
    ...inputs.slice(0, constants),
    ...initial,
    ...xs,
  ]);
  const gradients: (Value | null)[] = inputs.map(() => null);
  carrySeeds.forEach((i, k) => {
    gradients[constants + i] = results[k]!;
  });
  constantSources.forEach((i, k) => {
    gradients[i] = results[carrySeeds.length + k]!;
  });
  sequenceSources.forEach((i, k) => {
    gradients[i] = results[initial.length + k]!;
  });
  return gradients;
}

/** Said where shapes would grow: a program is made for shapes that are known. */
const FIXED_SHAPES =
  ' In tf.function shapes are fixed when it is traced, and shapeInvariants cannot open them: carry a tensor of the largest length with a count, or a tf.TensorArray with a size, or run the loop outside of tf.function, where shapes may change.';
const isGrowing = (value: Spec, before: Spec): boolean => value.dtype === before.dtype;

// ── while ───────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Applies `body` while `condition` holds. How many steps there will be is not known beforehand, so its gradient keeps none of their
 * values: it goes back step by step and computes each one's state again from the start. A loop with a bound is better a scan.
 */
export function whileLoop(
  condition: (values: Tensor[]) => Tensor,
  body: (values: Tensor[]) => readonly Tensor[],
  initial: readonly Tensor[],
): Tensor[] {
  const carry = initial.map(resolve);
  const specs = carry.map(specOf);
  const test = traceBody(specs, (values) => [condition(values)]);
  const step = traceBody(specs, body);
  if (test.assigned.length > 0)
    throw new StateError('whileLoop: the condition assigns a variable; do that in the body.');
  step.graph.outputs.forEach((value, i) => {
    if (value.dtype !== specs[i]!.dtype || !sameShape(value.dims, specs[i]!.dims)) {
      throw new ValueError(
        `whileLoop: loop variable ${i} enters as ${specs[i]!.dtype} ${showShape(specs[i]!.dims)} and leaves the body as ${value.dtype} ${showShape(value.dims)}; wanted the same shape and dtype.${isGrowing(value, specs[i]!) ? FIXED_SHAPES : ''}`,
      );
    }
  });
  // Constants: what the condition captured, then what the body did; assigned variables are carries.
  const moved = step.assigned.map((use) => step.captured[use.position]!);
  const isMoved = (i: number): boolean => step.assigned.some((use) => use.position === i);
  const constants = [...test.captured, ...step.captured.filter((_, i) => !isMoved(i))];
  const n = carry.length;
  const extend = (
    graph: Graph,
    own: Body,
    before: readonly Tensor[],
    after: readonly Tensor[],
    assignedHere: boolean,
  ): Graph => {
    const other = graph.withOutputs(
      assignedHere ? [...graph.outputs, ...own.assigned.map((use) => use.value)] : graph.outputs,
    );
    const place = (tensor: Tensor): GraphValue => other.addParameter(specOf(tensor));
    const captured = graph.parameters.slice(n);
    const list = [
      ...before.map(place),
      ...captured.filter((_, i) => !(assignedHere && isMoved(i))),
      ...after.map(place),
      ...graph.parameters.slice(0, n),
      ...(assignedHere ? own.assigned.map((use) => captured[use.position]!) : moved.map(place)),
    ];
    other.parameters.splice(0, other.parameters.length, ...list);
    return other;
  };
  const bodyConstants = step.captured.filter((_, i) => !isMoved(i));
  const params: WhileParams = {
    condition: extend(test.graph, test, [], bodyConstants, false),
    body: extend(step.graph, step, test.captured, [], true),
    constants: constants.length,
  };
  const outputs = bindWhile(params, [...constants, ...carry, ...moved]);
  step.assigned.forEach((use, i) => use.variable.set(outputs[n + i]!));
  return outputs.slice(0, n);
}

function bindWhile(params: WhileParams, inputs: readonly Tensor[]): Tensor[] {
  if (activeTapes().length === 0) return applyWhile(params, inputs);
  return recorded(whileApplication(params, inputs), params.body.outputs.length);
}
const applyWhile = (params: WhileParams, inputs: readonly Tensor[]): Tensor[] =>
  bind(primitive<WhileParams>('whileLoop'), inputs, params) as Tensor[];

const counter: Spec = { dims: [], dtype: 'int32' };
/** A loop that also counts its steps. */
function whileApplication(params: WhileParams, inputs: readonly Tensor[]): Recorded {
  const count = new Trace('closed');
  const parameters = params.body.parameters.map((parameter) => count.parameter(parameter));
  const steps = count.parameter(counter);
  const results = withTrace(count, () => {
    const values = replay(params.body, parameters);
    return [...params.body.outputs.map((value) => values.get(value) as Tensor), p.offset(steps, 1) as Tensor].map(
      (value) => count.valueOf(value, 'whileLoop'),
    );
  });
  const condition = params.condition.withOutputs(params.condition.outputs);
  condition.parameters.splice(0, condition.parameters.length, ...params.condition.parameters);
  condition.addParameter(counter);
  const counted: WhileParams = { ...params, condition, body: count.graph.withOutputs(results) };
  const outputs = withoutRecording(() => applyWhile(counted, [...inputs, p.full(0, counter) as Tensor]));
  return {
    inputs,
    outputs,
    vjp: (cotangents, needs) => whileGradient(params, inputs, outputs.at(-1)!, cotangents, needs),
  };
}

/** The gradient of a loop: another one, that counts the steps down. */
function whileGradient(
  { body, constants }: WhileParams,
  inputs: readonly Tensor[],
  steps: Tensor,
  cotangents: readonly (Value | null)[],
  needs: readonly boolean[],
): (Value | null)[] {
  const fixed = inputs.slice(0, constants);
  const initial = inputs.slice(constants);
  const carried = initial.map((_, i) => i).filter((i) => isDifferentiable(initial[i]!.dtype));
  const summed = fixed.map((_, i) => i).filter((i) => needs[i] && isDifferentiable(fixed[i]!.dtype));
  const zero = p.full(0, counter) as Tensor;
  const back = traceBackward(body, [], (i) => i >= constants || summed.includes(i), carried);
  const gradient = back.graph.withOutputs(back.found.flatMap((value) => value ?? []));
  const forward = (values: readonly Tensor[]): Tensor[] => {
    const found = replay(body, [...fixed, ...values]);
    return body.outputs.map((value) => found.get(value) as Tensor);
  };
  const stateBefore = (step: Tensor): Tensor[] =>
    whileLoop(
      ([i]) => p.compare('less', i!, step) as Tensor,
      ([i, ...values]) => [p.offset(i!, 1) as Tensor, ...forward(values)],
      [zero, ...initial],
    ).slice(1);
  const results = whileLoop(
    ([step]) => p.compare('greater', step!, p.full(0, counter)) as Tensor,
    ([step, ...rest]) => {
      const previous = p.offset(step!, -1) as Tensor;
      const values = replay(gradient, [...fixed, ...stateBefore(previous), ...rest.slice(0, carried.length)]);
      const found = (parameter: number): Tensor | null => {
        const place = back.found[back.sources.indexOf(body.parameters[parameter]!)];
        return place ? (values.get(place) as Tensor) : null;
      };
      const sums = summed.map((i, k) => {
        const [sum, part] = [rest[carried.length + k]!, found(i)];
        return (part ? p.add(sum, part) : sum) as Tensor;
      });
      return [previous, ...carried.map((i) => found(constants + i) ?? (p.zerosLike(initial[i]!) as Tensor)), ...sums];
    },
    [
      steps,
      ...carried.map((i) => (cotangents[i] ?? p.zerosLike(initial[i]!)) as Tensor),
      ...summed.map((i) => p.zerosLike(fixed[i]!) as Tensor),
    ],
  ).slice(1);
  const gradients: (Value | null)[] = inputs.map(() => null);
  carried.forEach((i, k) => {
    gradients[constants + i] = results[k]!;
  });
  summed.forEach((i, k) => {
    gradients[i] = results[carried.length + k]!;
  });
  return gradients;
}

// ── cond ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The results of one of two functions, which must give equal shapes and dtypes. */
export function cond(choice: Tensor, whenTrue: () => readonly Tensor[], whenFalse: () => readonly Tensor[]): Tensor[] {
  const [yes, no] = [traceBody([], whenTrue), traceBody([], whenFalse)];
  const variables = [...new Set([...yes.assigned, ...no.assigned].map((use) => use.variable))];
  const inputs = [...yes.captured, ...no.captured];
  const olds = variables.map((variable) => resolve(variable));
  const branch = (own: Body, before: readonly Tensor[], after: readonly Tensor[]): Graph => {
    const other = own.graph.withOutputs(own.graph.outputs);
    const place = (tensor: Tensor): GraphValue => other.addParameter(specOf(tensor));
    const list = [...before.map(place), ...own.graph.parameters, ...after.map(place)];
    const oldPlaces = olds.map(place);
    other.parameters.splice(0, other.parameters.length, ...list, ...oldPlaces);
    other.outputs = [
      ...own.graph.outputs,
      ...variables.map((variable, i) => own.assigned.find((use) => use.variable === variable)?.value ?? oldPlaces[i]!),
    ];
    return other;
  };
  const params: CondParams = { whenTrue: branch(yes, [], no.captured), whenFalse: branch(no, yes.captured, []) };
  const [a, b] = [params.whenTrue.outputs, params.whenFalse.outputs];
  if (
    a.length !== b.length ||
    a.some((value, i) => value.dtype !== b[i]!.dtype || !sameShape(value.dims, b[i]!.dims))
  ) {
    const show = (list: readonly GraphValue[]): string =>
      list.map((value) => `${value.dtype} ${showShape(value.dims)}`).join(', ');
    throw new ValueError(
      `cond: the branches give ${show(a)} and ${show(b)}; wanted the same shapes and dtypes from both. In tf.function shapes are fixed when it is traced: pad the smaller one, or choose outside of tf.function.`,
    );
  }
  const outputs = bindCond(params, resolve(choice), [...inputs, ...olds]);
  const results = outputs.length - variables.length;
  variables.forEach((variable, i) => variable.set(outputs[results + i]!));
  return outputs.slice(0, results);
}

function bindCond(params: CondParams, choice: Tensor, inputs: readonly Tensor[]): Tensor[] {
  if (activeTapes().length === 0) return applyCond(params, [choice, ...inputs]);
  return recorded(condApplication(params, [choice, ...inputs]), params.whenTrue.outputs.length);
}
const applyCond = (params: CondParams, inputs: readonly Tensor[]): Tensor[] =>
  bind(primitive<CondParams>('cond'), inputs, params) as Tensor[];

function condApplication(params: CondParams, all: readonly Tensor[]): Recorded {
  const [choice, ...inputs] = all as readonly [Tensor, ...Tensor[]];
  const outputs = withoutRecording(() => applyCond(params, all));
  return {
    inputs,
    outputs,
    vjp: (cotangents, needs) => {
      const seeded = outputs.map((_, i) => i).filter((i) => cotangents[i]);
      const wanted = inputs.map((_, i) => i).filter((i) => needs[i]);
      const gradient = (graph: Graph): Graph => {
        const back = traceBackward(graph, [], (i) => needs[i]!, seeded);
        const found = new Map(back.sources.map((source, i) => [graph.parameters.indexOf(source), back.found[i]]));
        const outs = withTrace(back.trace, () =>
          wanted.map((i) => found.get(i) ?? back.trace.valueOf(p.zerosLike(inputs[i]!) as Tensor, 'gradient')),
        );
        return back.graph.withOutputs(outs);
      };
      const results = bindCond({ whenTrue: gradient(params.whenTrue), whenFalse: gradient(params.whenFalse) }, choice, [
        ...inputs,
        ...seeded.map((i) => cotangents[i] as Tensor),
      ]);
      const gradients: (Value | null)[] = inputs.map(() => null);
      wanted.forEach((i, k) => {
        gradients[i] = results[k]!;
      });
      return gradients;
    },
  };
}
