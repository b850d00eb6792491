// Elements as values that can be sent to another thread: tensors become typed arrays with a shape.
// Owns: that form, and the call of a module's function on it. Free of tensors, for workers.

/** A tensor as it is sent. */
export interface Sent {
  readonly $tensor: { readonly dims: readonly number[]; readonly dtype: string; readonly data: ArrayLike<unknown> };
}
export interface FunctionQuestion {
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

export const isSent = (value: unknown): value is Sent =>
  value !== null && typeof value === 'object' && '$tensor' in value;

interface TensorParts {
  readonly dims: readonly number[];
  readonly dtype: string;
  readonly elements: ArrayLike<unknown>;
}
const isTensor = (value: object): value is TensorParts => 'dims' in value && 'dtype' in value && 'elements' in value;

/** Bytes among texts may lie in memory with others, all of which would be sent. */
const sendable = (data: ArrayLike<unknown>): ArrayLike<unknown> =>
  Array.isArray(data)
    ? data.map((text) =>
        text instanceof Uint8Array && text.byteLength < text.buffer.byteLength ? new Uint8Array(text) : text,
      )
    : data;

/** The structure with every tensor in the form in which it is sent. */
export function toSent(value: unknown): unknown {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value;
  if (isTensor(value)) return { $tensor: { dims: value.dims, dtype: value.dtype, data: sendable(value.elements) } };
  if (ArrayBuffer.isView(value)) {
    const { shape, dtype } = value as { shape?: readonly number[]; dtype?: string };
    // A property of a typed array's own is not sent with it.
    if (shape === undefined) return value;
    return { $shaped: [...shape], data: value, ...(dtype === undefined ? {} : { dtype }) };
  }
  if (Array.isArray(value)) return value.map(toSent);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toSent(part)]));
}

/** The same with `make` in place of what was sent. */
export function fromSent(value: unknown, make: (sent: Sent['$tensor']) => unknown): unknown {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  if (isSent(value)) return make(value.$tensor);
  if ('$shaped' in value && 'data' in value) {
    const { $shaped: shape, data, ...dtype } = value;
    return Object.assign(data as object, { shape, ...dtype });
  }
  if (Array.isArray(value)) return value.map((part) => fromSent(part, make));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fromSent(part, make)]));
}

/** Calls the function of a module on elements that were sent. */
export async function callFunction({ module, name, args }: FunctionQuestion): Promise<unknown> {
  const found = (await import(/* @vite-ignore */ module)) as Record<string, unknown>;
  const f = found[name];
  if (typeof f !== 'function') throw new TypeError(`${module} exports no function '${name}'.`);
  const plain = args.map((arg) =>
    fromSent(arg, ({ dims, data }) =>
      // Views of memory that is used again must not be changed: the function gets its own.
      Object.assign(ArrayBuffer.isView(data) ? (data as Float32Array).slice() : [...(data as unknown[])], {
        shape: dims,
      }),
    ),
  );
  return toSent(await (f as (...args: unknown[]) => unknown)(...plain));
}
