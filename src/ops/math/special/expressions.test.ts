// The compiled special functions against SciPy's values of the same float32 arguments, at special arguments against TensorFlow's, and
// their derivatives against finite differences of the functions in double precision.
import { expect, test } from 'vitest';
import * as tf from '../../../index.ts';
import * as double from './gamma.ts';
import * as normal from './normal.ts';

const { lgamma, digamma, erfinv, erfcinv, ndtri, nextafter } = tf.math;
const { besselI0, besselI1, besselI0e, besselI1e } = tf.math.special;
type Op = (x: tf.Tensor) => tf.Tensor;

const compiled = (op: Op, values: ArrayLike<number>): Float32Array =>
  tf
    .function(op)(tf.constant(Float32Array.from(values)))
    .dataSync() as Float32Array;

test.each<[string, Op, [number, number][]]>([
  [
    'lgamma',
    lgamma,
    [
      [1e-30, 69.0775527867],
      [9.99999997e-7, 13.8155099833],
      [0.00999999978, 4.59947990052],
      [0.300000012, 1.09579795306],
      [0.75, 0.203280951431],
      [0.999000013, 0.000578031080276],
      [1.00010002, -5.7722917769e-5],
      [1.29999995, -0.10817480144],
      [1.46159995, -0.121486290034],
      [1.46169996, -0.121486288311],
      [1.75, -0.0844011210205],
      [1.99989998, -4.22822233568e-5],
      [2.00099993, 0.000423076044981],
      [2.5, 0.284682870473],
      [3.29999995, 0.987098528551],
      [3.99900007, 1.79050358451],
      [4.00099993, 1.79301563773],
      [7.25, 7.05218545074],
      [19.5, 37.861086509],
      [1000.5, 5908.67417585],
      [1e10, 220258509289],
      [1.00000004e35, 7.95904815524e36],
      [-9.99999968e-21, 46.0517018916],
      [-0.25, 1.58957531255],
      [-0.5, 1.26551212348],
      [-1.5, 0.860047015376],
      [-3.25, -0.623153451321],
      [-7.75, -8.58184776355],
      [-100.300003, -363.766227226],
      [-4000.5, -29184.2669333],
    ],
  ],
  [
    'digamma',
    digamma,
    [
      [1e-30, -9.99999996829e29],
      [9.99999997e-7, -1000000.57974],
      [0.00999999978, -100.560887693],
      [0.300000012, -3.50252407622],
      [0.75, -1.08586087979],
      [0.999000013, -0.5788617809],
      [1.00010002, -0.577051156222],
      [1.29999995, -0.169190942952],
      [1.46159995, -3.1158485748e-5],
      [1.46169996, 6.56232190479e-5],
      [1.75, 0.247472453547],
      [1.99989998, 0.422719828968],
      [2.00099993, 0.423429020476],
      [2.5, 0.703156640645],
      [3.29999995, 1.0348224722],
      [3.99900007, 1.25583382603],
      [4.00099993, 1.25640143081],
      [7.25, 1.91045352688],
      [19.5, 2.94455434343],
      [1000.5, 6.90775532065],
      [1e10, 23.0258509299],
      [1.00000004e35, 80.5904782957],
      [-9.99999968e-21, 1.00000003173e20],
      [-0.25, 2.91413912021],
      [-0.600000024, -0.894718117604],
      [-1.25, 3.71413912021],
      [-3.25, 4.46627587235],
      [-7.75, -1.03076883283],
      [-100.300003, 6.89559713674],
      [-4000.25, 11.4358297787],
    ],
  ],
  [
    'erfinv',
    erfinv,
    [
      [1e-30, 8.86226928263e-31],
      [9.99999975e-6, 8.86226903088e-6],
      [0.100000001, 0.0888559918253],
      [0.400000006, 0.370807164654],
      [0.800000012, 0.906193826452],
      [0.949999988, 1.38590375224],
      [0.99000001, 1.8213866009],
      [0.996599972, 2.07114914594],
      [0.996699989, 2.077702745],
      [0.999899983, 2.7510354379],
      [0.999999881, 3.74392116278],
      [-1e-30, -8.86226928263e-31],
      [-9.99999975e-6, -8.86226903088e-6],
      [-0.100000001, -0.0888559918253],
      [-0.400000006, -0.370807164654],
      [-0.800000012, -0.906193826452],
      [-0.949999988, -1.38590375224],
      [-0.99000001, -1.8213866009],
      [-0.996599972, -2.07114914594],
      [-0.996699989, -2.077702745],
      [-0.999899983, -2.7510354379],
      [-0.999999881, -3.74392116278],
    ],
  ],
  [
    'erfcinv',
    erfcinv,
    [
      [9.99999991e-38, 9.07807488506],
      [9.99999968e-21, 6.60158062473],
      [1.00000001e-7, 3.76656258007],
      [0.000500000024, 2.46126644818],
      [0.00999999978, 1.82138637318],
      [0.300000012, 0.732869059883],
      [0.999000013, 0.000886215747638],
      [1.00100005, -0.00088626857092],
      [1.70000005, -0.732869150265],
      [1.99000001, -1.8213866009],
      [1.99989998, -2.7510354379],
    ],
  ],
  [
    'ndtri',
    ndtri,
    [
      [9.99999991e-38, -12.7845566673],
      [9.99999968e-21, -9.26234009319],
      [1.00000001e-7, -5.19933758002],
      [0.000500000024, -3.29052671813],
      [0.00999999978, -2.32634788243],
      [0.300000012, -0.524400478422],
      [0.499000013, -0.00250659862763],
      [0.500999987, 0.00250659862763],
      [0.850000024, 1.03643349175],
      [0.999000013, 3.09023612985],
      [0.999989986, 4.26458777186],
    ],
  ],
  [
    'besselI0',
    besselI0,
    [
      [9.99999968e-21, 1],
      [0.00100000005, 1.00000025],
      [0.5, 1.06348337074],
      [2, 2.27958530234],
      [4, 11.3019219521],
      [7.98999977, 423.584113011],
      [8.01000023, 431.581878444],
      [15, 339649.373298],
      [60, 5.89407705561e24],
      [-0.699999988, 1.12630301387],
      [-9, 1093.58835451],
    ],
  ],
  [
    'besselI1',
    besselI1,
    [
      [9.99999968e-21, 4.99999984133e-21],
      [0.00100000005, 0.000500000086249],
      [0.5, 0.257894305391],
      [2, 1.59063685464],
      [4, 9.7594651537],
      [7.98999977, 396.115140604],
      [8.01000023, 403.667027244],
      [15, 328124.92197],
      [60, 5.84475158839e24],
      [-0.699999988, -0.371879670684],
      [-9, -1030.91472252],
    ],
  ],
  [
    'besselI0e',
    besselI0e,
    [
      [9.99999968e-21, 1],
      [0.00100000005, 0.999000749536],
      [0.5, 0.645035270449],
      [2, 0.308508322554],
      [4, 0.207001921224],
      [7.98999977, 0.14352476751],
      [8.01000023, 0.143338977289],
      [15, 0.103899531449],
      [60, 0.0516115491736],
      [-0.699999988, 0.559305530973],
      [-9, 0.134959524582],
      [1e10, 3.98942280406e-6],
    ],
  ],
  [
    'besselI1e',
    besselI1e,
    [
      [9.99999968e-21, 4.99999984133e-21],
      [0.00100000005, 0.000499500336055],
      [0.5, 0.156420803185],
      [2, 0.215269289249],
      [4, 0.178750839502],
      [7.98999977, 0.134217341293],
      [8.01000023, 0.134067767301],
      [15, 0.100374175045],
      [60, 0.051179630189],
      [-0.699999988, -0.184669981442],
      [-9, -0.127224983936],
      [1e10, 3.98942280386e-6],
    ],
  ],
])('%s within five units in the last place', (_, op, table) => {
  const found = compiled(
    op,
    table.map(([x]) => x),
  );
  table.forEach(([x, wanted], i) => {
    const unit = 2 ** Math.max(Math.floor(Math.log2(Math.abs(wanted))) - 23, -149);
    expect(Math.abs(found[i]! - wanted) / unit, `at ${x}: ${found[i]}, wanted ${wanted}`).toBeLessThan(5);
  });
});

