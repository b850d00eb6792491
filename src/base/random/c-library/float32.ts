// Logarithm, sine and cosine of float32 numbers as the GNU C library rounds them: TensorFlow's normal deviates are made with
// these. All is computed in double precision from short polynomials (Arm's optimized routines, MIT licence) and is as fast as
// the built-in functions, from which the results differ in one deviate of seventy.

const SUBINTERVALS = 16;
const LN2 = Math.LN2;
// biome-ignore format: a table
const RECIPROCALS = new Float64Array([
  1.3989071621465281, 1.3403141896637998, 1.286432210124115, 1.2367150214269895, 1.1906977166711752, 1.1479821020556429,
  1.1082251448272158, 1.0711297413057381, 1.0364372789772831, 1, 0.9492859795739057, 0.8951049428609004, 0.8476821620351103,
  0.8050314851692001, 0.7664671008843108, 0.731428603316328,
]);
// biome-ignore format: a table
const LOGARITHMS = new Float64Array([
  -0.33569133332882284, -0.2929040563774074, -0.2518726580937369, -0.21245868807117255, -0.17453945183745634,
  -0.1380057072319758, -0.10275976698545139, -0.0687139244702052, -0.03578913873982280, 0, 0.05204517742929496,
  0.11081431298787942, 0.1652495223695143, 0.21687389031699977, 0.2659635028121397, 0.3127556664073557,
]);

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);
/** The bits of 0.69921875, where the first of the intervals begins. */
const FIRST = 0x3f330000;

/** log(x) for a positive normal float32 number, rounded to float32. */
export function logFloat32(x: number): number {
  float[0] = x;
  const offset = bits[0]! - FIRST;
  const i = (offset >> 19) & (SUBINTERVALS - 1);
  const exponent = offset >> 23;
  bits[0] = bits[0]! - (exponent << 23);
  const r = float[0] * RECIPROCALS[i]! - 1;
  const r2 = r * r;
  const polynomial = -0.25089342214237154 * r2 + (0.33345676574406602 * r - 0.4999997485802103);
  return Math.fround(polynomial * r2 + (LOGARITHMS[i]! + exponent * LN2 + r));
}

/** Writes sin(x) and cos(x) of a float32 number of size below 120 to `out`, rounded to float32. */
export function sinCosFloat32(x: number, out: Float32Array): void {
  const quarter = Math.abs(x) < 0.75 ? 0 : (((x * 10680707.430881744) | 0) + 0x800000) >> 24;
  const y = x - quarter * 1.5707963267948966;
  const y2 = y * y;
  const y3 = y2 * y;
  const y4 = y2 * y2;
  const sin = y - 0.16666654943701084 * y3 + y2 * y3 * (0.0083321781461388536 - 0.00019517298981385725 * y2);
  const cos =
    1 -
    0.49999999725108224 * y2 +
    0.041666623324344516 * y4 +
    y2 * y4 * (2.4390450703564542e-5 * y2 - 0.0013886763794376041);
  out[0] = quarter & 1 ? cos : sin;
  out[1] = quarter & 1 ? sin : cos;
  if (quarter & 2) out[0] = -out[0]!;
  if ((quarter + 1) & 2) out[1] = -out[1]!;
}
