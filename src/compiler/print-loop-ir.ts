// Loop IR as text, for people and as a key: kernels with the same structure print the same text.
// Owns: the notation. Loops are named i0, i1, …, locals v0, v1, …, shared expressions t0, t1, … in order of appearance.
import {
  childrenOf,
  type Expr,
  type Kernel,
  type Local,
  type LoopIndex,
  type LoopKernel,
  registerOf,
  rootsOf,
  type Statement,
} from './loop-ir.ts';

/** The text of a kernel, many lines. */
export function describeKernel(kernel: Kernel): string {
  switch (kernel.kind) {
    case 'loops':
      return describeLoops(kernel);
    case 'contract': {
      const layout = (name: 'a' | 'b' | 'c') => {
        const { batchStride, rowStride, columnStride } = kernel[name];
        return `${name}[${batchStride}, ${rowStride}, ${columnStride}]`;
      };
      return `contract batch ${kernel.batch} m ${kernel.m} n ${kernel.n} k ${kernel.k} ${layout('a')} ${layout('b')} ${layout('c')}`;
    }
    case 'philox':
      return `philox ${kernel.count}`;
    case 'sequence': {
      const uses = kernel.buffers.map(
        ({ storage, access, inPlace }) => `${storage} ${access}${inPlace ? ' in place' : ''}`,
      );
      const parts = kernel.parts.map((part) => `of ${part.buffers.join()}\n${describeLoops(part.kernel)}`);
      return `sequence [${uses.join()}] around ${kernel.between} ${JSON.stringify(kernel.pooling)}\n${parts.join('\n')}`;
    }
  }
}

function describeLoops(kernel: LoopKernel): string {
  const uses = new Map<Expr, number>();
  const count = (e: Expr): void => {
    const known = uses.get(e) ?? 0;
    uses.set(e, known + 1);
    if (known === 0) childrenOf(e).forEach(count);
  };
  const countAll = (body: readonly Statement[]): void => {
    for (const statement of body) {
      rootsOf(statement).forEach(count);
      if (statement.kind === 'loop' || statement.kind === 'if') countAll(statement.body);
    }
  };
  countAll(kernel.body);

  const loops = new Map<LoopIndex, string>();
  const locals = new Map<Local, string>();
  const names = new Map<Expr, string>();
  const lines: string[] = [];
  const loopName = (loop: LoopIndex) => {
    if (!loops.has(loop)) loops.set(loop, `i${loops.size}`);
    return loops.get(loop)!;
  };
  const localName = (local: Local) => {
    if (!locals.has(local)) locals.set(local, `v${locals.size}:${local.type}`);
    return locals.get(local)!;
  };
  const text = (e: Expr, indent: string): string => {
    if (e.op === 'const') {
      const value = typeof e.value === 'number' && Object.is(e.value, -0) ? '-0' : String(e.value);
      return e.type === 'i32' ? value : `${value}:${e.type}`;
    }
    if (e.op === 'index') return loopName(e.loop);
    if (e.op === 'local') return localName(e.local);
    const named = names.get(e);
    if (named !== undefined) return named;
    const body = expression(e, indent);
    if (uses.get(e)! < 2) return body;
    const name = `t${names.size}`;
    names.set(e, name);
    lines.push(`${indent}${name} = ${body}`);
    return name;
  };
  const expression = (e: Expr, indent: string): string => {
    const sub = (child: Expr) => text(child, indent);
    switch (e.op) {
      case 'load': {
        const guard = e.guard ? ` if ${sub(e.guard)} else ${sub(e.otherwise!)}` : '';
        return `b${e.buffer}[${sub(e.index)}${guard}]`;
      }
      case 'unary':
        return `${e.fn}.${e.type}(${sub(e.a)})`;
      case 'binary':
        return `${e.fn}.${e.type}${e.signed ? '' : '.u'}(${sub(e.a)}, ${sub(e.b)})`;
      case 'compare':
        return `${e.fn}.${e.a.type}${e.signed ? '' : '.u'}(${sub(e.a)}, ${sub(e.b)})`;
      case 'multiplyAdd':
        return `multiplyAdd.${e.type}(${sub(e.a)}, ${sub(e.b)}, ${sub(e.c)})`;
      case 'select':
        return `select(${sub(e.condition)}, ${sub(e.a)}, ${sub(e.b)})`;
      case 'convert':
        return `${e.type}${e.signed ? '' : '.u'}(${sub(e.a)})`;
      case 'bitcast':
        return `bits.${e.type}(${sub(e.a)})`;
      default:
        return '';
    }
  };
  const print = (body: readonly Statement[], indent: string): void => {
    for (const statement of body) {
      switch (statement.kind) {
        case 'loop':
          lines.push(`${indent}for ${loopName(statement.loop)} < ${statement.loop.extent}`);
          print(statement.body, `${indent}  `);
          break;
        case 'reduce': {
          lines.push(
            `${indent}reduce ${statement.loops.map((loop) => `${loopName(loop)} < ${loop.extent}`).join(', ')}`,
          );
          for (const { local, combine, signed, initial, value } of statement.accumulators) {
            const inner = text(value, `${indent}  `);
            const sign = signed ? '' : '.u';
            const start = Object.is(initial, -0) ? '-0' : String(initial);
            lines.push(`${indent}  ${localName(local)} ${combine}${sign}= ${inner} from ${start}`);
          }
          break;
        }
        case 'set':
          lines.push(`${indent}${localName(statement.local)} = ${text(statement.value, indent)}`);
          break;
        case 'store':
        case 'update': {
          const at = text(statement.index, indent);
          const value = text(statement.value, indent);
          const sign = statement.kind === 'update' ? ` ${statement.combine}${statement.signed ? '' : '.u'}` : '';
          lines.push(`${indent}b${statement.buffer}[${at}]${sign} = ${value}`);
          break;
        }
        case 'if':
          lines.push(`${indent}if ${text(statement.condition, indent)}`);
          print(statement.body, `${indent}  `);
          break;
      }
    }
  };
  const buffers = kernel.buffers.map(
    ({ storage, access, inPlace }, i) =>
      `b${i}:${storage} ${access}${inPlace ? ' in place' : ''} ${registerOf[storage]}`,
  );
  lines.push(`kernel ${buffers.join(', ')}${kernel.serial ? ' serial' : ''}`);
  lines.push(`for ${loopName(kernel.outer)} < ${kernel.outer.extent}`);
  print(kernel.body, '  ');
  return lines.join('\n');
}
