import type { FitResult, PreparedStudy } from "../../src/study/mechanism.ts";

/** A scenario small enough for tests: one deleted reaction, three agents, seconds to fit. */
export const truthText = `
model tiny_truth
  species A, Ap, B, Bp, $S;
  on_A: A -> Ap; kA*S*A - kA*eps*Ap;
  off_A: Ap -> A; pA*Ap - pA*eps*A;
  on_B: B + Ap -> Bp + Ap; kB*B*Ap - kB*eps*Bp*Ap;
  off_B: Bp -> B; pB*Bp - pB*eps*B;
  hidden: Ap -> A; V*Bp^2/(0.25 + Bp^2)*(Ap - eps*A);
  A = 1; Ap = 0; B = 1; Bp = 0; S = 1;
  kA = 1.4; pA = 0.4; kB = 2; pB = 0.6; V = 3; eps = 0.01;
end
`;

export const modelText = truthText.replace(/^.*hidden:.*\n/m, "").replace("tiny_truth", "tiny").replace("kA = 1.4; pA = 0.4; kB = 2; pB = 0.6; V = 3;", "kA = 1; pA = 1; kB = 1; pB = 1;");

export const scenarioText = `
semimech: 1
id: tiny
title: A tiny scenario
model: model.ant
truth: truth.ant
protocols:
  timeUnit: min
  duration: 6
  times: [0.5, 1, 2, 4, 6]
  observables: [Ap, Bp]
  agents:
    a: { kind: inhibition, target: on_A, K: 1, h: 1 }
    b: { kind: inhibition, target: on_B, K: 1, h: 1 }
    c: { kind: inhibition, target: off_B, K: 1, h: 1 }
  design: { dose: 4, unseenDose: 2, replicates: 1, noise: { relative: 0.01, floor: 0.0005 } }
learned:
  - { id: unknown, stoichiometry: { Ap: -1, A: 1 }, inputs: [Ap, Bp] }
splits:
  - { id: pairs, kind: held-out-combination, trained: 1, validation: 0 }
  - { id: doses, kind: unseen-dose, fittedFor: pairs }
baselines: all
primary: { metric: rmse, direction: lower }
secondary: []
seeds: [1, 2]
budget:
  fit: [kA, pA, kB, pB]
  priorLogSd: 1.5
  weightSd: 3
  hidden: [4]
  penalty: 0.001
  learningRate: 0.03
  rtol: 1.0e-6
  atol: 1.0e-8
  quick: { seeds: 1, starts: 2, mechanism: 30, together: 1500, neuralOde: 200 }
  full: { seeds: 2, starts: 2, mechanism: 30, together: 20000, neuralOde: 200 }
`;

/** Root mean square error of a fit on its test rows, against the truth. */
export const errorOf = (made: PreparedStudy, result: FitResult): number => {
  const task = made.tasks.find((each) => each.id === result.job.split);
  const width = task?.table.features.length ?? 0;
  const squares = (task?.folds[0]?.test ?? []).flatMap((row, place) =>
    Array.from({ length: width }, (_, column) => ((result.test[place * width + column] ?? Number.NaN) - (task?.table.truth?.[row * width + column] ?? Number.NaN)) ** 2),
  );
  return Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / squares.length);
};
