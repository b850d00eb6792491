// scan: a body applied along the first axis of its inputs, carrying values from step to step.
// Owns: the rule and the reference. Its gradient is another scan, whose body must be traced: src/runtime/control.ts
// records it. Inputs: constants, first carries, sequences. The body's parameters: constants, carries, one element of each
// sequence; its outputs: new carries, then one element of each result. Outputs: last carries, stacked results.
import { type Data, dtypes } from '../../base/dtype.ts';
import { ShapeError } from '../../base/errors.ts';
import { sameShape, showShape, sizeOf } from '../../base/shape.ts';
import { runGraph } from '../../graph/evaluate-graph.ts';
import type { Graph } from '../../graph/graph.ts';
import type { ControlPrimitive } from '../../graph/primitive.ts';

export type ScanParams = {
  readonly body: Graph;
  readonly length: number;
  readonly reverse: boolean;
  readonly constants: number;
  readonly carries: number;
  /** Made by the compiler, so that what a step makes stays in cache: nothing is moved out of the steps. */
  readonly tiled?: boolean;
};

const row = (data: Data, index: number, size: number, lanes: number): Data => {
  const from = index * size * lanes;
  return Array.isArray(data) ? data.slice(from, from + size) : data.slice(from, from + size * lanes);
};

export const scan: ControlPrimitive<ScanParams> = {
  name: 'scan',
  kind: 'control',
  control: 'scan',
  infer: (inputs, { body, length, constants, carries }) => {
    for (let i = 0; i < carries; i++) {
      const [given, result] = [inputs[constants + i]!, body.outputs[i]!];
      if (given.dtype !== result.dtype || !sameShape(given.dims, result.dims)) {
        throw new ShapeError(
          `scan: carry ${i} enters as ${given.dtype} ${showShape(given.dims)} and leaves the body as ${result.dtype} ${showShape(result.dims)}; wanted the same shape and dtype.`,
        );
      }
    }
    return body.outputs.map(({ dims, dtype }, i) => ({ dims: i < carries ? dims : [length, ...dims], dtype }));
  },
  evaluate: (inputs, { body, length, reverse, constants, carries }, outputs) => {
    const fixed = inputs.slice(0, constants).map((input) => input.data);
    let carry = inputs.slice(constants, constants + carries).map((input) => input.data);
    const sequences = inputs.slice(constants + carries);
    for (let step = 0; step < length; step++) {
      const at = reverse ? length - 1 - step : step;
      const elements = sequences.map((sequence) =>
        row(sequence.data, at, sizeOf(sequence.dims.slice(1)), dtypes[sequence.dtype].lanes),
      );
      const results = runGraph(body, [...fixed, ...carry, ...elements]);
      carry = results.slice(0, carries);
      results.slice(carries).forEach((result, i) => {
        const target = outputs[carries + i]!.data;
        for (let k = 0; k < result.length; k++)
          (target as Float64Array)[at * result.length + k] = (result as Float64Array)[k]!;
      });
    }
    carry.forEach((data, i) => {
      for (let k = 0; k < data.length; k++) (outputs[i]!.data as Float64Array)[k] = (data as Float64Array)[k]!;
    });
  },
  vjp: null,
  samples: () => [],
};
