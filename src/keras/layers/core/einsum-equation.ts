// The equation of EinsumDense read against shapes: what shape the kernel, the bias and the output have.
// Owns: the three forms 'ab,bc->ac', '...ab,bc->...ac', 'ab...,bc->ac...'. The product itself is tf.einsum.
import { ShapeError, show, ValueError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';

export interface EinsumShapes {
  readonly kernel: Shape;
  readonly bias: Shape | null;
  readonly output: Shape;
  /** Axes of the kernel that come from the input, and those that go to the output: for the fans of initializers. */
  readonly inputAxes: readonly number[];
  readonly outputAxes: readonly number[];
}

const forms = [
  { pattern: /^([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)$/, elided: 'none' },
  { pattern: /^\.\.\.([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)$/, elided: 'left' },
  { pattern: /^([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\.$/, elided: 'right' },
] as const;

/** `partial` is the output's shape without the batch and without the axes that the equation elides. */
export function analyzeEinsum(
  equation: string,
  biasAxes: string | null,
  inputShape: Shape,
  partial: Shape,
  layer: string,
): EinsumShapes {
  const form = forms.find(({ pattern }) => pattern.test(equation));
  if (!form)
    throw new ValueError(
      `layer '${layer}': equation ${show(equation)} has none of the forms [X],[Y]->[Z], ...[X],[Y]->...[Z], [X]...,[Y]->[Z]...`,
    );
  const [, input, kernel, result] = form.pattern.exec(equation) as string[] as [string, string, string, string];
  const elided = inputShape.length - input.length;
  if (elided < 0 || (form.elided === 'none' && elided !== 0))
    throw new ShapeError(
      `layer '${layer}': equation ${show(equation)} names ${input.length} axes of the input, whose shape is ${showShape(inputShape)}.`,
    );
  const left = form.elided === 'left';
  const output: (number | null)[] = [inputShape[0] ?? null, ...partial];
  if (left) output.splice(1, 0, ...inputShape.slice(1, elided));
  else output.push(...inputShape.slice(inputShape.length - elided));
  const inputLength = (name: string): number | null => inputShape[input.indexOf(name) + (left ? elided : 0)] ?? null;
  const outputLength = (name: string): number | null => output[result.indexOf(name) + (left ? elided : 0)] ?? null;

  for (const name of input) {
    if (!result.includes(name)) continue;
    const [from, to] = [inputLength(name), outputLength(name)];
    if (to !== null && from !== to)
      throw new ShapeError(
        `layer '${layer}': axis '${name}' of ${show(equation)} has length ${from} in the input ${showShape(inputShape)} and ${to} in the output ${showShape(output)}; wanted the same.`,
      );
  }
  for (const name of result)
    if (!input.includes(name) && !kernel.includes(name))
      throw new ValueError(
        `layer '${layer}': axis '${name}' of ${show(equation)} is in the output, but in no operand.`,
      );

  const inputAxes: number[] = [];
  const outputAxes: number[] = [];
  const kernelShape = [...kernel].map((name, i) => {
    if (result.includes(name)) {
      outputAxes.push(i);
      return outputLength(name);
    }
    if (!input.includes(name))
      throw new ValueError(
        `layer '${layer}': axis '${name}' of the kernel in ${show(equation)} is neither in the input nor in the output, so its length is not known.`,
      );
    inputAxes.push(i);
    return inputLength(name);
  });
  return { kernel: kernelShape, bias: biasShape(), output, inputAxes, outputAxes };

  function biasShape(): Shape | null {
    if (biasAxes === null) return null;
    const missing = [...biasAxes].find((name) => !result.includes(name));
    if (missing !== undefined)
      throw new ValueError(`layer '${layer}': bias axis '${missing}' is not in the output of ${show(equation)}.`);
    const first = Math.min(...[...biasAxes].map((name) => result.indexOf(name)));
    const shape = [...result.slice(first)].map((name) => (biasAxes.includes(name) ? outputLength(name) : 1));
    return left ? shape : [...shape, ...new Array<number>(elided).fill(1)];
  }
}
