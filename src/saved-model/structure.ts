// Structures of tensors as SavedModels describe them: arguments and results of functions.
// Owns: their form here, the order of the tensors in them, matching of given values, and both directions of the message.
import { ValueError } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import type { MessageInput } from '../formats/protobuf/message.ts';
import type { StructuredValue } from '../formats/tensorflow/object-graph-proto.ts';
import { DATA_TYPES, dtypeOfDataType, shapeFromProto, shapeToProto } from '../formats/tensorflow/tensor-proto.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { CompositePlace, compositePlace, TensorPlace } from './places.ts';

export { TensorPlace };

/** Places for tensors in lists and records, among plain values. */
export type Template =
  | TensorPlace
  | CompositePlace
  | readonly Template[]
  | { readonly [key: string]: Template }
  | Constant;
type Constant = null | boolean | number | string;

export function templateOf(value: StructuredValue | undefined): Template {
  if (!value || value.noneValue) return null;
  if (value.tensorSpecValue) {
    const { name, shape, dtype } = value.tensorSpecValue;
    return new TensorPlace(name, shapeFromProto(shape), dtypeOfDataType(dtype));
  }
  if (value.typeSpecValue?.typeState) {
    const composite = compositePlace(value.typeSpecValue);
    if (composite) return composite;
    // A spec of a Python class: a TensorSpec in older files, (shape, dtype, name).
    const state = templateOf(value.typeSpecValue.typeState);
    return Array.isArray(state) ? new TensorPlace('', null, undefined) : state;
  }
  const list = value.listValue ?? value.tupleValue;
  if (list) return list.values.map(templateOf);
  if (value.dictValue)
    return Object.fromEntries([...value.dictValue.fields].map(([key, item]) => [key, templateOf(item)]));
  if (value.namedTupleValue)
    return Object.fromEntries(value.namedTupleValue.values.map(({ key, value: item }) => [key, templateOf(item)]));
  return value.boolValue ?? value.int64Value ?? value.float64Value ?? value.stringValue ?? null;
}

const isNamed = (template: Template): template is { readonly [key: string]: Template } => isRecord(template);
/** The keys of a record in the order in which its tensors count. */
export const sortedKeys = (record: object): string[] => Object.keys(record).sort();

/** The places for tensors, in order. */
export function placesIn(template: Template): TensorPlace[] {
  if (template instanceof TensorPlace) return [template];
  if (template instanceof CompositePlace) return [...template.parts];
  if (Array.isArray(template)) return (template as readonly Template[]).flatMap(placesIn);
  if (isNamed(template)) return sortedKeys(template).flatMap((key) => placesIn(template[key]!));
  return [];
}

/** The structure with values in its places, taken in order. */
export function fill(template: Template, values: readonly unknown[]): unknown {
  let next = 0;
  const walk = (part: Template): unknown => {
    if (part instanceof TensorPlace) return values[next++];
    if (part instanceof CompositePlace) return part.make(part.parts.map(() => values[next++] as Tensor));
    if (Array.isArray(part)) return (part as readonly Template[]).map(walk);
    if (!isNamed(part)) return part;
    const filled = new Map(sortedKeys(part).map((key) => [key, walk(part[key]!)]));
    return Object.fromEntries(Object.keys(part).map((key) => [key, filled.get(key)]));
  };
  return walk(template);
}

/** The given values in the order of the places, or null where they do not fit. `accepts` judges one value. */
export function match(
  template: Template,
  given: unknown,
  accepts: (place: TensorPlace, value: unknown) => boolean,
): unknown[] | null {
  if (template instanceof TensorPlace) return accepts(template, given) ? [given] : null;
  if (template instanceof CompositePlace) {
    const parts = template.take(given);
    return parts?.every((part, i) => accepts(template.parts[i]!, part)) ? [...parts] : null;
  }
  if (Array.isArray(template)) {
    if (!Array.isArray(given) || given.length !== template.length) {
      // A list of one tensor may be given bare.
      return template.length === 1 && !Array.isArray(given) ? match(template[0]!, given, accepts) : null;
    }
    const parts = (template as readonly Template[]).map((part, i) => match(part, given[i], accepts));
    return parts.every((part) => part !== null) ? parts.flat() : null;
  }
  if (isNamed(template)) {
    if (!isRecord(given)) return null;
    const keys = sortedKeys(template);
    const parts = keys.map((key) => match(template[key]!, given[key], accepts));
    return parts.every((part) => part !== null) ? parts.flat() : null;
  }
  return Object.is(template, given ?? null) ? [] : null;
}

/** How a template reads in messages. */
export function showTemplate(template: Template): string {
  if (template instanceof TensorPlace) return `${template.name ? `${template.name}: ` : ''}${template}`;
  if (template instanceof CompositePlace) return template.about;
  if (Array.isArray(template)) return `[${(template as readonly Template[]).map(showTemplate).join(', ')}]`;
  if (isNamed(template))
    return `{ ${Object.entries(template)
      .map(([key, part]) => `${key}: ${showTemplate(part)}`)
      .join(', ')} }`;
  return JSON.stringify(template);
}

/** The message of a structure; the outermost lists, `tuples` deep, are Python's tuples. */
export function structuredValue(template: Template, tuples = 0): MessageInput<StructuredValue> {
  if (template instanceof TensorPlace)
    return {
      tensorSpecValue: {
        name: template.name,
        shape: shapeToProto(template.shape),
        dtype: DATA_TYPES[template.dtype ?? 'float32'],
      },
    };
  if (template instanceof CompositePlace)
    throw new ValueError(`a function that takes or gives ${template.about} cannot be written to a SavedModel.`);
  if (Array.isArray(template)) {
    const values = (template as readonly Template[]).map((part) => structuredValue(part, tuples - 1));
    return tuples > 0 ? { tupleValue: { values } } : { listValue: { values } };
  }
  if (isNamed(template))
    return {
      dictValue: { fields: new Map(Object.entries(template).map(([key, part]) => [key, structuredValue(part)])) },
    };
  if (template === null) return { noneValue: {} };
  if (typeof template === 'boolean') return { boolValue: template };
  if (typeof template === 'number')
    return Number.isInteger(template) ? { int64Value: template } : { float64Value: template };
  return { stringValue: template as string };
}