const [I, N] = [Number.POSITIVE_INFINITY, Number.NaN];
const SPECIAL = [0, -0, 1, -1, 2, -2, -3, I, -I, N];
test.each<[string, Op, number[]]>([
  ['lgamma', lgamma, [I, I, 0, I, 0, I, I, I, I, N]],
  ['digamma', digamma, [N, N, -0.5772156649, N, 0.4227843351, N, N, I, N, N]],
  ['erfinv', erfinv, [0, -0, I, -I, N, N, N, N, N, N]],
  ['erfcinv', erfcinv, [I, I, 0, N, -I, N, N, N, N, N]],
  ['ndtri', ndtri, [-I, -I, I, N, N, N, N, N, N, N]],
  ['besselI0e', besselI0e, [1, 1, 0.465759607, 0.465759607, 0.308508323, 0.308508323, 0.243000354, 0, 0, N]],
  ['besselI1e', besselI1e, [0, -0, 0.207910415, -0.207910415, 0.215269289, -0.215269289, -0.196826713, 0, -0, N]],
  ['besselI0', besselI0, [1, 1, 1.26606588, 1.26606588, 2.2795853, 2.2795853, 4.88079259, I, I, N]],
  ['besselI1', besselI1, [0, -0, 0.565159104, -0.565159104, 1.59063685, -1.59063685, -3.95337022, I, -I, N]],
])('%s at special arguments', (_, op, wanted) => {
  const found = compiled(op, SPECIAL);
  SPECIAL.forEach((x, i) => {
    if (Number.isFinite(wanted[i]!) && wanted[i] !== 0) expect(found[i], `at ${x}`).toBeCloseTo(wanted[i]!, 5);
    else expect(found[i], `at ${x}`).toBe(wanted[i]);
  });
});

