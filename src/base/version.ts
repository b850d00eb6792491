// The version of this package. Owns: that one constant; package.json says the same (src/cli/cli.test.ts).
export const VERSION = '0.1.0';
