// Mutations inside the structures of files: entries of archives, values of JSON, fields of protocol buffers, bytes of HDF5
// objects. What is around the mutation (checksums, lengths) is made to fit, so that readers get to see it.
// Owns: the mutations. Leaves which files, and what counts as a failure, to files.ts.
import { readSsTable, writeSsTable } from '../../src/formats/tensor-bundle/sstable.ts';
import { ZipArchive } from '../../src/formats/zip/zip-read.ts';
import { writeZip } from '../../src/formats/zip/zip-write.ts';
import { mutate } from '../../test/support/mutations.ts';

export type Random = () => number;
const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)]!;

// ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1,
  3,
  2 ** 31,
  2 ** 53,
  1e308,
  -0.5,
  '',
  'Dense',
  'float32',
  'int32',
  'string',
  '__proto__',
  '../../x',
  [],
  [null],
  [[]],
  {},
  { class_name: 'Dense', config: {} },
  { class_name: '__lambda__', config: {} },
  { class_name: '__keras_tensor__', config: { shape: [null, 4], dtype: 'float32', keras_history: ['x', 99, 99] } },
];

/** One value somewhere in it replaced, removed, doubled, or swapped with another. */
export function mutateJson(json: Json, random: Random): Json {
  const copy = structuredClone(json);
  const places: [holder: Json[] | { [key: string]: Json }, key: string | number][] = [];
  const walk = (value: Json): void => {
    if (value === null || typeof value !== 'object') return;
    for (const key of Object.keys(value)) {
      places.push([value, Array.isArray(value) ? Number(key) : key]);
      walk((value as { [key: string]: Json })[key]!);
    }
  };
  walk(copy);
  if (places.length === 0) return pick(VALUES, random);
  const [holder, key] = pick(places, random);
  const record = holder as { [key: string]: Json };
  const how = random();
  if (how < 0.55) record[key] = structuredClone(pick(VALUES, random));
  else if (how < 0.7) {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete record[key];
  } else if (how < 0.8 && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]!));
  else {
    const [other, otherKey] = pick(places, random);
    // A copy: a cycle cannot stand in JSON.
    record[key] = structuredClone((other as { [key: string]: Json })[otherKey]!);
  }
  return copy;
}
export const asText = (json: Json): Uint8Array => new TextEncoder().encode(JSON.stringify(json));

// ── Archives ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const NAMES = ['../model.weights.h5', '/etc/x', 'config.json', 'assets/../../x', 'a\\b', '', 'assets/'];

/** A `.keras` file with one of its parts changed; checksums fit. */
export async function mutateArchive(bytes: Uint8Array, random: Random): Promise<Uint8Array> {
  if (random() < 0.15) return mutate(bytes, random);
  const archive = new ZipArchive(bytes, 'seed');
  const entries = await Promise.all(archive.names.map(async (name) => ({ name, data: await archive.read(name) })));
  const at = Math.floor(random() * entries.length);
  const chosen = random() < 0.5 ? entries.find(({ name }) => name === 'config.json')! : entries[at]!;
  const how = random();
  if (how < 0.05) entries.splice(entries.indexOf(chosen), 1);
  else if (how < 0.1) Object.assign(chosen, { name: pick(NAMES, random) });
  else if (chosen.name.endsWith('.json')) {
    const json = JSON.parse(new TextDecoder().decode(chosen.data)) as Json;
    chosen.data = asText(mutateJson(json, random));
  } else chosen.data = mutate(chosen.data, random);
  try {
    return await writeZip(entries);
  } catch {
    return mutate(bytes, random); // names that the writer refuses
  }
}

// ── Protocol buffers ─────────────────────────────────────────────────────────────────────────────────────────────────

interface Field {
  readonly tag: number;
  readonly head: readonly number[];
  body: Uint8Array;
}
function varint(bytes: Uint8Array, at: number): [value: number, next: number] | null {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, at + i + 1];
  }
  return null;
}
const encode = (value: number): number[] => {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) + 128);
  }
};
/** The fields of a message, or null where the bytes are none. */
function fieldsOf(bytes: Uint8Array): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = varint(bytes, at);
    if (!start || start[0] < 8) return null;
    const [tag, next] = start;
    const type = tag & 7;
    let end: number;
    let from = next;
    if (type === 0) end = varint(bytes, next)?.[1] ?? -1;
    else if (type === 1) end = next + 8;
    else if (type === 5) end = next + 4;
    else if (type === 2) {
      const length = varint(bytes, next);
      if (!length) return null;
      from = length[1];
      end = from + length[0];
    } else return null;
    if (end < 0 || end > bytes.length) return null;
    fields.push({ tag, head: encode(tag), body: bytes.subarray(from, end) });
    at = end;
  }
  return fields;
}
function join(fields: readonly Field[]): Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (const { tag, head, body } of fields) {
    const start = Uint8Array.from((tag & 7) === 2 ? [...head, ...encode(body.length)] : head);
    chunks.push(start, body);
    length += start.length + body.length;
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
const NUMBERS = [0, 1, 2, 127, 255, 2 ** 31 - 1, 2 ** 32, 2 ** 52];

/** One field, at some depth, changed, removed, doubled or put elsewhere; lengths around it fit. */
export function mutateMessage(bytes: Uint8Array, random: Random, depth = 0): Uint8Array {
  const fields = fieldsOf(bytes);
  if (!fields || fields.length === 0) return mutate(bytes, random);
  const at = Math.floor(random() * fields.length);
  const field = fields[at]!;
  if ((field.tag & 7) === 2 && field.body.length > 0 && random() < 0.85 && depth < 12) {
    field.body = mutateMessage(field.body, random, depth + 1);
    return join(fields);
  }
  const how = random();
  if (how < 0.2) fields.splice(at, 1);
  else if (how < 0.35) fields.push(pick(fields, random));
  else if (how < 0.5) fields[at] = pick(fields, random);
  else if ((field.tag & 7) === 0) field.body = Uint8Array.from(encode(pick(NUMBERS, random)));
  else if ((field.tag & 7) === 2)
    field.body = random() < 0.5 ? mutate(field.body, random) : new Uint8Array(Math.floor(random() * 9));
  return join(fields);
}

/** The index of a checkpoint with one entry changed; its checksums fit. */
export function mutateIndex(bytes: Uint8Array, random: Random): Uint8Array {
  if (random() < 0.1) return mutate(bytes, random);
  const table = new Map(readSsTable(bytes, 'seed'));
  const key = pick([...table.keys()], random);
  const how = random();
  if (how < 0.1) table.delete(key);
  else if (how < 0.2) table.set(`${key}x`, table.get(key)!);
  else table.set(key, mutateMessage(table.get(key)!, random));
  return writeSsTable(table);
}
