#!/usr/bin/env node
// The command `cornu`. So far: `cornu doctor FILE…`.
// Owns: arguments and exit status. Leaves the work to the library.
import { doctor } from '../index.ts';
import { platform } from '../platform/platform.ts';

const USAGE = `cornu doctor [--json] FILE…
  says what each file is, who wrote it, its layers and parameters, what is migrated on loading, and what keeps it from
  loading. Files: .keras, .h5, .weights.h5, SavedModel folders, checkpoints, ONNX, safetensors.
  Exit status 0 when all of them load.
`;

async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  const files = rest.filter((argument) => !argument.startsWith('-'));
  if (command !== 'doctor' || files.length === 0) {
    platform().print(USAGE);
    return command === undefined || command === 'help' || command === '--help' ? 0 : 2;
  }
  let status = 0;
  for (const file of files) {
    const report = await doctor(file);
    platform().print(rest.includes('--json') ? `${JSON.stringify(report, null, 2)}\n` : `${String(report)}\n`);
    if (!report.loads) status = 1;
  }
  return status;
}

process.exitCode = await main(process.argv.slice(2));
