// ONNX's own operator cases (test/fixtures/make_onnx_nodes.py chooses them; `npm run interop:onnx-cases` runs all there are).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runOnnxCase } from '../../../test/support/onnx-cases.ts';

interface Stored {
  readonly name: string;
  readonly model: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly rtol: number;
  readonly atol: number;
}
const path = fileURLToPath(new URL('../../../test/fixtures/onnx_nodes.json', import.meta.url));
const cases = JSON.parse(readFileSync(path, 'utf8')) as Stored[];
const bytes = (text: string): Uint8Array => Buffer.from(text, 'base64');

describe('operators of ONNX files', () => {
  it.each(cases)('$name', ({ model, inputs, outputs, ...rest }) => {
    expect(runOnnxCase({ ...rest, model: bytes(model), inputs: inputs.map(bytes), outputs: outputs.map(bytes) })).toBe(
      null,
    );
  });
});
