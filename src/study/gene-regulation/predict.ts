import { initialState } from "../../models/initial-state.ts";
import { compileSolver } from "../../solvers/compile.ts";
import { tsit5 } from "../../solvers/ode/index.ts";
import { type Stretch, mechanismValues, runStretch, stretchParameters } from "./objective.ts";
import type { RegulationStudy } from "./problem.ts";

/** Mean levels over a window [nGene], and how far each gene moved within it [nGene] · published units. */
export interface SteadyState {
  readonly levels: readonly number[];
  readonly swing: readonly number[];
}

/** A fitted network, ready to be asked. Failures are sentences. */
export interface FittedRegulation {
  readonly wildType: SteadyState;
  /** Where the wild type goes when genes are knocked out; a knocked-out gene's level is its imposed 0. */
  knockedOut(genes: readonly string[], times: Float64Array): SteadyState | string;
  /** Levels from the wild type on, row-major [nTime, nGene], at the given times of each stretch. */
  path(stretches: readonly Pick<Stretch, "controls" | "times">[], own: Readonly<Record<string, number>>): Float64Array | string;
}

/** Tolerances of predictions, tighter than those of fitting. */
const precise = { rtol: 1e-6, atol: 1e-8 } as const;

/** The network at coordinates x of its free parameters; a sentence where its wild type cannot be solved. */
export async function fittedRegulation(study: RegulationStudy, x: ArrayLike<number>): Promise<FittedRegulation | string> {
  const { problem, genes } = study;
  const { system } = problem;
  const solver = await compileSolver(system, { method: tsit5, control: precise });
  const values = mechanismValues(problem, x);
  const nState = system.states.length;
  const columns = problem.observables.map((id) => system.states.indexOf(id));
  const run = (stretch: Pick<Stretch, "controls" | "times">, own: Readonly<Record<string, number>>, start: Float64Array) => {
    const asked: Stretch = { ...stretch, reads: "each time", measured: new Float64Array(0) };
    return runStretch(solver, asked, stretchParameters(system, values, own, asked), start);
  };
  const levelsOf = (rows: Float64Array): Float64Array =>
    Float64Array.from({ length: (rows.length / nState) * columns.length }, (_, index) => rows[Math.floor(index / columns.length) * nState + (columns[index % columns.length] ?? 0)] ?? Number.NaN);
  const first = run(problem.wildType, {}, initialState(system, values));
  if (!first) return "the wild type cannot be solved";
  const start = meanRow(first.rows, nState);
  return {
    wildType: steadyOf(levelsOf(first.rows), columns.length),
    knockedOut(knockedOut, times) {
      const reading = run({ controls: study.knockoutControls(knockedOut), times }, {}, start);
      if (!reading) return `the knockout of ${knockedOut.join(" and ")} cannot be solved`;
      const { levels, swing } = steadyOf(levelsOf(reading.rows), columns.length);
      return { levels: levels.map((level, gene) => (knockedOut.includes(genes[gene] ?? "") ? 0 : level)), swing };
    },
    path(stretches, own) {
      const parts: number[] = [];
      let state = start;
      for (const stretch of stretches) {
        const reading = run(stretch, own, state);
        if (!reading) return "the path cannot be solved";
        parts.push(...levelsOf(reading.rows));
        state = reading.next;
      }
      return Float64Array.from(parts);
    },
  };
}

function meanRow(rows: Float64Array, width: number): Float64Array {
  const count = rows.length / width;
  return Float64Array.from({ length: width }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < count; row++) sum += rows[row * width + column] ?? 0;
    return sum / count;
  });
}

function steadyOf(levels: Float64Array, width: number): SteadyState {
  const columns = Array.from({ length: width }, (_, gene) => levels.filter((_level, index) => index % width === gene));
  return { levels: [...meanRow(levels, width)], swing: columns.map((column) => Math.max(...column) - Math.min(...column)) };
}
