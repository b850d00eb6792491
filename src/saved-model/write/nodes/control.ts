// Control flow in TensorFlow: branches, loops and scans.
// Owns: the functions of inner graphs, which take the open sizes along; rows of a scan as lists of tensors.
import type { DType } from '../../../base/dtype.ts';
import { type GraphValue, type Node, paramsOf } from '../../../graph/graph.ts';
import type { ScanParams } from '../../../primitives/control/scan.ts';
import type { WhileParams } from '../../../primitives/control/while-loop.ts';
import { type GraphTranslation, type NodeTable, T } from '../graph-translation.ts';
import { type Attributes, attribute, FunctionWriter, type Reference } from '../graph-writer.ts';
import { constantOf } from '../sizes.ts';
import type { GraphFamily } from '../trace-sizes.ts';

/** An inner graph in a function of its own; the open sizes are passed along, before its arguments. */
function innerFunction(
  w: GraphTranslation,
  writer: FunctionWriter,
  family: GraphFamily,
  types: readonly DType[],
): { translation: GraphTranslation; args: Reference[] } {
  takeSizes(w, writer);
  const args = types.map((dtype, i) => writer.argument(`arg_${i}`, dtype));
  return { translation: w.inner(writer, family), args };
}
function takeSizes(w: GraphTranslation, writer: FunctionWriter): void {
  for (let i = 0; i < w.writer.openSizes.length; i++) writer.openSizes.push(writer.argument(`size_${i}`, 'int32'));
}
function cond(w: GraphTranslation, node: Node): Reference[] {
  const [choice, ...inputs] = node.inputs;
  const write = (name: string): string => {
    const family = w.family.inner(node, name);
    const writer = new FunctionWriter(w.library.newName(`cond_${name}`));
    const types = inputs.map(({ dtype }) => dtype);
    const { translation, args } = innerFunction(w, writer, family, types);
    family.first.parameters.forEach((parameter, i) => void translation.bind(parameter, args[i]!));
    translation.run(family.first);
    const results = family.first.outputs.map((output, i) => ({
      name: `result_${i}`,
      dtype: output.dtype,
      from: translation.of(output),
    }));
    w.library.functions.push(writer.finish(results));
    return writer.name;
  };
  const types = [...w.writer.openSizes.map((): DType => 'int32'), ...inputs.map(({ dtype }) => dtype)];
  const call = w.writer.add(
    'StatelessIf',
    [w.of(choice!), ...w.writer.openSizes, ...inputs.map((input) => w.of(input))],
    {
      Tcond: attribute.type('bool'),
      Tin: attribute.types(types),
      Tout: attribute.types(node.outputs.map(({ dtype }) => dtype)),
      then_branch: attribute.f(write('whenTrue')),
      else_branch: attribute.f(write('whenFalse')),
    },
  );
  return node.outputs.map((_, i) => call.output(i));
}

type LoopType = DType | 'variant';
// TensorFlow's gradient of a loop takes the loop's first variable as the number of steps that it made and the second as the most that it may
// make (-1: any number), whatever they are: every loop here begins with these two.
const loopTypes = (types: readonly LoopType[]): Attributes => ({
  T: { list: { type: types.map((dtype) => (dtype === 'variant' ? 21 : attribute.type(dtype).type!)) } },
});
function whileLoop(w: GraphTranslation, node: Node): Reference[] {
  const { constants } = paramsOf<WhileParams>(node);
  const types = node.inputs.map(({ dtype }) => dtype);
  const sizes = w.writer.openSizes;
  const write = (name: 'condition' | 'body'): string => {
    const family = w.family.inner(node, name);
    const writer = new FunctionWriter(w.library.newName(`while_${name}`));
    const count = writer.argument('count', 'int32');
    const limit = writer.argument('limit', 'int32');
    const { translation, args } = innerFunction(w, writer, family, types);
    family.first.parameters.forEach((parameter, i) => void translation.bind(parameter, args[i]!));
    translation.run(family.first);
    const outputs = family.first.outputs.map((output) => ({ dtype: output.dtype, from: translation.of(output) }));
    const results =
      name === 'condition'
        ? outputs
        : [
            { dtype: 'int32' as const, from: writer.one('AddV2', [count, writer.integer(1)], T('int32')) },
            { dtype: 'int32' as const, from: limit },
            ...writer.openSizes.map((from): { dtype: DType; from: Reference } => ({ dtype: 'int32', from })),
            ...args.slice(0, constants).map((from, i) => ({ dtype: types[i]!, from })),
            ...outputs,
          ];
    w.library.functions.push(writer.finish(results.map((result, i) => ({ name: `result_${i}`, ...result }))));
    return writer.name;
  };
  const all: LoopType[] = ['int32', 'int32', ...sizes.map((): DType => 'int32'), ...types];
  const begin = [w.writer.integer(0), w.writer.integer(-1), ...sizes];
  const loop = w.writer.add('StatelessWhile', [...begin, ...node.inputs.map((input) => w.of(input))], {
    ...loopTypes(all),
    cond: attribute.f(write('condition')),
    body: attribute.f(write('body')),
  });
  return node.outputs.map((_, i) => loop.output(begin.length + constants + i));
}

