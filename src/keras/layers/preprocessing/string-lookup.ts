// StringLookup: strings to numbers by a vocabulary, or numbers back to strings.
// Source: https://keras.io/api/layers/preprocessing_layers/categorical/string_lookup/
import { type Class, callable } from '../../../base/callable.ts';
import * as o from '../../schema.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { IndexLookup } from './index-lookup.ts';
import { lookupDefinitions, lookupSettings } from './index-lookup-options.ts';

const options = layerSchema(
  'StringLookup',
  {
    ...lookupDefinitions(o.string, '[UNK]'),
    encoding: o.optional(o.string, 'utf-8'),
  },
  { ...lookupSettings, ignored: ['vocabularyDtype'] },
);
export interface StringLookupOptions extends LayerOptionsOf<typeof options> {}
type StringLookupArgs = [options?: StringLookupOptions];

class StringLookupLayer extends IndexLookup {
  static override readonly schema = options;
  constructor(...args: StringLookupArgs) {
    super(options, args, 'string');
  }
}
export interface StringLookup extends StringLookupLayer {}
export const StringLookup: Class<StringLookupArgs, StringLookup> = callable(StringLookupLayer, 'StringLookup');
