// What a worker does: waits for orders in the engine's memory and runs its share of programs.
// Plain JavaScript without imports, because workers load it as it stands, from the sources and from the package, in Node
// and in pages. While it works it never returns to an event loop: everything it needs comes through memory (control.ts has the layout).

/** @param {{ memory: WebAssembly.Memory, thread: number, team: number, control: Record<string, number>, spin: number, native?: { file: string, instructions: string, section: string } }} given */
function serve({ memory, thread, team, control, spin, native }) {
  // The first page never moves; a view of more would have to be made anew when memory grows.
  const words = new Int32Array(memory.buffer, 0, 16384);
  const word = (address) => Atomics.load(words, address >> 2);
  const instances = [];
  const done = (control.done + thread * control.doneStride) >> 2;
  const parked = (control.parked + thread * control.doneStride) >> 2;
  const order = control.order >> 2;
  let last = Atomics.load(words, order);
  const waitForOrder = () => {
    for (let end = performance.now() + spin, i = 1; Atomics.load(words, order) === last; i++)
      if ((i & 127) === 0 && performance.now() > end) {
        Atomics.store(words, parked, 1);
        Atomics.wait(words, order, last);
        Atomics.store(words, parked, 0);
      }
    last = Atomics.load(words, order);
  };
  // The addon of the native kernels: each thread loads it for itself.
  const addon = { exports: {} };
  if (native) globalThis.process.dlopen(addon, native.file);
  const handle = native && addon.exports.open(new Uint8Array(memory.buffer, 0, 65536), native.instructions);
  const load = () => {
    const bytes = new Uint8Array(memory.buffer, word(control.code), word(control.codeBytes)).slice();
    const refuse = () => {
      throw new Error('a worker was asked to run a host step');
    };
    const module = new WebAssembly.Module(bytes);
    const env = { memory, host: refuse, stalled: () => {} };
    if (native) {
      const [section] = WebAssembly.Module.customSections(module, native.section);
      const plans = new Int32Array(section ?? 0);
      env.contract = addon.exports.bind(handle, plans);
      env.loops = addon.exports.bindLoops(handle, plans);
    }
    const math = { ...Object.getOwnPropertyDescriptors(Math) };
    for (const name of Object.keys(math)) math[name] = Math[name];
    return new WebAssembly.Instance(module, { env, math }).exports.run;
  };
  const fail = (error) => {
    // Somebody else failed first: this is only the end of the program.
    if (Atomics.compareExchange(words, control.abort >> 2, 0, 1) !== 0) return;
    const text = new TextEncoder().encode(String(error)).subarray(0, control.messageLimit);
    new Uint8Array(memory.buffer, control.message, text.length).set(text);
    words[control.messageBytes >> 2] = text.length;
    Atomics.store(words, control.failed >> 2, thread);
    Atomics.add(words, control.passed >> 2, 1);
    Atomics.notify(words, control.passed >> 2);
  };
  Atomics.store(words, done, last);
  for (;;) {
    waitForOrder();
    if (word(control.team) !== team) return;
    try {
      const program = word(control.program);
      if (word(control.codeBytes) > 0) instances[program] = load();
      instances[program](
        word(control.table) + (thread - 1) * word(control.tableStride),
        word(control.scratch) + thread * word(control.scratchStride),
        thread,
        word(control.threads),
      );
    } catch (error) {
      fail(error);
    }
    Atomics.store(words, done, last);
    Atomics.notify(words, done);
  }
}

const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
if (node?.workerData?.memory) serve(node.workerData);
else globalThis.onmessage = ({ data }) => serve(data);
