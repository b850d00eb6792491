// Mutations inside binary formats: objects of HDF5, chunks of PNG, segments of JPEG, headers of zip and tar archives, frames of
// TFRecord files, headers of .npy and safetensors. Checksums and lengths around a mutation are made to fit.
// Owns: those mutations. Leaves JSON, protocol buffers and Keras archives to mutate-structures.ts.
import { crc32, maskedCrc32c } from '../../src/formats/checksum.ts';
import { encodeTfRecord, readTfRecords } from '../../src/formats/tfrecord.ts';
import { mutate } from '../../test/support/mutations.ts';
import { type Json, mutateJson, mutateMessage, type Random } from './mutate-structures.ts';

const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)]!;
const latin = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Where the bytes of `signature` stand. */
function placesOf(bytes: Uint8Array, signature: readonly number[]): number[] {
  const places: number[] = [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const wanted = Buffer.from(signature);
  for (let at = buffer.indexOf(wanted); at >= 0; at = buffer.indexOf(wanted, at + 1)) places.push(at);
  return places;
}

const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff];
/** One to three fields of one to eight bytes set to edges, or to numbers of the file itself. */
function changeFields(copy: Uint8Array, start: number, length: number, random: Random): void {
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) {
    const at = start + Math.floor(random() * length);
    const size = pick([1, 1, 2, 4, 8], random);
    const how = random();
    const value = how < 0.6 ? pick(EDGES, random) : Math.floor(random() * 256);
    for (let i = 0; i < size && at + i < copy.length; i++) {
      if (how < 0.3) copy[at + i] = i === 0 ? value : 0;
      else if (how < 0.8) copy[at + i] = value;
      else copy[at + i] = copy[(start + Math.floor(random() * length)) % copy.length]!;
    }
  }
}

/** A change within the bytes that follow one of the signatures; anywhere where there is none. */
function mutateNear(
  bytes: Uint8Array,
  signatures: readonly (readonly number[])[],
  reach: number,
  random: Random,
): Uint8Array {
  const places = signatures.flatMap((signature) => placesOf(bytes, signature));
  if (places.length === 0 || random() < 0.2) return mutate(bytes, random);
  const copy = new Uint8Array(bytes);
  changeFields(copy, pick(places, random), reach, random);
  return copy;
}

const HDF5_OBJECTS = ['\x89HDF', 'TREE', 'SNOD', 'HEAP', 'OHDR', 'OCHK', 'FRHP', 'BTHD', 'GCOL'].map(latin);
/** Headers of objects in the older layout have no signature: version 1, a zero, a small count of messages, a count of links. */
const HDF5_HEADERS = Array.from({ length: 24 }, (_, messages) => [1, 0, messages, 0, 1, 0, 0, 0]);
export const mutateHdf5 = (bytes: Uint8Array, random: Random): Uint8Array =>
  mutateNear(bytes, random() < 0.5 ? HDF5_OBJECTS : HDF5_HEADERS, 96, random);

const ZIP_RECORDS = ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x06\x06', 'PK\x06\x07'].map(latin);
/** A field of a header or of the directory changed. */
export const mutateZip = (bytes: Uint8Array, random: Random): Uint8Array => mutateNear(bytes, ZIP_RECORDS, 48, random);

/** A field of one header changed, its checksum made to fit. */
export function mutateTar(bytes: Uint8Array, random: Random): Uint8Array {
  if (random() < 0.15) return mutate(bytes, random);
  const copy = new Uint8Array(bytes);
  const headers: number[] = [];
  for (let at = 0; at + 512 <= copy.length; at += 512)
    if (String.fromCharCode(...copy.subarray(at + 257, at + 262)) === 'ustar') headers.push(at);
  if (headers.length === 0) return mutate(bytes, random);
  const at = pick(headers, random);
  const fields: readonly [start: number, values: readonly string[]][] = [
    [0, ['../x', '/etc/x', 'a/../../x', 'C:\\x', '\0', 'x'.repeat(100)]],
    [124, ['77777777777', '00000000001', '-0000000001', 'xxxxxxxxxxx', '\x80\xff\xff\xff\xff\xff', '\0']],
    [156, ['0', '1', '2', '5', 'L', 'K', 'x', 'g', '7', '\0']],
    [345, ['..', '/', 'p'.repeat(155)]],
  ];
  if (random() < 0.7) {
    const [start, values] = pick(fields, random);
    copy.set(latin(pick(values, random)), at + start);
  } else changeFields(copy, at, 512, random);
  copy.fill(0x20, at + 148, at + 156);
  const sum = copy.subarray(at, at + 512).reduce((a, b) => a + b, 0);
  copy.set(latin(`${sum.toString(8).padStart(6, '0')}\0 `), at + 148);
  return copy;
}