/** A loop over the steps: takes one row of each sequence, puts one row into each list of results. */
function scan(w: GraphTranslation, node: Node): Reference[] {
  const { constants, carries, reverse } = paramsOf<ScanParams>(node);
  const length = w.family.number(node, 'length');
  const family = w.family.inner(node, 'body');
  const body = family.first;
  const results = body.outputs.slice(carries);
  const sizes = w.writer.openSizes;
  const inputs = node.inputs.map(({ dtype }) => dtype);
  const element = (writer: FunctionWriter, value: GraphValue): Reference =>
    writer.integers(family.dims(value).map((size) => constantOf(size) ?? -1));
  // Loop variables: step, length, sizes, inputs, lists.
  const own: LoopType[] = [...inputs, ...results.map((): LoopType => 'variant')];
  const types: LoopType[] = ['int32', 'int32', ...sizes.map((): DType => 'int32'), ...own];
  const begin = (base: string): { writer: FunctionWriter; step: Reference; total: Reference; args: Reference[] } => {
    const writer = new FunctionWriter(w.library.newName(base));
    const [step, total] = [writer.argument('step', 'int32'), writer.argument('length', 'int32')];
    takeSizes(w, writer);
    return { writer, step, total, args: own.map((dtype, i) => writer.argument(`arg_${i}`, dtype)) };
  };
  const condition = begin('scan_condition');
  const more = condition.writer.one('Less', [condition.step, condition.total], T('int32'));
  w.library.functions.push(condition.writer.finish([{ name: 'result_0', dtype: 'bool', from: more }]));
  const { writer, step, total, args } = begin('scan_body');
  const at = reverse
    ? writer.one('Sub', [writer.one('Sub', [total, writer.integer(1)], T('int32')), step], T('int32'))
    : step;
  const given = args.slice(0, inputs.length);
  const lists = args.slice(inputs.length);
  const translation = w.inner(writer, family);
  body.parameters.forEach((parameter, i) => {
    const row =
      i < constants + carries
        ? given[i]!
        : writer.one('GatherV2', [given[i]!, at, writer.integer(0)], {
            Tparams: attribute.type(parameter.dtype),
            Tindices: attribute.type('int32'),
            Taxis: attribute.type('int32'),
          });
    translation.bind(parameter, row);
  });
  translation.run(body);
  const after = lists.map((list, i) =>
    writer.one('TensorListSetItem', [list, at, translation.of(results[i]!)], {
      element_dtype: attribute.type(results[i]!.dtype),
    }),
  );
  const kept: { dtype: LoopType; from: Reference }[] = [
    { dtype: 'int32', from: writer.one('AddV2', [step, writer.integer(1)], T('int32')) },
    { dtype: 'int32', from: total },
    ...writer.openSizes.map((from): { dtype: LoopType; from: Reference } => ({ dtype: 'int32', from })),
    ...given.map((from, i): { dtype: LoopType; from: Reference } => {
      const carry = i - constants;
      return { dtype: inputs[i]!, from: carry >= 0 && carry < carries ? translation.of(body.outputs[carry]!) : from };
    }),
    ...after.map((from): { dtype: LoopType; from: Reference } => ({ dtype: 'variant', from })),
  ];
  w.library.functions.push(writer.finish(kept.map((result, i) => ({ name: `result_${i}`, ...result }))));
  const count = w.writer.size(length);
  const reserved = results.map((result) =>
    w.writer.one('TensorListReserve', [element(w.writer, result), count], {
      element_dtype: attribute.type(result.dtype),
      shape_type: attribute.type('int32'),
    }),
  );
  const loop = w.writer.add(
    'StatelessWhile',
    [w.writer.integer(0), count, ...sizes, ...node.inputs.map((input) => w.of(input)), ...reserved],
    {
      ...loopTypes(types),
      cond: attribute.f(condition.writer.name),
      body: attribute.f(writer.name),
    },
  );
  const first = sizes.length + 2;
  return node.outputs.map((_, i) => {
    if (i < carries) return loop.output(first + constants + i);
    const result = results[i - carries]!;
    const list = loop.output(first + inputs.length + i - carries);
    return w.writer.one('TensorListStack', [list, element(w.writer, result)], {
      element_dtype: attribute.type(result.dtype),
      num_elements: attribute.int(constantOf(length) ?? -1),
    });
  });
}

export const control: NodeTable = {
  cond,
  whileLoop,
  scan,
};
