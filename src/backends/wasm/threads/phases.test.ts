// Where threads wait in loops: not at all where each keeps to rows of its own, and where they must as soon as one row needs another.
import { describe, expect, it } from 'vitest';
import type { LoopKernel } from '../../../compiler/loop-ir.ts';
import type { Step } from '../../backend.ts';
import { type Divisible, type Phase, planPhases } from './phases.ts';

const i = { name: 'i', extent: 1024 };
const kernel: LoopKernel = {
  kind: 'loops',
  buffers: [
    { storage: 'f32', access: 'read' },
    { storage: 'f32', access: 'write' },
  ],
  outer: i,
  serial: false,
  body: [],
};
/** carry → next, through a place between, 100 times; the two kernels are cut into 1,024 and 64 pieces. */
function phasesOf(footprints: readonly (readonly (number | undefined)[])[]): readonly Phase[] {
  const step = (number: number, from: number, to: number): Step => ({
    kind: 'kernel',
    kernel: number,
    slots: [from, to],
  });
  const loop: Step = { kind: 'repeat', count: 100, body: [step(0, 0, 2), step(1, 2, 1)], advance: [], swap: [[0, 1]] };
  const places = [
    [0, 8192],
    [0, 8192],
    [8192, 12288],
  ].map(([from, to]) => ({ region: 0, ranges: [[from!, to!] as const] }));
  const calls: Divisible[][] = [
    [{ extent: 1024, grain: 1, cost: 2000, footprint: footprints[0] }],
    [{ extent: 1024, grain: 16, cost: 2000, footprint: footprints[1] }],
  ];
  return planPhases({ slotCount: 3, kernels: [kernel, kernel], steps: [loop], places }, calls).phases;
}

describe('phases of a loop', () => {
  it('has no barrier inside where all kernels keep to the same rows', () => {
    const [loop, end] = phasesOf([
      [4, 4],
      [4, 4],
    ]);
    expect(end?.kind).toBe('barrier');
    if (loop?.kind !== 'repeat') throw new Error('wanted a loop');
    const grains = loop.body.map((phase) => (phase.kind === 'call' ? phase.grain : phase.kind));
    expect(grains).toEqual([16, 16]);
  });

  it.each([
    {
      name: 'reads all rows of the carry',
      footprints: [
        [undefined, 4],
        [4, 4],
      ],
    },
    {
      name: 'reads all rows of what lies between',
      footprints: [
        [4, 4],
        [undefined, 4],
      ],
    },
    {
      name: 'writes other rows than are read',
      footprints: [
        [4, 8],
        [4, 4],
      ],
    },
  ])('is left to one thread, or has barriers, where a kernel $name', ({ footprints }) => {
    const text = JSON.stringify(phasesOf(footprints));
    expect(text).toMatch(/"kind":"(alone|barrier)".*"kind":"repeat"|"kind":"repeat".*"body":\[.*"kind":"barrier"/);
    expect(text).not.toContain('"grain"');
  });
});

describe('calls that go over what the call before them wrote', () => {
  /** A product in 40 pieces of 61,440 bytes; a kernel of 120 that reads its result; another that reads it too. */
  const chainsOf = (footprint: readonly (number | undefined)[], slots: readonly [number, number] = [1, 2]) => {
    const call = (number: number, from: number, to: number): Step => ({
      kind: 'kernel',
      kernel: number,
      slots: [from, to],
    });
    const calls: Divisible[][] = [
      [{ extent: 40, grain: 1, cost: 1e6, footprint: [undefined, 61440] }],
      [{ extent: 120, grain: 1, cost: 1e6, footprint }],
    ];
    const places = [0, 1, 2, 3].map((n) => ({ region: 0, ranges: [[n << 22, (n + 1) << 22] as const] }));
    const steps = [call(0, 0, 1), call(1, ...slots), call(1, 1, 3)];
    const { phases } = planPhases({ slotCount: 4, kernels: [kernel, kernel], steps, places }, calls);
    return phases.map((phase) =>
      phase.kind === 'call' ? (phase.chain?.links.map(({ ratio }) => ratio) ?? []) : phase.kind,
    );
  };

  it('are links of it where they read the same pieces in the same order', () => {
    expect(chainsOf([20480, undefined])).toEqual([[3, 3], 'barrier']);
  });

  it('wait where they read anything else of it, or write what it reads', () => {
    expect(chainsOf([undefined, undefined])).toEqual([[], 'barrier', [], [], 'barrier']);
    expect(chainsOf([30720, undefined])).toEqual([[], 'barrier', [], [], 'barrier']);
    expect(chainsOf([20480, undefined], [1, 0])).toEqual([[], 'barrier', [], [], 'barrier']);
  });
});