/** A record with one of its fields changed, its checksums fitting; or a frame whose length is not its content's. */
export function mutateRecords(bytes: Uint8Array, random: Random): Uint8Array {
  if (random() < 0.2) return mutate(bytes, random);
  const records: Uint8Array[] = [...readTfRecords(bytes, 'seed')].map((record) => new Uint8Array(record));
  const at = Math.floor(random() * records.length);
  if (random() < 0.6) records[at] = mutateMessage(records[at]!, random);
  const frames = records.map(encodeTfRecord);
  if (random() < 0.3) {
    const frame = frames[at]!;
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    view.setUint32(0, pick([0, 1, 2 ** 31, 2 ** 32 - 1], random), true);
    if (random() < 0.5) view.setUint32(4, pick([0, 1, 2 ** 31], random), true);
    view.setUint32(8, maskedCrc32c(frame.subarray(0, 8)), true);
  }
  return concat(...frames);
}

/** A chunk with its content changed, moved, doubled or left out; checksums fit. */
export function mutatePng(bytes: Uint8Array, random: Random): Uint8Array {
  if (random() < 0.15) return mutate(bytes, random);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: { readonly type: Uint8Array; data: Uint8Array }[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) break;
    chunks.push({ type: bytes.subarray(at + 4, at + 8), data: bytes.slice(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  if (chunks.length === 0) return mutate(bytes, random);
  const at = random() < 0.4 ? 0 : Math.floor(random() * chunks.length);
  const how = random();
  if (how < 0.1) chunks.splice(at, 1);
  else if (how < 0.2) chunks.push(chunks[at]!);
  else if (how < 0.3) chunks.reverse();
  else if (how < 0.4) chunks[at]!.data = chunks[at]!.data.slice(0, Math.floor(random() * chunks[at]!.data.length));
  else if (chunks[at]!.data.length > 0) changeFields(chunks[at]!.data, 0, chunks[at]!.data.length, random);
  return concat(
    bytes.subarray(0, 8),
    ...chunks.flatMap(({ type, data }) => {
      const body = concat(type, data);
      const [length, sum] = [new Uint8Array(4), new Uint8Array(4)];
      new DataView(length.buffer).setUint32(0, data.length);
      new DataView(sum.buffer).setUint32(0, crc32(body));
      return [length, body, sum];
    }),
  );
}

const JPEG_SEGMENTS = [0xc0, 0xc1, 0xc2, 0xc4, 0xda, 0xdb, 0xdd, 0xe0, 0xe1, 0xee].map((marker) => [0xff, marker]);
export const mutateJpeg = (bytes: Uint8Array, random: Random): Uint8Array =>
  mutateNear(bytes, JPEG_SEGMENTS, 24, random);
/** The screen, a picture's and an extension's head. */
export const mutateGif = (bytes: Uint8Array, random: Random): Uint8Array =>
  mutateNear(bytes, [latin('GIF8'), [0x2c], [0x21, 0xf9], [0x21, 0xff]], 14, random);
export const mutateBmp = (bytes: Uint8Array, random: Random): Uint8Array =>
  mutateNear(bytes, [latin('BM')], 54, random);
export const mutateWebp = (bytes: Uint8Array, random: Random): Uint8Array =>
  mutateNear(bytes, ['RIFF', 'VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANMF'].map(latin), 20, random);
export const mutateWav = (bytes: Uint8Array, random: Random): Uint8Array =>
  mutateNear(bytes, ['RIFF', 'fmt ', 'data'].map(latin), 24, random);

const SHAPES = ['(3,', '(-1,', '(99999999999,', '(1e9,', '(((', '(4294967296, 4294967296,', '(0,', "('x',", '(True,'];
const DESCRIPTORS = ["'<f4'", "'|O'", "'>i8'", "'<U9999999'", "'|V0'", "'<f3'", "[('a', '<f4')]", '0'];
/** A word of the header changed; its length fits. */
export function mutateNpy(bytes: Uint8Array, random: Random): Uint8Array {
  if (random() < 0.3 || bytes.length < 12) return mutate(bytes, random);
  const wide = bytes[6] !== 1;
  const start = wide ? 12 : 10;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  let text = Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
  const how = random();
  if (how < 0.4) text = text.replace(/\(\d*,?/, pick(SHAPES, random));
  else if (how < 0.6) text = text.replace(/('descr': *)('[^']*')/, `$1${pick(DESCRIPTORS, random)}`);
  else if (how < 0.7) text = text.replace(/False|True/, (word) => pick(['True', 'False', '1', 'None'], random) || word);
  else {
    const at = Math.floor(random() * text.length);
    text =
      text.slice(0, at) + pick(["'", '{', '}', '(', ',', '\\', '\0', 'x', '9'.repeat(30)], random) + text.slice(at + 1);
  }
  const head = new Uint8Array(bytes.subarray(0, start));
  const out = new DataView(head.buffer);
  if (wide) out.setUint32(8, text.length, true);
  else out.setUint16(8, text.length, true);
  return concat(head, Uint8Array.from(latin(text)), bytes.subarray(start + length));
}

/** A value of the header changed; its length fits. */
export function mutateSafetensors(bytes: Uint8Array, random: Random): Uint8Array {
  if (random() < 0.2 || bytes.length < 8) return mutate(bytes, random);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0, true));
  const json = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString()) as Json;
  const text = new TextEncoder().encode(JSON.stringify(mutateJson(json, random)));
  const head = new Uint8Array(8);
  new DataView(head.buffer).setBigUint64(0, BigInt(text.length), true);
  return concat(head, text, bytes.subarray(8 + length));
}
