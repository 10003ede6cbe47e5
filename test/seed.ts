import * as fc from "fast-check";

// The same examples at every run, so that a red test is red for everyone; `npm run test:random` draws new ones.
const asked = process.env.SEMIMECH_TEST_SEED;
const seed = asked === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(asked ?? 1);
fc.configureGlobal({ seed });
