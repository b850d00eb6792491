// IntegerLookup: integers to consecutive numbers by a vocabulary, or numbers back to integers.
// Source: https://keras.io/api/layers/preprocessing_layers/categorical/integer_lookup/
import { type Class, callable } from '../../../base/callable.ts';
import * as o from '../../schema.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { IndexLookup } from './index-lookup.ts';
import { lookupDefinitions, lookupSettings } from './index-lookup-options.ts';

const options = layerSchema(
  'IntegerLookup',
  {
    ...lookupDefinitions(o.integer(), -1),
    vocabularyDtype: o.optional(o.oneOf('int64'), 'int64'),
  },
  lookupSettings,
);
export interface IntegerLookupOptions extends LayerOptionsOf<typeof options> {}
type IntegerLookupArgs = [options?: IntegerLookupOptions];

class IntegerLookupLayer extends IndexLookup {
  static override readonly schema = options;
  constructor(...args: IntegerLookupArgs) {
    super(options, args, 'int64');
  }
}
export interface IntegerLookup extends IntegerLookupLayer {}
export const IntegerLookup: Class<IntegerLookupArgs, IntegerLookup> = callable(IntegerLookupLayer, 'IntegerLookup');
