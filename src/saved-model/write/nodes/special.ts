// Special functions, complex numbers and Fourier transforms in TensorFlow.
// Owns: the names of their ops; the scale that TensorFlow's inverse transforms have and the engine's do not.
import { ValueError } from '../../../base/errors.ts';
import type { GraphValue, Node } from '../../../graph/graph.ts';
import type { HostFunction } from '../../../graph/primitive.ts';
import { type GraphTranslation, type NodeTable, T } from '../graph-translation.ts';
import { attribute, type Reference } from '../graph-writer.ts';
import { constantPolynomial } from '../sizes.ts';

/** By the names of the functions. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  besselI0: 'BesselI0',
  besselI0e: 'BesselI0e',
  besselI1: 'BesselI1',
  besselI1e: 'BesselI1e',
  besselJ0: 'BesselJ0',
  besselJ1: 'BesselJ1',
  besselK0: 'BesselK0',
  besselK0e: 'BesselK0e',
  besselK1: 'BesselK1',
  besselK1e: 'BesselK1e',
  besselY0: 'BesselY0',
  besselY1: 'BesselY1',
  betainc: 'Betainc',
  dawsn: 'Dawsn',
  digamma: 'Digamma',
  erfinv: 'Erfinv',
  expint: 'Expint',
  fresnelCos: 'FresnelCos',
  fresnelSin: 'FresnelSin',
  igamma: 'Igamma',
  igammaGradA: 'IgammaGradA',
  igammac: 'Igammac',
  lgamma: 'Lgamma',
  multiplyNoNan: 'MulNoNan',
  ndtri: 'Ndtri',
  nextafter: 'NextAfter',
  polygamma: 'Polygamma',
  spence: 'Spence',
  zeta: 'Zeta',
};

function elementwiseCall(w: GraphTranslation, node: Node): Reference {
  const { hostFunction } = node.params.call as HostFunction;
  const op = FUNCTIONS[hostFunction];
  if (!op)
    throw new ValueError(
      `export: ${node.scope ? `layer '${node.scope}'` : 'the function'} computes '${hostFunction}', for which TensorFlow's graphs have no op. Compute it outside of what is exported.`,
    );
  return w.writer.one(
    op,
    node.inputs.map((x) => w.operand(x, [])),
    T(node.inputs[0]!.dtype),
  );
}

const TO_COMPLEX = { ...T('float32'), Tout: attribute.type('complex64') };
const FROM_COMPLEX = { ...T('complex64'), Tout: attribute.type('float32') };
const complex = (w: GraphTranslation, re: Reference, im: Reference): Reference =>
  w.writer.one('Complex', [re, im], TO_COMPLEX);
const part = (w: GraphTranslation, name: 'Real' | 'Imag', x: Reference): Reference =>
  w.writer.one(name, [x], FROM_COMPLEX);

/** The length of a value's last axis, as integers of shape [1]. */
const lastOf = (w: GraphTranslation, value: GraphValue): Reference =>
  w.reshape(w.writer.size(w.dims(value).at(-1)!), [constantPolynomial(1)], 'int32');
/** TensorFlow's inverse transforms are divided by the length; those of the engine are not. */
const times = (w: GraphTranslation, x: Reference, length: Reference): Reference =>
  w.writer.one('Mul', [x, w.cast(length, 'int32', 'float32')], T('float32'));

type Transform = (w: GraphTranslation, node: Node) => Reference | readonly Reference[];
const whole =
  (op: 'FFT' | 'IFFT'): Transform =>
  (w, { inputs: [re, im] }) => {
    const y = w.writer.one(op, [complex(w, w.of(re!), w.of(im!))], { Tcomplex: attribute.type('complex64') });
    const parts = [part(w, 'Real', y), part(w, 'Imag', y)];
    return op === 'FFT' ? parts : parts.map((x) => times(w, x, lastOf(w, re!)));
  };
const HALVES = { Treal: attribute.type('float32'), Tcomplex: attribute.type('complex64') };

/** Fourier transforms of rows, by the names of the functions. */
export const transforms: Readonly<Record<string, Transform>> = {
  fft: whole('FFT'),
  ifft: whole('IFFT'),
  rfft: (w, { inputs: [x] }) => {
    const y = w.writer.one('RFFT', [w.of(x!), lastOf(w, x!)], HALVES);
    return [part(w, 'Real', y), part(w, 'Imag', y)];
  },
  irfft: (w, node) => {
    const [re, im] = node.inputs;
    const length = lastOf(w, node.outputs[0]!);
    return times(w, w.writer.one('IRFFT', [complex(w, w.of(re!), w.of(im!)), length], HALVES), length);
  },
};

export const special: NodeTable = {
  elementwiseCall,
  complex: (w, { inputs: [re, im] }) => complex(w, w.of(re!), w.of(im!)),
  real: (w, { inputs: [x] }) => part(w, 'Real', w.of(x!)),
  imag: (w, { inputs: [x] }) => part(w, 'Imag', w.of(x!)),
};
