import { direct } from "./direct.ts";

/** Every method for the chemical master equation, by id. */
export const stochasticMethods = { direct } as const;

export { direct };
