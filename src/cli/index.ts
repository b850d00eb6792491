#!/usr/bin/env node
// What the package's `cornu` starts. Leaves everything to command.ts.
import { main } from './command.ts';

process.exitCode = await main(process.argv.slice(2));
