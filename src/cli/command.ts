import { VERSION } from '../base/version.ts';
// The command `cornu`: `cornu doctor FILE…`, `cornu --version`.
// Owns: arguments, what is printed, the exit status. Leaves the work to the library.
import { doctor } from '../index.ts';
import { platform } from '../platform/platform.ts';

const USAGE = `cornu --version
cornu doctor [--json] FILE…
  says what each file is, who wrote it, its layers and parameters, what is migrated on loading, and what keeps it from
  loading. Files: .keras, .h5, .weights.h5, SavedModel folders, checkpoints, ONNX, safetensors.
  Exit status 0 when all of them load.
`;

/** Runs the command with what follows its name; gives the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  const files = rest.filter((argument) => !argument.startsWith('-'));
  if (command === '--version' || command === 'version') {
    platform().print(`cornu ${VERSION}\n`);
    return 0;
  }
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