test('lgamma keeps its absolute error beside its zeros of negative numbers', () => {
  const [x] = [Math.fround(-2.4569986)];
  expect(Math.abs(compiled(lgamma, [x])[0]! - 3.9638726461e-5)).toBeLessThan(2e-7);
});

test('nextafter: every pair of a list, against the order of their bits', () => {
  const tiny = 2 ** -149;
  const list = [0, tiny, 2 * tiny, 1, 1 + 2 ** -23, 3.4028234663852886e38, I].flatMap((x) => [x, -x]);
  const pairs = list.flatMap((x) => list.map((y) => [x, y] as const));
  const [x, y] = [0, 1].map((k) => tf.constant(Float32Array.from(pairs, (pair) => pair[k]!))) as [tf.Tensor, tf.Tensor];
  const found = tf.function(nextafter)(x, y).dataSync() as Float32Array;
  const bits = new DataView(new ArrayBuffer(4));
  pairs.forEach(([from, to], i) => {
    let wanted = to;
    if (from !== to) {
      bits.setFloat32(0, from);
      const magnitude = bits.getInt32(0) & 0x7fffffff;
      const away = Math.sign(to - from) === (Math.sign(from) || Math.sign(to));
      const negative = from === 0 ? to < 0 : from < 0;
      bits.setInt32(0, (magnitude + (away ? 1 : -1)) | (negative ? 0x80000000 : 0));
      wanted = bits.getFloat32(0);
    }
    expect(found[i], `${from} to ${to}`).toBe(wanted);
  });
  expect(nextafter(N, 1).item()).toBeNaN();
  expect(nextafter(1, N).item()).toBeNaN();
});

test.each<[string, Op, (x: number) => number, number[]]>([
  ['lgamma', lgamma, double.lgamma, [0.3, 0.9, 1.5, 3.5, 8, -0.4, -2.3]],
  ['digamma', digamma, double.digamma, [0.3, 0.9, 1.5, 3.5, 8, -0.4, -2.3]],
  ['erfinv', erfinv, normal.erfinv, [-0.9, -0.3, 0.1, 0.7, 0.97]],
  ['erfcinv', erfcinv, normal.erfcinv, [0.05, 0.4, 1.2, 1.9]],
  ['ndtri', ndtri, normal.ndtri, [0.02, 0.3, 0.6, 0.99]],
])('the derivative of %s', (_, op, exact, list) => {
  const slope = compiled((x) => tf.valueAndGrad(() => op(x), [x])[1][0] as tf.Tensor, list);
  list.forEach((value, i) => {
    const x = Math.fround(value);
    const wanted = (exact(x + 1e-4) - exact(x - 1e-4)) / 2e-4;
    expect(Math.abs(slope[i]! / wanted - 1), `at ${x}`).toBeLessThan(1e-4);
  });
});

test('float16 rounds the same results, float64 keeps its own precision', () => {
  const values = [0.3, 0.75, 1.25, 5];
  const narrow = tf.function(lgamma)(tf.constant(values, 'float16'));
  expect(narrow.dtype).toBe('float16');
  narrow
    .dataSync()
    .forEach(
      (x, i) =>
        void expect(
          Math.abs(Number(x) - double.lgamma(Number(tf.constant(values, 'float16').dataSync()[i]))),
        ).toBeLessThan(2e-3),
    );
  const wide = tf.function(lgamma)(tf.constant(values, 'float64')).dataSync() as Float64Array;
  wide.forEach((x, i) => void expect(x).toBe(double.lgamma(values[i]!)));
});
