// Functions and modules of WebAssembly.
// Owns: locals of a function, the sections of a module and their order. Knows nothing of what is computed.
import { Code, type ValueType, valueTypeByte } from './code.ts';

export interface Signature {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function under construction: parameters are locals 0, 1, …; `body` holds its instructions without the final `end`. */
export class FunctionBuilder {
  readonly body = new Code();
  private readonly localTypes: ValueType[] = [];
  private readonly free = new Map<ValueType, number[]>();
  readonly name: string;
  readonly signature: Signature;

  constructor(name: string, signature: Signature) {
    this.name = name;
    this.signature = signature;
  }

  /** A local of this type that nobody else uses. Its value is undefined: a released one may come back. */
  local(type: ValueType): number {
    const reused = this.free.get(type)?.pop();
    if (reused !== undefined) return reused;
    this.localTypes.push(type);
    return this.signature.params.length + this.localTypes.length - 1;
  }

  /** Gives a local back for reuse. */
  release(local: number): void {
    const type = this.localTypes[local - this.signature.params.length]!;
    const list = this.free.get(type);
    if (list) list.push(local);
    else this.free.set(type, [local]);
  }

  encode(): Code {
    const runs: [number, ValueType][] = [];
    for (const type of this.localTypes) {
      const last = runs[runs.length - 1];
      if (last && last[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    const code = new Code().unsigned(runs.length);
    for (const [count, type] of runs) code.unsigned(count).byte(valueTypeByte[type]);
    return code.append(this.body).end();
  }
}

interface ImportedFunction {
  readonly module: string;
  readonly name: string;
  readonly type: number;
}

export interface MemoryImport {
  readonly module: string;
  readonly name: string;
  readonly shared: boolean;
  readonly minimumPages: number;
  readonly maximumPages: number;
}

/** A module under construction. Imported functions come first in the numbering: import before the first `define`. */
export class ModuleBuilder {
  private readonly types: string[] = [];
  private readonly typeCodes: Code[] = [];
  private readonly imports: ImportedFunction[] = [];
  private readonly functions: FunctionBuilder[] = [];
  private readonly functionTypes: number[] = [];
  private readonly exports: (readonly [string, number])[] = [];
  private readonly globals: (readonly [ValueType, number])[] = [];
  private readonly custom: (readonly [string, Uint8Array])[] = [];
  private readonly memory: MemoryImport | undefined;

  constructor(memory?: MemoryImport) {
    this.memory = memory;
  }

  private type(signature: Signature): number {
    const key = `${signature.params.join()}>${signature.results.join()}`;
    const known = this.types.indexOf(key);
    if (known >= 0) return known;
    const code = new Code().byte(0x60).unsigned(signature.params.length);
    for (const type of signature.params) code.byte(valueTypeByte[type]);
    code.unsigned(signature.results.length);
    for (const type of signature.results) code.byte(valueTypeByte[type]);
    this.types.push(key);
    this.typeCodes.push(code);
    return this.types.length - 1;
  }

  importFunction(module: string, name: string, signature: Signature): number {
    if (this.functions.length > 0) throw new RangeError('imports come before definitions');
    this.imports.push({ module, name, type: this.type(signature) });
    return this.imports.length - 1;
  }

  /** The number of a function that is defined now; its body may be filled until `encode`. */
  define(builder: FunctionBuilder): number {
    this.functions.push(builder);
    this.functionTypes.push(this.type(builder.signature));
    return this.imports.length + this.functions.length - 1;
  }

  /** A mutable global with an initial value (integers only). */
  global(type: 'i32' | 'i64', initial: number): number {
    this.globals.push([type, initial]);
    return this.globals.length - 1;
  }

  export(name: string, functionIndex: number): void {
    this.exports.push([name, functionIndex]);
  }

  /** Bytes that come with the module and mean nothing to it. */
  customSection(name: string, content: Uint8Array): void {
    this.custom.push([name, content]);
  }

  encode(): Uint8Array<ArrayBuffer> {
    const module = new Code().raw([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, count: number, content: Code) => {
      if (count === 0) return;
      const head = new Code().unsigned(count);
      module
        .byte(id)
        .unsigned(head.length + content.length)
        .append(head)
        .append(content);
    };
    const types = new Code();
    for (const code of this.typeCodes) types.append(code);
    section(1, this.types.length, types);

    const imports = new Code();
    for (const { module: from, name, type } of this.imports) imports.text(from).text(name).byte(0).unsigned(type);
    if (this.memory) {
      const { module: from, name, shared, minimumPages, maximumPages } = this.memory;
      imports.text(from).text(name).byte(2);
      imports
        .byte(shared ? 3 : 1)
        .unsigned(minimumPages)
        .unsigned(maximumPages);
    }
    section(2, this.imports.length + (this.memory ? 1 : 0), imports);

    const functions = new Code();
    for (const type of this.functionTypes) functions.unsigned(type);
    section(3, this.functions.length, functions);

    const globals = new Code();
    for (const [type, initial] of this.globals) {
      globals.byte(valueTypeByte[type]).byte(1);
      if (type === 'i32') globals.i32(initial);
      else globals.i64(BigInt(initial));
      globals.end();
    }
    section(6, this.globals.length, globals);

    const exports = new Code();
    for (const [name, index] of this.exports) exports.text(name).byte(0).unsigned(index);
    section(7, this.exports.length, exports);

    const code = new Code();
    for (const builder of this.functions) {
      const body = builder.encode();
      code.unsigned(body.length).append(body);
    }
    section(10, this.functions.length, code);

    // Names of functions, so that profilers and stack traces are readable.
    const names = new Code();
    this.functions.forEach((builder, i) => {
      names.unsigned(this.imports.length + i).text(builder.name);
    });
    const map = new Code().unsigned(this.functions.length).append(names);
    const custom = new Code().text('name').byte(1).unsigned(map.length).append(map);
    module.byte(0).unsigned(custom.length).append(custom);
    for (const [name, content] of this.custom) {
      const head = new Code().text(name);
      module
        .byte(0)
        .unsigned(head.length + content.length)
        .append(head)
        .raw(content);
    }
    return module.bytes.slice(0, module.length);
  }
}
