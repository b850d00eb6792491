// Statements of the loop IR: stores, updates, named values, branches, and the dispatch to loops and reductions.
// Owns: emitting bodies. Loops stand in loops.ts, reductions in reductions.ts.
import { type Accumulator, type Expr, type Local, load, type Statement } from '../../../compiler/loop-ir.ts';
import { pushAddress } from './address.ts';
import { affineOf } from './affine.ts';
import { effectsOf } from './analysis.ts';
import type { KernelContext } from './context.ts';
import { flushScalar, mayBeSubnormal } from './flush.ts';
import { withTemporary } from './lanes.ts';
import { pushScalar, scalarLoad, scalarStore, scalarType } from './scalar.ts';
import { scalarOperators } from './scalar-operators.ts';
import { storeVector } from './vector-load.ts';

/** Emits loops and reductions; given by kernel.ts, so that the files need not import each other. */
export interface LoopEmitter {
  loop(k: KernelContext, statement: Extract<Statement, { kind: 'loop' }>): void;
  reduce(k: KernelContext, statement: Extract<Statement, { kind: 'reduce' }>): void;
}

export function emitBody(k: KernelContext, body: readonly Statement[], loops: LoopEmitter): void {
  for (const statement of body) {
    switch (statement.kind) {
      case 'loop':
        loops.loop(k, statement);
        break;
      case 'reduce':
        loops.reduce(k, statement);
        break;
      case 'set':
        setLocal(k, statement.local, statement.value);
        break;
      case 'store':
        store(k, statement.buffer, statement.index, statement.value);
        break;
      case 'update':
        update(k, statement);
        break;
      case 'if': {
        const parent = k.code;
        const condition = k.allocate('i32', k.depth);
        pushScalar(k, statement.condition, k.depth);
        parent.set(condition);
        k.open('branch', effectsOf(statement.body));
        emitBody(k, statement.body, loops);
        // The branch begins after what its body hoists into this scope.
        const content = k.close();
        parent.get(condition).if().append(content).end();
        break;
      }
    }
  }
}

/** The WebAssembly locals of a named value, made at its first definition. */
export function placeOf(k: KernelContext, local: Local): readonly number[] {
  const known = k.places.get(local);
  if (known) return 'scalar' in known ? [known.scalar] : known.units;
  if (k.vector?.varying.has(local)) {
    const units = Array.from({ length: k.units(local.type) }, () => k.allocate('v128', k.depth));
    k.places.set(local, { units, depth: k.depth });
    return units;
  }
  const scalar = k.allocate(scalarType(local.type), k.depth);
  k.places.set(local, { scalar, depth: k.depth });
  return [scalar];
}

function setLocal(k: KernelContext, local: Local, value: Expr): void {
  const places = placeOf(k, local);
  if (k.vector?.varying.has(local)) {
    // All units first: a later one may read what an earlier one replaces.
    for (let unit = 0; unit < places.length; unit++) k.emit.vector(value, unit, k.depth);
    for (let unit = places.length - 1; unit >= 0; unit--) k.code.set(places[unit]!);
  } else {
    k.emit.scalar(value, k.depth);
    k.code.set(places[0]!);
  }
  k.forget(new Set([local]));
}

function store(k: KernelContext, buffer: number, index: Expr, value: Expr): void {
  if (k.vector) {
    storeVector(k, buffer, index, value, k.depth);
    return;
  }
  const { storage } = k.kernel.buffers[buffer]!;
  const offset = pushAddress(k, buffer, storage, affineOf(index), 0, k.depth);
  k.emit.scalar(value, k.depth);
  if (storage === 'f32' && mayBeSubnormal(value)) withTemporary(k, 'f32', k.depth, (x) => flushScalar(k.code, x));
  k.code.memory(scalarStore[storage]!, offset);
}

function update(k: KernelContext, statement: Extract<Statement, { kind: 'update' }>): void {
  const { buffer, index, combine, signed, value } = statement;
  const { storage } = k.kernel.buffers[buffer]!;
  if (k.vector) {
    // Lanes have elements of their own: read, combine, write back.
    const old = load(storage, buffer, index);
    const sum: Expr = { op: 'binary', type: value.type, fn: combine, signed, a: old, b: value };
    storeVector(k, buffer, index, sum, k.depth);
    return;
  }
  const offset = pushAddress(k, buffer, storage, affineOf(index), 0, k.depth);
  withTemporary(k, 'i32', k.depth, (address) => {
    k.code.tee(address).get(address).memory(scalarLoad[storage]!, offset);
    k.emit.scalar(value, k.depth);
    scalarOperators.binary(k, combine, value.type, signed, k.depth);
    k.code.memory(scalarStore[storage]!, offset);
  });
}

/** Which named values vary over the lanes of a loop with this body: those computed from its index or from one another. */
export function varyingLocals(k: KernelContext, body: readonly Statement[], seed: (e: Expr) => boolean): Set<Local> {
  const varying = new Set<Local>();
  const definitions: (readonly [Local, Expr])[] = [];
  const visit = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      if (statement.kind === 'set') definitions.push([statement.local, statement.value]);
      else if (statement.kind === 'reduce') {
        for (const { local, value } of statement.accumulators as readonly Accumulator[])
          definitions.push([local, value]);
      } else if (statement.kind === 'loop' || statement.kind === 'if') visit(statement.body);
    }
  };
  visit(body);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [local, value] of definitions) {
      if (varying.has(local)) continue;
      if (seed(value) || k.analysis.info(value).locals.some((other) => varying.has(other))) {
        varying.add(local);
        changed = true;
      }
    }
  }
  return varying;
}
