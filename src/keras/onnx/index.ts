// ONNX both ways.
export { onnxBytes } from './export-onnx.ts';
export { loadOnnx } from './load-onnx.ts';
export { OnnxLayer } from './onnx-layer.ts';
