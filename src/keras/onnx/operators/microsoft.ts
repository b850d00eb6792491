import type { Operator } from './context.ts';
export const microsoft: Readonly<Record<string, Operator>> = {};
