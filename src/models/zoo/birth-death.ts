import { networkFrom, zooModel } from "./model.ts";

/** One species made at a constant rate and lost in proportion: Poisson with mean k_birth/k_death at rest. */
export const birthDeath = zooModel({
  facts: {
    id: "birth-death",
    title: "Birth and death of one species",
    source: "McQuarrie 1967, doi:10.2307/3212214; constants chosen for a mean of 10",
  },
  network: () => networkFrom(`
model birth_death
  species X = 0;
  Birth: => X; k_birth;
  Death: X => ; k_death*X;
  k_birth = 10;
  k_death = 1;
end`),
});
