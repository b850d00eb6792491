// The seed of everything random in the tests: fixed by vitest.config.ts, so that a test that passes once passes always, and
// another one by `CORNU_SEED=7 npm test`. Looking for new failures is the work of `npm run fuzz`.
export const seed = Number(process.env.CORNU_SEED);
