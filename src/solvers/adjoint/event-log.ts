import { add } from "../../kernel/arithmetic.ts";
import type { OdeSystem } from "../../models/system.ts";
import { type OdeProblem, type SolverOptions, compileSolver } from "../compile.ts";
import type { Position, PositionedRun } from "../ode/position.ts";
import type { Trajectory } from "../trajectory.ts";

/** How far apart, relative, times of one moment may be: what follows a known time by rounding is due with it. */
const sameMoment = 1e-12;

/** A moment at which events were executed. */
export interface EventMoment {
  readonly time: number;
  /** Indices of the events, in the order of their execution; null where one of them was executed more than once, or the loop passed two moments at once. */
  readonly events: readonly number[] | null;
  /** State after them [nState]. */
  readonly state: Float64Array;
}

/** A run and what happened in it. */
export interface LoggedRun {
  readonly trajectory: Trajectory;
  readonly moments: readonly EventMoment[];
}

/** Compiles a system with events so that a run tells which were executed when, and in which order: by states that count. */
export async function compileEventLog(system: OdeSystem, options: Omit<SolverOptions, "record" | "rates" | "extend" | "nonNegative">): Promise<(problem: OdeProblem) => LoggedRun> {
  const { graph, events = [], states } = system;
  const [zero, one] = [graph.constant(0), graph.constant(1)];
  const count = "order(last event)";
  const orders = events.map(({ id }) => `order(${id})`);
  const next = add(graph, graph.symbol(count), one);
  const times = events.map(({ id }) => `time(${id})`);
  const added = [count, ...orders, ...times];
  /** Each event notes its place in the order and its time. */
  const notes = (index: number) => [
    { target: count, factor: next },
    { target: orders[index] ?? "", factor: next },
    { target: times[index] ?? "", factor: graph.symbol("time") },
  ];
  const nState = states.length;
  const solver = await compileSolver(
    {
      ...system,
      states: [...states, ...added],
      rhs: [...system.rhs, ...added.map(() => zero)],
      initialState: [...system.initialState, ...added.map(() => zero)],
      // A factor is read as the event is executed.
      events: events.map((event, index) => ({ ...event, assignments: [...event.assignments, ...notes(index).map(({ target, factor }) => ({ target, value: one, factor, divisor: null }))] })),
    },
    { ...options, errorStates: options.errorStates ?? nState },
  );
  const width = nState + added.length;

  return (problem) => {
    const padded = new Float64Array(width);
    padded.set(problem.state);
    const moments: EventMoment[] = [];
    let seen = 0;
    const note = ({ time, state: now }: Position): void => {
      const executed = now[nState] ?? 0;
      if (executed === seen) return;
      const places = orders.map((_, index) => now[nState + 1 + index] ?? 0);
      const recent = places.flatMap((place, index) => (place > seen ? [{ place, index }] : [])).toSorted((a, b) => a.place - b.place);
      const isOne = recent.every(({ index }) => Math.abs((now[nState + 1 + events.length + index] ?? Number.NaN) - time) <= sameMoment * Math.abs(time));
      moments.push({ time, events: isOne && recent.length === executed - seen ? recent.map(({ index }) => index) : null, state: now.slice(0, nState) });
      seen = executed;
    };
    // Methods whose loops follow events say where their runs stand, so that `auto` can go between them.
    const run = solver.begin({ ...problem, state: padded }) as PositionedRun;
    const last = problem.times.at(-1) ?? problem.startTime ?? 0;
    note(run.position());
    // One step at a time: events are executed at the end of the step that found them.
    while (run.status.status === "paused") {
      run.advance(1);
      note(run.position());
    }
    const trajectory = run.trajectory();
    const values = new Float64Array(trajectory.times.length * nState);
    for (let row = 0; row < trajectory.times.length; row++) values.set(trajectory.values.subarray(row * width, row * width + nState), row * nState);
    // The last step may have gone on to an event that nobody asked about.
    return { trajectory: { ...trajectory, states, values, final: trajectory.final.slice(0, nState) }, moments: moments.filter(({ time }) => time <= last) };
  };
}
