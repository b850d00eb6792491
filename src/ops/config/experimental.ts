// tf.config.experimental.
import { startedEngine } from '../../runtime/engine.ts';
import type { PhysicalDevice } from './devices.ts';

/** Memory grows as needed; there is nothing to set. */
export const setMemoryGrowth = (_device: PhysicalDevice, _enable: boolean): void => {};
export const getMemoryGrowth = (_device: PhysicalDevice): boolean => true;
/** Operations always give the same results for the same inputs. */
export const enableOpDeterminism = (): void => {};
export const enableTensorFloat32Execution = (_enabled: boolean): void => {};
/** Products of float32 are computed in float32. */
export const tensorFloat32ExecutionEnabled = (): boolean => false;
export const setSynchronousExecution = (_enable: boolean): void => {};
export const getSynchronousExecution = (): boolean => true;
/** What is known of a device; `kernels` says what computes products and convolutions: AVX-512, AVX2 or NEON with the native addon,
 *  else WebAssembly's SIMD. */
export const getDeviceDetails = (_device: PhysicalDevice): Record<string, string> => ({
  device_name: 'CPU',
  kernels: startedEngine()?.backend.kernels ?? 'none',
});
export { getVisibleDevices, listLogicalDevices, listPhysicalDevices, setVisibleDevices } from './devices.ts';
/** Bytes that JavaScript's heap and the engine hold. */
export function getMemoryInfo(_device: string): { current: number; peak: number } {
  const current =
    (globalThis as { process?: { memoryUsage?: () => { rss: number } } }).process?.memoryUsage?.().rss ?? 0;
  peak = Math.max(peak, current);
  return { current, peak };
}
let peak = 0;
export const getMemoryUsage = (device: string): number => getMemoryInfo(device).current;
export const resetMemoryStats = (_device: string): void => {
  peak = 0;
};
let policy: string = 'silent';
/** Tensors are where they are: there is one device. */
export const setDevicePolicy = (devicePolicy: string | null): void => {
  policy = devicePolicy ?? 'silent';
};
export const getDevicePolicy = (): string => policy;
/** The compiler is always the same. */
export const enableMlirBridge = (): void => {};
export const disableMlirBridge = (): void => {};
export {
  getLogicalDeviceConfiguration as getVirtualDeviceConfiguration,
  LogicalDeviceConfiguration as VirtualDeviceConfiguration,
  setLogicalDeviceConfiguration as setVirtualDeviceConfiguration,
} from './devices.ts';
