// keras.Operation: what can be a node of a functional model, with a `call` and nothing else: no weights, no training.
// Owns: the base class that users extend, its symbolic call, its config. Layers are operations too; their base is layers/layer.ts.
import { StateError, show, ValueError } from '../../base/errors.ts';
import { FunctionObject } from '../../base/function-object.ts';
import { isRecord } from '../../base/record.ts';
import { shortForm } from '../../base/short-form.ts';
import { hasSymbolic } from '../../ops/core/define.ts';
import { constructFrom, withRecordedArguments } from '../recorded-arguments.ts';
import { currentRemat, withRemat } from '../remat.ts';
import type { Config } from '../schema.ts';
import { registerModule, type Serializable } from '../serialization.ts';
import { autoName } from '../session.ts';
import type { Structure } from '../types.ts';
import { kerasTensorsIn, Node, type Operation as OperationNode, onlyCall } from './keras-tensor.ts';
import { hasUnknown, symbolicResult } from './output-spec.ts';

export interface OperationOptions {
  readonly name?: string | null | undefined;
}

/** Whether a value can be a node of a graph: an operation, or a layer. */
const isNode = (value: unknown): boolean =>
  value instanceof FunctionObject && 'inboundNodes' in value && 'outboundNodes' in value && 'call' in value;

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances are functions.
export class OperationBase extends FunctionObject implements OperationNode, Serializable {
  readonly #remat = currentRemat();
  readonly #inbound: Node[] = [];
  readonly #outbound: Node[] = [];

  constructor(options: OperationOptions | string | null = {}) {
    const given = typeof options === 'string' ? options : (options?.name ?? null);
    if (given !== null && (typeof given !== 'string' || given === '' || given.includes('/')))
      throw new ValueError(`Operation: name: found ${show(given)}, wanted a text without '/'.`);
    super(given ?? autoName(new.target.name));
  }
  static override [Symbol.hasInstance](value: unknown): boolean {
    // Layers are operations, as in Keras, though they have a base of their own.
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return this === OperationBase ? isNode(value) : super[Symbol.hasInstance](value);
  }

  get inboundNodes(): Node[] {
    return this.#inbound;
  }
  get outboundNodes(): Node[] {
    return this.#outbound;
  }
  #single(what: string): Node {
    return onlyCall(this, what, 'operation', 'Call it on an Input');
  }
  /** The symbolic input of its only call. */
  get input(): Structure {
    return this.#single('input').args[0] as Structure;
  }
  get output(): Structure {
    return this.#single('output').result as Structure;
  }

  /** What the operation computes. Override it. */
  call(..._args: never[]): unknown {
    throw new StateError(
      `operation '${this.name}' (${this.constructor.name}) has no call method; write call(x) { … } in its class.`,
    );
  }
  protected override invoke(...args: unknown[]): unknown {
    if (hasSymbolic(args)) return this.symbolicCall(...args);
    return withRemat(this.#remat, this, args, (given) => Reflect.apply(this.call, this, given));
  }
  run(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): unknown {
    return this.invoke(...args, ...(Object.keys(kwargs).length > 0 ? [kwargs] : []));
  }
  /** A node of the graph with these arguments; gives its symbolic outputs. */
  symbolicCall(...args: readonly unknown[]): unknown {
    return new Node(this, args, {}, this.computeOutputSpec(...(args as never[]))).result;
  }
  /** Symbolic tensors of the outputs' shapes and dtypes: found by running `call` on shapes alone, unless it is overridden. */
  computeOutputSpec(...args: never[]): unknown {
    const symbolic = kerasTensorsIn(args);
    try {
      return symbolicResult(hasUnknown(symbolic), (replace) =>
        Reflect.apply(this.call, this, replace(args) as unknown[]),
      );
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new StateError(
        `operation '${this.name}' (${this.constructor.name}): the shape of its output could not be found by running call: ${error.message} Mend call, or write computeOutputSpec(…) { … }.`,
        { cause: error },
      );
    }
  }

  getConfig(): Config {
    const config: Config = { name: this.name };
    return this.getConfig === OperationBase.prototype.getConfig ? withRecordedArguments(this, config) : config;
  }
  static fromConfig(config: Config): unknown {
    if (!isRecord(config)) throw new ValueError(`Operation.fromConfig: found ${show(config)}, wanted a config.`);
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return constructFrom(this, config);
  }
  override toString(): string {
    return shortForm(this, { name: this.name });
  }
}
Object.defineProperty(OperationBase, 'name', { value: 'Operation' });

/** What an operation gives when called: what its own `call` gives. */
type Result<O> = O extends { call(...args: never): infer R } ? R : never;
export interface OperationBase {
  // biome-ignore lint/style/useShorthandFunctionType: the interface is merged with the class.
  (...args: readonly unknown[]): Result<this>;
}

export interface Operation extends OperationBase {}
/** For `extends`: a class with a `call` of its own is called on values and on symbolic tensors alike. */
export interface OperationClass {
  new (options?: OperationOptions | string | null): Operation;
  readonly prototype: Operation;
  fromConfig(config: Config): unknown;
  [Symbol.hasInstance](value: unknown): value is Operation;
}
export const Operation: OperationClass = OperationBase as object as OperationClass;
registerModule('keras', { Operation });
