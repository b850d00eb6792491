// The first bias of LSTM cells: 1 for the forget gate, which stands second of four, so that memory lasts from the start.
import { isFloating } from '../../../base/dtype.ts';
import { concat } from '../../../ops/core/arrange.ts';
import { ones } from '../../../ops/core/create.ts';
import type * as initializers from '../../initializers/index.ts';

export const forgetBias =
  (initializer: initializers.InitializerFunction, units: number): initializers.InitializerFunction =>
  (_shape, options = {}) => {
    const dtype = options.dtype && isFloating(options.dtype) ? options.dtype : 'float32';
    return concat([initializer([units], { dtype }), ones([units], { dtype }), initializer([2 * units], { dtype })]);
  };
