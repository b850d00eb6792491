// How a model's batches and variables would lie over devices. With the one device there is, a distribution changes no number.
import { type Class, callable } from '../../base/callable.ts';
import { StateError, show, ValueError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { DeviceMesh, LayoutMap, listDevices, TensorLayout } from './layout.ts';

let current: Distribution | null = null;

export abstract class Distribution {
  readonly deviceMesh: DeviceMesh;
  readonly batchDimName: string;
  autoShardDataset: boolean;
  readonly numProcesses = 1;

  constructor(deviceMesh: DeviceMesh, batchDimName: string, autoShardDataset: boolean) {
    this.deviceMesh = deviceMesh;
    this.batchDimName = batchDimName;
    this.autoShardDataset = autoShardDataset;
  }
  abstract get numModelReplicas(): number;
  abstract getVariableLayout(variable: Pick<VariableTensor, 'path' | 'shape'>): TensorLayout;
  abstract getTensorLayout(path: string): TensorLayout | null;
  /** Which share of the data this process reads: all of it. */
  get dataShardId(): number {
    return 0;
  }
  /** Batches are cut along their first axis. */
  getDataLayout(dataShape: Shape): TensorLayout {
    return new TensorLayout(
      dataShape.map((_, axis) => (axis === 0 ? this.batchDimName : null)),
      this.deviceMesh,
    );
  }
  /** The data set that this process reads: as it is, for there are no others. */
  distributeDataset<T>(dataset: T): T {
    return dataset;
  }
  /** Runs `f` with this as the distribution. */
  scope<T>(f: () => T): T {
    const before = current;
    setDistribution(this);
    try {
      return f();
    } finally {
      current = before;
    }
  }
  toString(): string {
    return `<${this.constructor.name} device_mesh=${this.deviceMesh}>`;
  }
}

export interface DataParallelOptions
  extends Options<{ deviceMesh: DeviceMesh | null; devices: readonly string[] | null; autoShardDataset: boolean }> {}
class DataParallel_ extends Distribution {
  constructor(options: DataParallelOptions = {}) {
    const { deviceMesh, devices } = options;
    if (deviceMesh && !(deviceMesh instanceof DeviceMesh))
      throw new ValueError(`DataParallel: deviceMesh: found ${show(deviceMesh)}, wanted a DeviceMesh.`);
    const names = devices ?? listDevices();
    const mesh = deviceMesh ?? new DeviceMesh([names.length], ['batch'], names);
    super(mesh, mesh.axisNames[0]!, options.autoShardDataset ?? true);
  }
  override get numModelReplicas(): number {
    return this.deviceMesh.devices.length;
  }
  /** Every device has the whole variable. */
  override getVariableLayout({ shape }: Pick<VariableTensor, 'path' | 'shape'>): TensorLayout {
    return new TensorLayout(
      shape.map(() => null),
      this.deviceMesh,
    );
  }
  override getTensorLayout(): null {
    return null;
  }
}
export interface DataParallel extends DataParallel_ {}
/** Every device has the model and a part of each batch. */
export const DataParallel: Class<[options?: DataParallelOptions], DataParallel> = callable(
  DataParallel_,
  'DataParallel',
);

export interface ModelParallelOptions
  extends Options<{ layoutMap: LayoutMap; batchDimName: string | null; autoShardDataset: boolean }> {}
class ModelParallel_ extends Distribution {
  readonly layoutMap: LayoutMap;
  constructor(options: ModelParallelOptions = {}) {
    const { layoutMap } = options;
    if (!(layoutMap instanceof LayoutMap))
      throw new ValueError(`ModelParallel: layoutMap: found ${show(layoutMap)}, wanted a LayoutMap.`);
    super(
      layoutMap.deviceMesh,
      options.batchDimName ?? layoutMap.deviceMesh.axisNames[0]!,
      options.autoShardDataset ?? true,
    );
    this.layoutMap = layoutMap;
  }
  override get numModelReplicas(): number {
    const { axisNames, shape } = this.deviceMesh;
    return shape[axisNames.indexOf(this.batchDimName)] ?? 1;
  }
  /** The layout of the variable's path, or the whole variable on each device. */
  override getVariableLayout({ path, shape }: Pick<VariableTensor, 'path' | 'shape'>): TensorLayout {
    return (
      this.layoutMap.get(path) ??
      new TensorLayout(
        shape.map(() => null),
        this.deviceMesh,
      )
    );
  }
  override getTensorLayout(path: string): TensorLayout | null {
    return this.layoutMap.get(path);
  }
}
export interface ModelParallel extends ModelParallel_ {}
/** Variables are cut over the devices as a layout map says. */
export const ModelParallel: Class<[options?: ModelParallelOptions], ModelParallel> = callable(
  ModelParallel_,
  'ModelParallel',
);

/** The distribution that was set, or null. */
export const distribution = (): Distribution | null => current;
/** Sets it for what follows; null ends it. More devices than the one here cannot be used. */
export function setDistribution(value: Distribution | null): void {
  if (value !== null && !(value instanceof Distribution))
    throw new ValueError(`setDistribution: found ${show(value)}, wanted a DataParallel, a ModelParallel or null.`);
  if (value && value.deviceMesh.devices.length > 1)
    throw new StateError(
      `setDistribution: the mesh has ${value.deviceMesh.devices.length} devices, ${value.deviceMesh.devices.join(', ')}; there is one here, 'cpu:0', and its processors share the work by themselves. Make the mesh of that one.`,
    );
  current = value;
}
/** The tensor laid out over the devices: itself, for there is one. */
export function distributeTensor(tensor: Tensor, layout: TensorLayout): Tensor {
  if (!(layout instanceof TensorLayout))
    throw new ValueError(`distributeTensor: layout: found ${show(layout)}, wanted a TensorLayout.`);
  return tensor;
}
/** Joins processes on several machines, which cannot be done here: one process is all there is. */
export function initialize(
  jobAddresses: string | null = null,
  numProcesses: number | null = null,
  processId: number | null = null,
): void {
  if (jobAddresses !== null && typeof jobAddresses !== 'string')
    throw new ValueError(`initialize: jobAddresses: found ${show(jobAddresses)}, wanted a text or null.`);
  if (jobAddresses?.includes(',') || (numProcesses ?? 1) > 1 || (processId ?? 0) > 0)
    throw new StateError(
      `initialize: found ${numProcesses ?? 'several'} processes at ${show(jobAddresses)}, process ${processId ?? 0}; wanted one: training over several machines is not built.`,
    );
}
