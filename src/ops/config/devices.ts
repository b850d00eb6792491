// The devices of tf.config. There is one, the processor.
// Owns: the lists, and the refusals of what cannot be.
import { show, ValueError } from '../../base/errors.ts';

export interface PhysicalDevice {
  readonly name: string;
  readonly deviceType: 'CPU';
}
export interface LogicalDevice extends PhysicalDevice {}
const physical: readonly PhysicalDevice[] = [{ name: '/physical_device:CPU:0', deviceType: 'CPU' }];
const logical: readonly LogicalDevice[] = [{ name: '/device:CPU:0', deviceType: 'CPU' }];
const ofType = <D extends PhysicalDevice>(devices: readonly D[], deviceType: string | undefined): D[] =>
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
