// ONNX's own operator cases (test/fixtures/make_onnx_nodes.py writes them).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { DType } from '../../base/dtype.ts';
import { OnnxModel } from '../../formats/onnx/onnx-proto.ts';
import * as tf from '../../index.ts';
import { functionKey, Names, runGraph } from './interpreter.ts';

interface Case {
  readonly name: string;
  readonly model: string;
  readonly inputs: readonly Stored[];
  readonly outputs: readonly Stored[];
}
interface Stored {
  readonly shape: number[];
  readonly dtype: DType;
  readonly data: readonly (number | boolean | string | null)[];
}
const path = fileURLToPath(new URL('../../../test/fixtures/onnx_nodes.json', import.meta.url));
const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[];
const number = (value: Stored['data'][number]): number => (value === null ? Number.NaN : Number(value));
// The case's own numbers were rounded.
const inexact = new Set(['test_averagepool_2d_ceil_last_window_starts_on_pad']);

function tensorOf({ shape, dtype, data }: Stored): tf.Tensor {
  const wide = tf.constant(data.map(number), { dtype: 'float64' });
  const flat = dtype.endsWith('int64') ? tf.constant(BigInt64Array.from(data as number[], BigInt)) : wide;
  return tf.reshape(tf.cast(flat, dtype), shape);
}

describe('operators of ONNX files', () => {
  it.each(cases)('$name', ({ name, model, inputs, outputs }) => {
    const { graph, opsetImport, functions } = OnnxModel.decode(Buffer.from(model, 'base64'), name);
    const program = {
      file: name,
      opset: opsetImport.find(({ domain }) => domain === '')?.version ?? 1,
      functions: new Map(functions.map((each) => [functionKey(each.domain, each.name), each])),
    };
    const given = new Map(graph!.input.map((input, i) => [input.name, tensorOf(inputs[i]!)]));
    const results = runGraph(graph!, given, new Names(), program, false);
    outputs.forEach((wanted, i) => {
      const found = results[i]!;
      expect([found.dtype, found.shape]).toEqual([wanted.dtype, wanted.shape]);
      const tolerance = wanted.dtype === 'float16' ? 2e-3 : inexact.has(name) ? 1e-4 : 2e-5;
      Array.from(found.elements as ArrayLike<number | bigint>, Number).forEach((value, k) => {
        const right = number(wanted.data[k]!);
        if (Object.is(value, right) || value === right) return;
        expect(Math.abs(value - right), `element ${k}: ${value}, wanted ${right}`).toBeLessThanOrEqual(
          tolerance * Math.max(1, Math.abs(right)),
        );
      });
    });
  });
});
