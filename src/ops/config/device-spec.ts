// tf.DeviceSpec: the name of a device by its parts.
// Owns: reading and writing of such names. There is one device; names of others are names all the same.
import { type Class, callable } from '../../base/callable.ts';
import { show, ValueError } from '../../base/errors.ts';
import { inspect } from '../../base/short-form.ts';
import { bindArguments, type Forms } from '../core/signature.ts';

const PARTS = ['job', 'replica', 'task', 'deviceType', 'deviceIndex'] as const;
type Parameters = [
  job?: string | null,
  replica?: number | null,
  task?: number | null,
  deviceType?: string | null,
  deviceIndex?: number | null,
];
interface Parts {
  readonly job?: string | null;
  readonly replica?: number | null;
  readonly task?: number | null;
  readonly deviceType?: string | null;
  readonly deviceIndex?: number | null;
}

export class DeviceSpec_ {
  readonly job: string | null;
  readonly replica: number | null;
  readonly task: number | null;
  readonly deviceType: string | null;
  readonly deviceIndex: number | null;
  constructor(...args: Forms<Parameters, typeof PARTS>) {
    const [job, replica, task, deviceType, deviceIndex] = bindArguments('DeviceSpec', PARTS, args) as Parameters;
    this.job = job ?? null;
    this.replica = replica ?? null;
    this.task = task ?? null;
    this.deviceType = deviceType?.toUpperCase() ?? null;
    this.deviceIndex = deviceIndex ?? null;
  }
  /** `/job:worker/replica:1/task:2/device:GPU:3`, or a part of it. */
  static fromString(spec: string): DeviceSpec {
    const found: Record<string, string | number> = {};
    for (const part of spec.split('/').filter((text) => text !== '')) {
      const match = /^(?:(job):([\w-]+)|(replica|task):(\d+|\*)|(?:device:)?([A-Za-z_]+):(\d+|\*))$/.exec(part);
      if (!match)
        throw new ValueError(
          `DeviceSpec.fromString: found ${show(part)} in ${show(spec)}; wanted parts as job:worker, task:0, device:CPU:0.`,
        );
      const [, job, name, counted, count, type, index] = match;
      if (job) found.job = name!;
      else if (counted && count !== '*') found[counted] = Number(count);
      else if (type) {
        found.deviceType = type;
        if (index !== '*') found.deviceIndex = Number(index);
      }
    }
    return new DeviceSpec_(found);
  }
  parseFromString(spec: string): DeviceSpec {
    return DeviceSpec_.fromString(spec);
  }
  #parts(): Parts {
    return Object.fromEntries(PARTS.map((part) => [part, this[part]])) as Parts;
  }
  /** The same with other parts. */
  replace(parts: Parts): DeviceSpec {
    return new DeviceSpec_({ ...this.#parts(), ...parts });
  }
  /** This one's parts, overwritten by those that the other names. */
  makeMergedSpec(other: DeviceSpec_): DeviceSpec {
    return this.replace(Object.fromEntries(Object.entries(other.#parts()).filter(([, value]) => value !== null)));
  }
  toString(): string {
    const { job, replica, task, deviceType, deviceIndex } = this;
    return [
      job === null ? '' : `/job:${job}`,
      replica === null ? '' : `/replica:${replica}`,
      task === null ? '' : `/task:${task}`,
      deviceType === null ? '' : `/device:${deviceType}:${deviceIndex ?? '*'}`,
    ].join('');
  }
  [inspect](): string {
    return this.toString();
  }
}
export interface DeviceSpec extends DeviceSpec_ {}
export const DeviceSpec = callable(DeviceSpec_, 'DeviceSpec') as Class<Forms<Parameters, typeof PARTS>, DeviceSpec> &
  Pick<typeof DeviceSpec_, 'fromString'>;
