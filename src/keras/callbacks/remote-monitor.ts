// RemoteMonitor: sends the logs of every epoch to a server.
// Source: https://keras.io/api/callbacks/remote_monitor/
import { type Class, callable } from '../../base/callable.ts';
import * as o from '../schema.ts';
import type { Logs } from '../types.ts';
import { CallbackBase } from './callback.ts';

const isHeaders = (value: unknown): value is Readonly<Record<string, string>> =>
  value !== null && typeof value === 'object' && Object.values(value).every((part) => typeof part === 'string');
const options = o.schema(
  'RemoteMonitor',
  {
    root: o.optional(o.string, 'http://localhost:9000'),
    path: o.optional(o.string, '/publish/epoch/end/'),
    field: o.optional(o.string, 'data'),
    headers: o.optional(o.nullable(o.any('a record of headers', isHeaders)), null),
    sendAsJson: o.optional(o.boolean, false),
  },
  { positional: ['root', 'path', 'field', 'headers', 'sendAsJson'] },
);
export interface RemoteMonitorOptions extends o.OptionsOf<typeof options> {}
type Args = [options?: RemoteMonitorOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class RemoteMonitorCallback extends CallbackBase {
  constructor(...args: Args) {
    super();
    options.assign(this, args);
  }
  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const sent = JSON.stringify({ epoch, ...logs });
    const headers = { ...this.headers, ...(this.sendAsJson ? { 'content-type': 'application/json' } : {}) };
    const body = this.sendAsJson ? sent : new URLSearchParams({ [this.field]: sent });
    try {
      await fetch(this.root + this.path, { method: 'POST', headers, body });
    } catch (error) {
      // Training does not end because nobody watches.
      console.warn(`RemoteMonitor: could not reach ${this.root}: ${(error as Error).message}.`);
    }
  }
}
interface RemoteMonitorCallback extends o.ValuesOf<typeof options> {}
export interface RemoteMonitor extends RemoteMonitorCallback {}
export const RemoteMonitor: Class<Args, RemoteMonitor> = callable(RemoteMonitorCallback, 'RemoteMonitor');
