// The devices of tf.config. There is one, the processor.
// Owns: the lists, and the refusals of what cannot be.
import { type Class, callable } from '../../base/callable.ts';
import { show, ValueError } from '../../base/errors.ts';
import { inspect } from '../../base/short-form.ts';
import { bindArguments, type Forms } from '../core/signature.ts';

class Device {
  readonly name: string;
  readonly deviceType: string;
  constructor(name: string, deviceType: string) {
    this.name = name;
    this.deviceType = deviceType;
  }
  toString(): string {
    return `${this.constructor.name}(name='${this.name}', device_type='${this.deviceType}')`;
  }
  [inspect](): string {
    return this.toString();
  }
}
/** A device of the machine. */
export class PhysicalDevice_ extends Device {}
export interface PhysicalDevice extends PhysicalDevice_ {}
export const PhysicalDevice: Class<[name: string, deviceType: string], PhysicalDevice> = callable(
  PhysicalDevice_,
  'PhysicalDevice',
);
/** A device as programs see it. */
export class LogicalDevice_ extends Device {}
export interface LogicalDevice extends LogicalDevice_ {}
export const LogicalDevice: Class<[name: string, deviceType: string], LogicalDevice> = callable(
  LogicalDevice_,
  'LogicalDevice',
);
/** What is wanted of a logical device. The memory of the one device here is not divided: limits are kept, and have no effect. */
export class LogicalDeviceConfiguration_ {
  readonly memoryLimit: number | null;
  readonly experimentalPriority: number | null;
  readonly experimentalDeviceOrdinal: number | null;
  constructor(...args: Forms<ConfigurationParameters, typeof CONFIGURATION>) {
    const [memoryLimit, priority, ordinal] = bindArguments(
      'LogicalDeviceConfiguration',
      CONFIGURATION,
      args,
    ) as ConfigurationParameters;
    this.memoryLimit = memoryLimit ?? null;
    this.experimentalPriority = priority ?? null;
    this.experimentalDeviceOrdinal = ordinal ?? null;
  }
}
const CONFIGURATION = ['memoryLimit', 'experimentalPriority', 'experimentalDeviceOrdinal'] as const;
type ConfigurationParameters = [
  memoryLimit?: number,
  experimentalPriority?: number,
  experimentalDeviceOrdinal?: number,
];
export interface LogicalDeviceConfiguration extends LogicalDeviceConfiguration_ {}
export const LogicalDeviceConfiguration: Class<
  Forms<ConfigurationParameters, typeof CONFIGURATION>,
  LogicalDeviceConfiguration
> = callable(LogicalDeviceConfiguration_, 'LogicalDeviceConfiguration');

const physical: readonly PhysicalDevice[] = [/* @__PURE__ */ PhysicalDevice('/physical_device:CPU:0', 'CPU')];
const logical: readonly LogicalDevice[] = [/* @__PURE__ */ LogicalDevice('/device:CPU:0', 'CPU')];
const ofType = <D extends Device>(devices: readonly D[], deviceType: string | undefined): D[] =>
  devices.filter((device) => deviceType === undefined || device.deviceType === deviceType.toUpperCase());

export const listPhysicalDevices = (deviceType?: string): PhysicalDevice[] => ofType(physical, deviceType);
export const listLogicalDevices = (deviceType?: string): LogicalDevice[] => ofType(logical, deviceType);
export const getVisibleDevices = (deviceType?: string): PhysicalDevice[] => ofType(physical, deviceType);
/** The processor cannot be hidden; hiding all GPUs changes nothing, for there are none. */
export function setVisibleDevices(devices: PhysicalDevice | readonly PhysicalDevice[], deviceType?: string): void {
  const list = Array.isArray(devices) ? devices : [devices];
  if (list.length === 0 && deviceType?.toUpperCase() !== 'GPU')
    throw new ValueError('config.setVisibleDevices: the processor cannot be hidden.');
  for (const device of list as PhysicalDevice[])
    if (!physical.some((known) => known.name === device.name))
      throw new ValueError(
        `config.setVisibleDevices: ${show(device.name)} does not exist; there is ${physical[0]!.name}.`,
      );
}
export const getLogicalDeviceConfiguration = (_device: PhysicalDevice): null => null;
export function setLogicalDeviceConfiguration(_device: PhysicalDevice, logicalDevices: readonly unknown[]): void {
  if (logicalDevices.length > 1)
    throw new ValueError(
      'config.setLogicalDeviceConfiguration: the processor cannot be divided into several devices here.',
    );
}
let soft = true;
export const getSoftDevicePlacement = (): boolean => soft;
export const setSoftDevicePlacement = (enabled: boolean): void => {
  soft = enabled;
};
