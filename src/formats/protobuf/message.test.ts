// Protocol buffers against bytes worked out by hand from the specification, and against themselves.
import { expect, test } from 'vitest';
import { field, type Message, mapOf, message, optional, repeated } from './message.ts';
import { type } from './wire.ts';

interface Small {
  number: number;
  text: string;
  big: bigint;
  list: number[];
  flag?: boolean;
  inner?: Small;
  counts: Map<string, number>;
  children: Map<string, Small>;
  bytes: Uint8Array;
  signed: number;
  floats: number[];
}
const Small: Message<Small> = message<Small>({
  number: field(1, type.int),
  text: field(2, type.string),
  big: field(3, type.bigint),
  list: repeated(4, type.int),
  flag: optional(5, type.bool),
  inner: optional(6, () => Small),
  counts: mapOf(7, type.string, type.int),
  children: mapOf(8, type.string, () => Small),
  bytes: field(9, type.bytes),
  signed: field(10, type.sint),
  floats: repeated(11, type.float),
});
const decode = (...bytes: number[]) => Small.decode(Uint8Array.from(bytes), 'x.pb');

test('the examples of the encoding guide', () => {
  expect(decode(0x08, 0x96, 0x01).number).toBe(150);
  expect(decode(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67).text).toBe('testing');
  expect(decode(0x22, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05).list).toEqual([3, 270, 86942]);
  expect(decode(0x20, 0x03, 0x20, 0x8e, 0x02).list).toEqual([3, 270]); // not packed
  expect([...Small.encode({ number: 150 })]).toEqual([0x08, 0x96, 0x01]);
  expect([...Small.encode({ list: [3, 270, 86942] })]).toEqual([0x22, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05]);
  expect([...Small.encode({ signed: -2 })]).toEqual([0x50, 0x03]);
});

test('what was not written has its default, or is absent', () => {
  const empty = decode();
  expect(empty).toMatchObject({ number: 0, text: '', big: 0n, list: [], counts: new Map(), bytes: new Uint8Array(0) });
  expect(empty.flag).toBeUndefined();
  expect(empty.inner).toBeUndefined();
  expect(Small.encode({ number: 0, text: '', list: [] })).toEqual(new Uint8Array(0));
  expect([...Small.encode({ flag: false })]).toEqual([0x28, 0]);
});

test('everything comes back', () => {
  const value = {
    number: -5,
    text: 'äö',
    big: -(2n ** 62n) - 1n,
    list: [0, 1, -1, 2 ** 40, -(2 ** 40)],
    flag: true,
    inner: { number: 7, inner: { text: 'deep' } },
    counts: new Map([
      ['a', 1],
      ['', 0],
    ]),
    children: new Map([['c', { text: 'child' }]]),
    bytes: Uint8Array.of(0, 255),
    signed: -(2 ** 45),
    floats: [1.5, -0.25, Number.NaN],
  };
  const back = Small.decode(Small.encode(value), 'x');
  expect(back).toMatchObject({ ...value, children: expect.any(Map), inner: { number: 7, inner: { text: 'deep' } } });
  expect(back.children.get('c')?.text).toBe('child');
});

test('unknown fields are skipped, the last of single values counts', () => {
  expect(
    decode(
      0xf8,
      0x01,
      5,
      0xfa,
      0x01,
      2,
      9,
      9,
      0xf9,
      0x01,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0xfd,
      0x01,
      0,
      0,
      0,
      0,
      0x08,
      1,
      0x08,
      2,
    ).number,
  ).toBe(2);
});

test('damage is told with its place', () => {
  expect(() => decode(0x12, 0x07, 0x74)).toThrow(
    /x\.pb: the protocol buffer is damaged or cut off: 7 bytes were wanted, 1 are left \(at byte 2\)/,
  );
  expect(() => decode(0x08)).toThrow(/damaged/);
  expect(() => decode(0x0b)).toThrow(/wire type 3/);
  expect(() => decode(0x0a, 0)).toThrow(/wire type 2 where 0 is expected/);
  expect(() => decode(0x12, 1, 0xff)).toThrow(/UTF-8/);
  expect(() => decode(...new Array(11).fill(0xff))).toThrow(/more than ten bytes/);
});

test('deep nesting is refused, not run into', () => {
  let bytes = Uint8Array.of();
  const wrap = (content: Uint8Array) => {
    const length = content.length < 128 ? [content.length] : [(content.length & 127) | 128, content.length >> 7];
    return Uint8Array.from([0x32, ...length, ...content]);
  };
  for (let i = 0; i < 150; i++) bytes = wrap(bytes);
  expect(() => Small.decode(bytes, 'x')).toThrow(/nested more than 100 deep/);
});
