// tf.summary: numbers, histograms, pictures, sounds, texts and graphs for TensorBoard.
// Owns: conversion of what is given to what the event files hold. Leaves files to writer.ts.
// Source: https://www.tensorflow.org/api_docs/python/tf/summary

import { dtypes, isFloating } from '../../base/dtype.ts';
import { ShapeError, StateError, show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { showShape } from '../../base/shape.ts';
import type { ArrayData } from '../../formats/array-data.ts';
import { encodePng } from '../../formats/images/png-encode.ts';
import {
  audioEvent,
  type EventPlace,
  graphEvent,
  histogramEvent,
  imageEvent,
  type PluginNote,
  scalarEvent,
  summaryEvent,
  textEvent,
} from '../../formats/tensorflow/event-proto.ts';
import { encodeWav } from '../../formats/wav.ts';
import type { NamedGraph } from '../../runtime/function.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { graphDefOf } from './graph-def.ts';
import { destination, getStep, type SummaryWriter, setStep } from './writer.ts';

export { kernelTraceOff as traceOff, kernelTraceOn as traceOn, traceExport } from './trace.ts';
export {
  createFileWriter,
  createNoopWriter,
  flush,
  recordIf,
  SummaryWriter,
  shouldRecordSummaries,
  type WriterOptions,
} from './writer.ts';

export interface SummaryOptions
  extends Options<{ step: number | bigint | Tensor | null; description: string | null }> {}

/** Takes the value's event to the default writer. Whether there was one. */
function record(
  method: string,
  name: string,
  options: SummaryOptions,
  make: (place: EventPlace) => Uint8Array | Promise<Uint8Array>,
): boolean {
  if (typeof name !== 'string') throw new ValueError(`summary.${method}: name: found ${show(name)}, wanted a text.`);
  const { step } = options;
  const number = step === null || step === undefined ? null : Number(typeof step === 'object' ? step.item() : step);
  const found = destination(method, number);
  if (!found) return false;
  found.writer.add(make({ step: found.step, wallTime: Date.now() / 1000 }));
  return true;
}
const given = (data: TensorLike, method: string): Tensor => convertToTensor(data, undefined, `summary.${method}: data`);
const note = ({ description }: SummaryOptions): string | undefined => description ?? undefined;
/** The elements as numbers. */
function numbersOf(tensor: Tensor, method: string): ArrayLike<number> {
  if (tensor.dtype === 'string' || dtypes[tensor.dtype].lanes !== 1)
    throw new ValueError(`summary.${method}: data: found dtype ${tensor.dtype}, wanted numbers.`);
  const data = tensor.dataSync() as ArrayLike<number | bigint>;
  return typeof data[0] === 'bigint' ? Float64Array.from(data, Number) : (data as ArrayLike<number>);
}

/** One number at a step. */
export function scalar(name: string, data: TensorLike, options: SummaryOptions = {}): boolean {
  return record('scalar', name, options, (place) => {
    const tensor = given(data, 'scalar');
    if (tensor.rank !== 0)
      throw new ShapeError(
        `summary.scalar: '${name}': found shape ${showShape(tensor.shape)}, wanted one number; use summary.histogram for many.`,
      );
    return scalarEvent(place, name, numbersOf(tensor, 'scalar')[0]!, note(options));
  });
}

/** How many of the numbers lie in each of equal intervals. */
export function histogram(
  name: string,
  data: TensorLike,
  options: SummaryOptions & Options<{ buckets: number | null }> = {},
): boolean {
  return record('histogram', name, options, (place) =>
    histogramEvent(place, name, numbersOf(given(data, 'histogram'), 'histogram'), options.buckets ?? 30, note(options)),
  );
}

/** Pictures of shape (samples, height, width, channels), floats from 0 to 1 or bytes. */
export function image(
  name: string,
  data: TensorLike,
  options: SummaryOptions & Options<{ maxOutputs: number }> = {},
): boolean {
  return record('image', name, options, (place) => {
    const tensor = given(data, 'image');
    const [count, height, width, channels] = tensor.shape as number[];
    if (tensor.rank !== 4 || channels! < 1 || channels! > 4)
      throw new ShapeError(
        `summary.image: '${name}': found shape ${showShape(tensor.shape)}, wanted (samples, height, width, channels) with 1 to 4 channels.`,
      );
    const values = numbersOf(tensor, 'image');
    // As tf.image.convertImageDtype: 1 becomes 255, and each byte stands for an equal part of 0…1.
    const [scale, shift] = isFloating(tensor.dtype) ? [255.5, 0] : [1, 0];
    const pixels = Uint8Array.from(values, (v) => Math.min(Math.max(Math.trunc(v * scale + shift), 0), 255));
    const size = height! * width! * channels!;
    const shown = Math.min(count!, options.maxOutputs ?? 3);
    const pictures = import('fflate').then(({ zlibSync }) =>
      Array.from({ length: shown }, (_, i) =>
        encodePng(
          { width: width!, height: height!, channels: channels!, data: pixels.subarray(i * size, (i + 1) * size) },
          zlibSync,
        ),
      ),
    );
    return pictures.then((list) => imageEvent(place, name, width!, height!, list, note(options)));
  });
}

/** Sounds of shape (samples, time, channels) with numbers from −1 to 1. */
export function audio(
  name: string,
  data: TensorLike,
  sampleRate: number,
  options: SummaryOptions & Options<{ maxOutputs: number; encoding: 'wav' | null }> = {},
): boolean {
  return record('audio', name, options, (place) => {
    const tensor = given(data, 'audio');
    if (tensor.rank !== 3)
      throw new ShapeError(
        `summary.audio: '${name}': found shape ${showShape(tensor.shape)}, wanted (samples, time, channels).`,
      );
    if (options.encoding && options.encoding !== 'wav')
      throw new ValueError(`summary.audio: encoding: found ${show(options.encoding)}, wanted 'wav'.`);
    const [count, time, channels] = tensor.shape as number[];
    const values = Float32Array.from(numbersOf(tensor, 'audio'));
    const size = time! * channels!;
    const clips = Array.from({ length: Math.min(count!, options.maxOutputs ?? 3) }, (_, i) =>
      encodeWav(values.subarray(i * size, (i + 1) * size), channels!, sampleRate),
    );
    return audioEvent(place, name, clips, note(options));
  });
}

/** A text, or texts in an array; TensorBoard reads Markdown. */
export function text(name: string, data: TensorLike, options: SummaryOptions = {}): boolean {
  return record('text', name, options, (place) => {
    const tensor = given(data, 'text');
    if (tensor.dtype !== 'string')
      throw new ValueError(`summary.text: '${name}': found dtype ${tensor.dtype}, wanted texts.`);
    return textEvent(place, name, arrayOf(tensor), note(options));
  });
}
const arrayOf = (tensor: Tensor): ArrayData => ({
  dtype: tensor.dtype,
  shape: tensor.dims,
  data: Array.isArray(tensor.elements) ? [...tensor.elements] : tensor.dataSync(),
});

/** Any tensor, for a plugin of TensorBoard that `metadata` names. */
export const write = guarded(
  'summary.write',
  ['tag', 'tensor', 'options'],
  (
    tag: string,
    tensor: TensorLike,
    options: Options<{ step: SummaryOptions['step']; metadata: PluginNote }> = {},
  ): boolean => {
    return record('write', tag, { step: options.step }, (place) =>
      summaryEvent(place, tag, options.metadata ?? { plugin: '' }, arrayOf(given(tensor, 'write'))),
    );
  },
);

/** The latest trace of a tf.function, or the bytes of a GraphDef, for the page of graphs. */
export function graph(graphData: { readonly tracedGraph: NamedGraph | null } | Uint8Array): boolean {
  const found = destination('graph', 0);
  if (!found) return false;
  let bytes: Uint8Array;
  if (graphData instanceof Uint8Array) bytes = graphData;
  else {
    if (
      !graphData ||
      (typeof graphData !== 'object' && typeof graphData !== 'function') ||
      !('tracedGraph' in graphData)
    )
      throw new ValueError(`summary.graph: found ${show(graphData)}, wanted a tf.function or the bytes of a GraphDef.`);
    if (!graphData.tracedGraph)
      throw new StateError('summary.graph: the tf.function has not been traced yet; call it once first.');
    bytes = graphDefOf(graphData.tracedGraph);
  }
  found.writer.add(graphEvent(Date.now() / 1000, bytes));
  return true;
}

/** Steps for summaries that give none. */
export const experimental = { getStep, setStep };
export type { SummaryWriter as Writer };
