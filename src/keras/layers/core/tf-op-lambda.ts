// TFOpLambda and SlicingOpLambda: calls of TensorFlow's functions in functional models that Keras 2 wrote.
// Owns: which function here a path of TensorFlow's names, and its keyword arguments. Made by reading files; in new models ops
// on symbolic tensors are nodes of their own.

import { type Class, callable } from '../../../base/callable.ts';
import { show, ValueError } from '../../../base/errors.ts';
import { isRecord } from '../../../base/record.ts';
import { opNamed } from '../../../ops/core/define.ts';
import { getStaticValue } from '../../../ops/scopes.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { CallOptions, Structure } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

/** Functions whose last name here is another than TensorFlow's. */
const RENAMED: Readonly<Record<string, string>> = {
  floor_div: 'floordiv',
  truediv: 'divide',
  realdiv: 'divide',
  getitem: 'getItem',
  to_float: 'cast',
  batch_matmul: 'matmul',
  swish: 'silu',
};
/** Arguments that mean nothing here, or stand for the default. */
const WITHOUT_MEANING = new Set(['name', 'validate_indices', 'use_cudnn_on_gpu', 'bad_indices_policy', 'conjugate']);
/** Second operands that Keras 2 wrote by name. */
const OPERANDS = ['y', 'b'];
const NAMED_OPERANDS = new Set(['where', 'clipByValue']);

function functionOf(path: string, layer: string): { name: string; f: (...args: unknown[]) => unknown } {
  const last = path.split('.').at(-1)!;
  const name = RENAMED[last] ?? o.camelCase(last);
  const f = opNamed(name);
  if (f) return { name, f };
  throw new ValueError(
    `layer '${layer}': the file calls TensorFlow's function ${show(path)}, which cornu has none for. Replace it in the model by a layer.`,
  );
}

const options = layerSchema('TFOpLambda', { function: o.required(o.string) }, { positional: ['function'] });
export interface TFOpLambdaOptions extends LayerOptionsOf<typeof options> {}
type Args = [f: string, options?: TFOpLambdaOptions] | [options: TFOpLambdaOptions & { function: string }];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class TFOpLambdaLayer extends LayerBase<Structure> {
  static override readonly schema: o.SchemaLike = options;
  constructor(...args: Args) {
    super(options, args);
    functionOf(this.function, this.name);
  }
  /** Constants and dtypes stay as they are. */
  protected override convertInputs(inputs: unknown): unknown {
    return inputs;
  }
  override run(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): unknown {
    return this.invoke(args[0] as Tensor, { arguments: args.slice(1), ...kwargs } as CallOptions);
  }
  override call(inputs: Structure, given: CallOptions = {}): Structure {
    const { training: _, mask: __, arguments: more = [], ...rest } = given as Record<string, unknown>;
    const { name, f } = functionOf(this.function, this.name);
    const args: unknown[] = [inputs, ...(more as unknown[])];
    const named: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(rest)) {
      if (value === null || value === undefined || WITHOUT_MEANING.has(o.snakeCase(key))) continue;
      if (value === false && /^(adjoint|aIsSparse|bIsSparse)/.test(key)) continue;
      if (OPERANDS.includes(key) && !NAMED_OPERANDS.has(name)) args.push(value);
      else named[key] = value;
    }
    return f(...args, ...(Object.keys(named).length > 0 ? [named] : [])) as Structure;
  }
}
interface TFOpLambdaLayer extends LayerValues<typeof options> {}
export interface TFOpLambda extends TFOpLambdaLayer {}
/** A call of one of TensorFlow's functions, by its path: `math.multiply`. */
export const TFOpLambda: Class<Args, TFOpLambda> = callable(TFOpLambdaLayer, 'TFOpLambda');

/** One part of an index, as Keras 2 wrote it. */
function indexPart(part: unknown): unknown {
  if (!isRecord(part)) return part;
  if (part.class_name === '__ellipsis__') return '...';
  const bound = (value: unknown): string => {
    if (value === null || value === undefined) return '';
    if (typeof value === 'number') return String(value);
    // A bound that the model computes, from shapes: known where it runs.
    return String(getStaticValue(value as Tensor));
  };
  return `${bound(part.start)}:${bound(part.stop)}${part.step === null || part.step === undefined ? '' : `:${bound(part.step)}`}`;
}
class SlicingOpLambdaLayer extends TFOpLambdaLayer {
  override call(inputs: Structure, given: CallOptions = {}): Structure {
    const { sliceSpec: spec } = given as { readonly sliceSpec?: unknown };
    const parts = Array.isArray(spec) ? spec : [spec];
    return opNamed('getItem')!(inputs, ...parts.map(indexPart)) as Structure;
  }
}
export interface SlicingOpLambda extends SlicingOpLambdaLayer {}
/** A slice of a tensor. */
export const SlicingOpLambda: Class<Args, SlicingOpLambda> = callable(SlicingOpLambdaLayer, 'SlicingOpLambda');
