// tf.summary.traceOn, traceExport: which kernels ran, when and for how long.
// Owns: the file that TensorBoard's profiler reads. Leaves the times to ../../runtime/profile.ts.

import { StateError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { XSpace } from '../../formats/tensorflow/xplane-proto.ts';
import { joinPath } from '../../platform/path.ts';
import { platform } from '../../platform/platform.ts';
import { type KernelEvent, startKernelTrace, stopKernelTrace } from '../../runtime/profile.ts';
import type { Options } from '../../runtime/tensor-methods.ts';

let isTracing = false;
/** Begins to note the kernels that run. */
export function kernelTraceOn(
  _options: Options<{ graph: boolean; profiler: boolean; profilerOutdir: string | null }> = {},
): void {
  isTracing = true;
  startKernelTrace();
}
/** Ends it; what was noted is lost. */
export function kernelTraceOff(): void {
  isTracing = false;
  stopKernelTrace();
}
/** Ends it, and writes what was noted below `profilerOutdir`, where TensorBoard's profiler looks. */
export const traceExport = guarded(
  'summary.traceExport',
  ['name', 'options'],
  async (name: string, options: Options<{ step: number | null; profilerOutdir: string }> = {}): Promise<string> => {
    if (!isTracing) throw new StateError('summary.traceExport: nothing is traced; call summary.traceOn() first.');
    isTracing = false;
    const events = stopKernelTrace();
    return writeProfile(options.profilerOutdir ?? 'logs', name, events);
  },
);

/** Writes events for the profiler; gives the path. */
export async function writeProfile(folder: string, run: string, events: readonly KernelEvent[]): Promise<string> {
  const path = joinPath(folder, 'plugins/profile', run, 'cornu.xplane.pb');
  await platform().writeFile(path, xspaceOf(events));
  return path;
}

function xspaceOf(events: readonly KernelEvent[]): Uint8Array {
  const ids = new Map<string, number>();
  const first = events[0]?.start ?? 0;
  const line = events.map(({ name, start, milliseconds }) => {
    let id = ids.get(name);
    if (id === undefined) {
      id = ids.size + 1;
      ids.set(name, id);
    }
    // Milliseconds to picoseconds.
    return { metadataId: id, offsetPs: Math.round((start - first) * 1e9), durationPs: Math.round(milliseconds * 1e9) };
  });
  const eventMetadata = new Map([...ids].map(([name, id]) => [id, { id, name, displayName: name }]));
  const began = BigInt(Math.round((performance.timeOrigin + first) * 1e3)) * 1000n;
  return XSpace.encode({
    planes: [
      {
        id: 1,
        name: '/host:CPU',
        lines: [{ id: 1, name: 'kernels', timestampNs: began, events: line }],
        eventMetadata,
      },
    ],
    hostnames: ['cornu'],
  });
}
