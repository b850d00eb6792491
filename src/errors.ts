// `tf.errors`: the classes of what the library throws, for `instanceof`.
export {
  CornuError,
  DTypeError,
  FileError,
  InternalError,
  KeyboardInterrupt,
  ShapeError,
  StateError,
  ValueError,
} from './base/errors.ts';
export { FormatError } from './formats/file-error.ts';
export { PlatformError } from './platform/platform-error.ts';
