// tf.savedModel.LoadOptions and SaveOptions: what is read and written beside the usual.
// What TensorFlow has for devices, debuggers and older programs alone is taken and means nothing here.
import { type Class, callable } from '../base/callable.ts';

interface LoadGiven {
  /** Whether variables may lack a value in the file; they begin at zero then. */
  readonly allowPartialCheckpoint?: boolean | undefined;
  readonly experimentalIoDevice?: string | null | undefined;
  /** Leaves the values of variables unread; they begin at zero. */
  readonly experimentalSkipCheckpoint?: boolean | undefined;
  readonly experimentalVariablePolicy?: string | null | undefined;
  readonly experimentalLoadFunctionAliases?: boolean | undefined;
}
class LoadOptionsBase {
  readonly allowPartialCheckpoint: boolean;
  readonly experimentalIoDevice: string | null;
  readonly experimentalSkipCheckpoint: boolean;
  readonly experimentalVariablePolicy: string | null;
  readonly experimentalLoadFunctionAliases: boolean;
  constructor(options: LoadGiven = {}) {
    this.allowPartialCheckpoint = options.allowPartialCheckpoint ?? false;
    this.experimentalIoDevice = options.experimentalIoDevice ?? null;
    this.experimentalSkipCheckpoint = options.experimentalSkipCheckpoint ?? false;
    this.experimentalVariablePolicy = options.experimentalVariablePolicy ?? null;
    this.experimentalLoadFunctionAliases = options.experimentalLoadFunctionAliases ?? false;
  }
}
export interface LoadOptions extends LoadGiven {}
export const LoadOptions: Class<[options?: LoadGiven], LoadOptions> = callable(LoadOptionsBase, 'LoadOptions');

interface SaveGiven {
  readonly namespaceWhitelist?: readonly string[] | null | undefined;
  readonly saveDebugInfo?: boolean | undefined;
  /** Names by which programs in C++ find functions. */
  readonly functionAliases?: Readonly<Record<string, (...args: never[]) => unknown>> | null | undefined;
  readonly experimentalDebugStripper?: boolean | undefined;
  readonly experimentalIoDevice?: string | null | undefined;
  readonly experimentalVariablePolicy?: string | null | undefined;
  readonly experimentalCustomGradients?: boolean | undefined;
  /** Tags of the graph beside 'serve'. */
  readonly extraTags?: readonly string[] | null | undefined;
}
class SaveOptionsBase {
  readonly namespaceWhitelist: readonly string[];
  readonly saveDebugInfo: boolean;
  readonly functionAliases: Readonly<Record<string, (...args: never[]) => unknown>>;
  readonly experimentalDebugStripper: boolean;
  readonly experimentalIoDevice: string | null;
  readonly experimentalVariablePolicy: string | null;
  readonly experimentalCustomGradients: boolean;
  readonly extraTags: readonly string[];
  constructor(options: SaveGiven = {}) {
    this.namespaceWhitelist = options.namespaceWhitelist ?? [];
    this.saveDebugInfo = options.saveDebugInfo ?? false;
    this.functionAliases = options.functionAliases ?? {};
    this.experimentalDebugStripper = options.experimentalDebugStripper ?? false;
    this.experimentalIoDevice = options.experimentalIoDevice ?? null;
    this.experimentalVariablePolicy = options.experimentalVariablePolicy ?? null;
    this.experimentalCustomGradients = options.experimentalCustomGradients ?? true;
    this.extraTags = options.extraTags ?? [];
  }
}
export interface SaveOptions extends SaveGiven {}
export const SaveOptions: Class<[options?: SaveGiven], SaveOptions> = callable(SaveOptionsBase, 'SaveOptions');
