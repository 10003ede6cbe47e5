// @ts-check
import { networkOf } from "./problem.mjs";

const lotkaVolterra = async () => ({
  id: "Lotka-Volterra",
  end: 100,
  source: "Lotka 1920, doi:10.1021/ja01453a010; constants 1.5, 1, 1, 3, start (1, 1), as in solver benchmarks",
  network: await networkOf(`
model lotka_volterra
  species Prey = 1, Predator = 1;
  Birth: Prey => 2 Prey; a*Prey;
  Predation: Prey + Predator => Predator; b*Prey*Predator;
  Growth: Prey + Predator => Prey + 2 Predator; d*Prey*Predator;
  Death: Predator => ; c*Predator;
  a = 1.5; b = 1; d = 1; c = 3;
end`),
});

const brusselator = async () => ({
  id: "Brusselator",
  end: 100,
  source: "Prigogine & Lefever 1968, doi:10.1063/1.1668896, A = 1, B = 3, start (1.5, 3)",
  network: await networkOf(`
model brusselator
  species X = 1.5, Y = 3;
  Feed: => X; A;
  Conversion: X => Y; B*X;
  Autocatalysis: 2 X + Y => 3 X; X^2*Y;
  Drain: X => ; X;
  A = 1; B = 3;
end`),
});

/** Seven bodies in a plane; masses are their numbers. */
const pleiades = async () => {
  const bodies = [1, 2, 3, 4, 5, 6, 7];
  const start = { x: [3, 3, -1, -3, 2, -2, 2], y: [3, -3, 2, 0, 0, -4, 4], u: [0, 0, 0, 0, 0, 1.75, -1.5], v: [0, 0, 0, -1.25, 1, 0, 0] };
  const force = (/** @type {number} */ i, /** @type {"x" | "y"} */ axis) =>
    bodies.filter((j) => j !== i).map((j) => `${j}*(${axis}${j} - ${axis}${i})*r${Math.min(i, j)}${Math.max(i, j)}`).join(" + ");
  const pairs = bodies.flatMap((i) => bodies.filter((j) => j > i).map((j) => `  r${i}${j} := ((x${i} - x${j})^2 + (y${i} - y${j})^2)^(-1.5);`));
  return {
    id: "Pleiades",
    end: 3,
    source: "Hairer, Norsett & Wanner 1993, section II.10, doi:10.1007/978-3-540-78862-1",
    network: await networkOf(`
model pleiades
${Object.entries(start).map(([name, values]) => `  species ${values.map((value, index) => `${name}${index + 1} = ${value}`).join(", ")};`).join("\n")}
${pairs.join("\n")}
${bodies.map((i) => `  x${i}' = u${i};\n  y${i}' = v${i};\n  u${i}' = ${force(i, "x")};\n  v${i}' = ${force(i, "y")};`).join("\n")}
end`),
  };
};

/** The non-stiff set: makers of problems by id. */
export const nonstiffProblems = { "Lotka-Volterra": lotkaVolterra, Brusselator: brusselator, Pleiades: pleiades };
