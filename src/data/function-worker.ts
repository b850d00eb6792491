// What a worker that runs functions of the user's own runs: imports the module, calls the function, gives back plain values.
// Free of tensors: arguments come as typed arrays with a shape, and results go so; a tensor in a result is read by its parts.
import { answering } from '../platform/worker-pool.ts';
import { callFunction, type FunctionQuestion } from './plain-values.ts';

answering(async (question) => ({ answer: await callFunction(question as FunctionQuestion) }));
