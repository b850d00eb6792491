// Graphs as text: for people, and as keys under which equal programs are found again.
// Owns: the one canonical form. Short constants are part of the text, longer ones are numbered by identity.
import type { Data } from '../base/dtype.ts';
import { showShape } from '../base/shape.ts';
import type { Graph, GraphValue } from './graph.ts';
import type { HostFunction, Params, ParamValue } from './primitive.ts';

const hostIds = new WeakMap<object, number>();
let nextHost = 0;
const hostId = (host: object): number => {
  let id = hostIds.get(host);
  if (id === undefined) hostIds.set(host, (id = nextHost++));
  return id;
};

const isHost = (value: object): value is HostFunction => 'hostFunction' in value;
const isGraph = (value: object): value is Graph => 'nodes' in value && 'parameters' in value;

/** Constants with more elements are known by the identity of their array. */
const SHORT = 16;

function printElements(data: Data): string {
  if (data.length > SHORT) return `#${hostId(data)}`;
  return Array.from(data as ArrayLike<unknown>, (element) =>
    Object.is(element, -0) ? '-0' : typeof element === 'string' ? JSON.stringify(element) : String(element),
  ).join();
}

/** Parameters as text; functions of the host by identity. */
export function printParams(params: Params): string {
  const one = (value: ParamValue): string => {
    if (value === null || value === undefined || typeof value !== 'object') return String(value);
    if (Array.isArray(value)) return `[${value.map(one).join()}]`;
    if (isHost(value)) return `${value.hostFunction}#${hostId(value)}`;
    if (isGraph(value)) return `{\n${printGraph(value)}\n}`;
    return `{${Object.entries(value as Params)
      .map(([name, item]) => `${name}:${one(item)}`)
      .join()}}`;
  };
  return Object.entries(params)
    .map(([name, value]) => ` ${name}=${one(value)}`)
    .join('');
}

/** One line a node, then the outputs. Equal texts mean equal programs. */
export function printGraph(graph: Graph, scopes = false): string {
  const names = new Map<GraphValue, string>();
  const name = (value: GraphValue): string => names.get(value) ?? '?';
  const lines: string[] = [];
  let next = 0;
  for (const node of graph.liveNodes()) {
    const left = node.outputs.map((value) => {
      names.set(value, `%${next++}`);
      return `${name(value)}:${value.dtype}${showShape(value.dims)}`;
    });
    if (node.kind === 'parameter') lines.push(`${left[0]} = parameter`);
    else if (node.kind === 'constant') lines.push(`${left[0]} = constant ${printElements(node.data!)}`);
    else
      lines.push(
        `${left.join(' ')} = ${node.primitive!.name} ${node.inputs.map(name).join(' ')}${printParams(node.params)}${scopes && node.scope ? ` // ${node.scope}` : ''}`,
      );
  }
  lines.push(`return ${graph.outputs.map(name).join(' ')}`);
  return lines.join('\n');
}
