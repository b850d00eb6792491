// Devices in a grid, and how the axes of tensors lie over it.
// Owns: DeviceMesh, TensorLayout, LayoutMap. There is one device here, so a layout says how a tensor would be cut; nothing is.
import { type Class, callable } from '../../base/callable.ts';
import { show, ValueError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';

/** `axis_names=('batch', None)`, as Python prints tuples. */
const tuple = (items: readonly unknown[]): string => {
  const texts = items.map((item) => (item === null ? 'None' : typeof item === 'string' ? `'${item}'` : String(item)));
  return `(${texts.join(', ')}${texts.length === 1 ? ',' : ''})`;
};

export type MeshArgs = [shape: readonly number[], axisNames: readonly string[], devices?: readonly string[] | null];
class DeviceMesh_ {
  readonly shape: readonly number[];
  readonly axisNames: readonly string[];
  /** Names of devices, row by row. */
  readonly devices: readonly string[];

  constructor(...[shape, axisNames, devices]: MeshArgs) {
    if (!shape?.length || !axisNames?.length)
      throw new ValueError(
        `DeviceMesh: found shape ${show(shape)} and axisNames ${show(axisNames)}; wanted both, not empty.`,
      );
    if (shape.length !== axisNames.length)
      throw new ValueError(
        `DeviceMesh: found ${shape.length} lengths in shape and ${axisNames.length} axisNames; wanted a name for each.`,
      );
    const names = devices ?? listDevices();
    if (names.length !== sizeOf(shape))
      throw new ValueError(
        `DeviceMesh: shape ${show(shape)} takes ${sizeOf(shape)} devices, found ${names.length}: ${names.join(', ')}. There is one device here, 'cpu:0'.`,
      );
    this.shape = [...shape];
    this.axisNames = [...axisNames];
    this.devices = [...names];
  }
  toString(): string {
    return `<DeviceMesh shape=${tuple(this.shape)}, axis_names=${tuple(this.axisNames)}>`;
  }
}
export interface DeviceMesh extends DeviceMesh_ {}
/** Devices in a grid of a shape, with a name for each axis; those of this machine unless others are named. */
export const DeviceMesh: Class<MeshArgs, DeviceMesh> = callable(DeviceMesh_, 'DeviceMesh');

export type LayoutArgs = [axes: readonly (string | null)[], deviceMesh?: DeviceMesh | null];
class TensorLayout_ {
  readonly axes: readonly (string | null)[];
  #mesh: DeviceMesh | null;

  constructor(...[axes, deviceMesh]: LayoutArgs) {
    if (!Array.isArray(axes))
      throw new ValueError(`TensorLayout: axes: found ${show(axes)}, wanted a list of axis names and nulls.`);
    this.axes = [...axes];
    this.#mesh = deviceMesh ?? null;
    this.#check();
  }
  get deviceMesh(): DeviceMesh | null {
    return this.#mesh;
  }
  set deviceMesh(mesh: DeviceMesh | null) {
    if (this.#mesh)
      throw new ValueError(`TensorLayout: its device mesh is ${this.#mesh} already and cannot be changed.`);
    this.#mesh = mesh;
    this.#check();
  }
  #check(): void {
    const names = this.#mesh?.axisNames;
    const wrong = names && this.axes.find((axis) => axis !== null && !names.includes(axis));
    if (wrong !== undefined)
      throw new ValueError(
        `TensorLayout: found the axis '${wrong}', which the mesh does not have; wanted null or one of ${names!.join(', ')}.`,
      );
  }
  toString(): string {
    return `<TensorLayout axes=${tuple(this.axes)}, device_mesh=${this.#mesh ?? 'None'}>`;
  }
}
export interface TensorLayout extends TensorLayout_ {}
/** The mesh axis over which each axis of a tensor is cut; null for axes that stay whole. */
export const TensorLayout: Class<LayoutArgs, TensorLayout> = callable(TensorLayout_, 'TensorLayout');

class LayoutMap_ {
  readonly deviceMesh: DeviceMesh;
  readonly #layouts = new Map<string, TensorLayout>();

  constructor(deviceMesh: DeviceMesh) {
    if (!(deviceMesh instanceof DeviceMesh_))
      throw new ValueError(`LayoutMap: found ${show(deviceMesh)}, wanted a DeviceMesh.`);
    this.deviceMesh = deviceMesh;
  }
  /** The layout of a path, or of the one key that is found in it as a regular expression; otherwise `otherwise`. */
  get(path: string, otherwise: TensorLayout | null = null): TensorLayout | null {
    const exact = this.#layouts.get(path);
    if (exact) return exact;
    const found = [...this.#layouts].filter(([key]) => new RegExp(key).test(path));
    if (found.length > 1)
      throw new ValueError(
        `LayoutMap: the path '${path}' fits several keys: ${found.map(([key]) => `'${key}'`).join(', ')}; wanted one at most.`,
      );
    return found[0]?.[1] ?? otherwise;
  }
  set(key: string, layout: TensorLayout | readonly (string | null)[]): this {
    if (this.#layouts.has(key))
      throw new ValueError(
        `LayoutMap: '${key}' is there already, ${this.#layouts.get(key)}; delete it before it is set again.`,
      );
    const whole = layout instanceof TensorLayout_ ? layout : new TensorLayout(layout as readonly (string | null)[]);
    if (!whole.deviceMesh) whole.deviceMesh = this.deviceMesh;
    this.#layouts.set(key, whole);
    return this;
  }
  delete(key: string): boolean {
    return this.#layouts.delete(key);
  }
  pop(key: string, otherwise: TensorLayout | null = null): TensorLayout | null {
    const found = this.#layouts.get(key) ?? otherwise;
    this.#layouts.delete(key);
    return found;
  }
  popitem(): [string, TensorLayout] {
    const first = [...this.#layouts][0];
    if (!first) throw new ValueError('LayoutMap: popitem: it is empty.');
    this.#layouts.delete(first[0]);
    return first;
  }
  setdefault(key: string, layout: TensorLayout): TensorLayout {
    return this.get(key) ?? this.set(key, layout).get(key)!;
  }
  update(others: Iterable<readonly [string, TensorLayout]>): void {
    for (const [key, layout] of others) this.set(key, layout);
  }
  clear(): void {
    this.#layouts.clear();
  }
  keys(): IterableIterator<string> {
    return this.#layouts.keys();
  }
  values(): IterableIterator<TensorLayout> {
    return this.#layouts.values();
  }
  items(): IterableIterator<[string, TensorLayout]> {
    return this.#layouts.entries();
  }
  get size(): number {
    return this.#layouts.size;
  }
  [Symbol.iterator](): IterableIterator<[string, TensorLayout]> {
    return this.items();
  }
}
export interface LayoutMap extends LayoutMap_ {}
/** Layouts by the paths of variables; keys are regular expressions. */
export const LayoutMap: Class<[deviceMesh: DeviceMesh], LayoutMap> = callable(LayoutMap_, 'LayoutMap');

/** The devices of a kind: the processor, `cpu:0`. */
export function listDevices(deviceType: string | null = null): string[] {
  const kind = String(deviceType ?? 'cpu').toLowerCase();
  if (!['cpu', 'gpu', 'tpu'].includes(kind))
    throw new ValueError(`listDevices: found ${show(deviceType)}, wanted 'cpu', 'gpu' or 'tpu'.`);
  return kind === 'cpu' ? ['cpu:0'] : [];
}
/** How many there are. */
export const getDeviceCount = (deviceType: string | null = null): number => listDevices(deviceType).length;
