import { networkFrom, zooModel } from "./model.ts";

/** Prey that multiply, predators that eat them: closed orbits in the mean, extinction by chance in the end. */
export const lotkaVolterra = zooModel({
  facts: {
    id: "lotka-volterra",
    title: "Lotka-Volterra predator and prey",
    source: "Lotka 1920, doi:10.1021/ja01453a010; constants and start of Gillespie 1977, doi:10.1021/j100540a008",
  },
  network: () => networkFrom(`
model lotka_volterra
  species Prey = 1000, Predator = 1000;
  Birth: Prey => 2 Prey; c1*Prey;
  Predation: Prey + Predator => 2 Predator; c2*Prey*Predator;
  Death: Predator => ; c3*Predator;
  c1 = 10;
  c2 = 0.01;
  c3 = 10;
end`),
});
