// What was changed in an older file's config on the way to today's classes: each migration has a name, and says what it did.
// Owns: the collecting. The changes themselves stand where they belong: options in their schemas, nodes in models/legacy-config.ts.

/** One kind of change, and where it was made. */
export interface Migration {
  /** `nodes-of-keras-2`, `renamed-option`, … */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly about: string;
  /** Layers, options: `dense: lr → learning_rate`; each once. */
  readonly places: readonly string[];
}

/** What each migration does, by name. */
const migrations = {
  'nodes-of-keras-2': 'Calls of layers, written as lists by Keras 2, are read as Keras 3 writes them.',
  'calls-of-nested-models': 'Keras 2 counts the calls of a nested model from 1; they are counted from 0.',
  'masks-of-keras-2': 'Attention leaves the masks on its inputs, as in Keras 2.',
  'package-of-keras-2': "Keras 2 registers its own optimizers under 'Custom>'; the built-in class is taken.",
  'function-of-a-wrapper': 'Losses and metrics of Keras 2 name the function they wrap; the class is enough.',
  'renamed-option': 'An option has another name now.',
  'dropped-option': 'An option of older versions that means nothing any more is left out.',
  'changed-option': 'Options of older versions are put as they are put now.',
  'formula-of-keras-2': 'A name that Keras 3 has for another formula is read as Keras 2 meant it.',
  'metrics-in-a-list': 'Keras 2 writes the metrics of one output in a list of lists.',
  'optimizer-without-learning-rate': "Keras 2 does not write the learning rate among the optimizer's variables.",
} as const;
export type MigrationName = keyof typeof migrations;

let current: Map<MigrationName, Set<string>> | null = null;

/** Tells whoever collects that this migration changed something there. */
export function recordMigration(name: MigrationName, place: string): void {
  if (!current) return;
  const places = current.get(name) ?? new Set();
  current.set(name, places.add(place));
}

/** Runs `f`, and gives what was migrated in it. */
export function withMigrations<T>(f: () => T): { readonly result: T; readonly migrated: readonly Migration[] } {
  const outer = current;
  current = new Map();
  try {
    const result = f();
    const migrated = [...current].map(([name, places]) => ({ name, about: migrations[name], places: [...places] }));
    for (const { name, places } of migrated) for (const place of places) outer?.get(name)?.add(place);
    return { result, migrated };
  } finally {
    current = outer;
  }
}
