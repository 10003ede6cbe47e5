import { runIsOver } from "../run-is-over.ts";
import type { Status } from "../status.ts";
import type { RunStatistics, Trajectory } from "../trajectory.ts";
import { diagnoseBdf, diagnoseBdfStart } from "./bdf-diagnose.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { bdfTapeRow, difference } from "./bdf-memory.ts";
import { layOutProblem } from "./bdf-room.ts";
import type { BdfScene, CompiledBdf } from "./bdf-scene.ts";
import { bdfTape, checkGivenSteps } from "./bdf-tape.ts";
import { checkProblem } from "./check-problem.ts";
import type { OdeControl } from "./control.ts";
import { resolveControl } from "./control.ts";
import type { EventRun } from "./event-run.ts";
import { eventRun } from "./event-run.ts";
import { growTape } from "./grow-tape.ts";
import { loopCode } from "./loop.ts";
import type { Position, PositionedRun } from "./position.ts";
import type { OdeProblem, Tape } from "./solver.ts";

/** What a multistep run cost: its Newton corrections, each of one right-hand side, and the products with the Jacobian that their linear systems took. */
export interface BdfStatistics extends RunStatistics {
  readonly corrections: number;
  readonly products: number;
}

/** The run of a multistep solver: another name of `PositionedRun`, which the package exports. */
export type BdfRun = PositionedRun;

/** Puts a problem into a multistep solver's memory and takes it to its start. @throws RangeError naming what does not fit the system or the method. */
export function beginBdf(compiled: CompiledBdf, problem: OdeProblem): PositionedRun {
  checkProblem(compiled.system, problem);
  checkGivenSteps(compiled, problem);
  return new MultistepRun(compiled, problem, problem.control ? resolveControl(compiled.control, problem.control) : compiled.control);
}

/** A run inside a multistep solver's program. */
class MultistepRun implements PositionedRun {
  status: Status;
  readonly #compiled: CompiledBdf;
  readonly #problem: OdeProblem;
  readonly #scene: BdfScene;
  readonly #number: number;
  /** The program's function that takes its steps. */
  readonly #program: string;
  readonly #outputs: number;
  readonly #events: EventRun | null;
  #endedAtEvent: boolean;
  /** Attempts made before steps last began afresh. */
  #attemptsBefore = 0;

  constructor(compiled: CompiledBdf, problem: OdeProblem, control: OdeControl) {
    const { system, instance, memory, rates } = compiled;
    const { times, startTime = 0 } = problem;
    const endTime = times.at(-1) ?? startTime;
    this.#compiled = compiled;
    this.#problem = problem;
    this.#scene = { ...compiled, control };
    this.#number = ++compiled.kept.runs;
    this.#program = problem.steps ? "replay" : "advance";
    this.#outputs = layOutProblem(compiled, problem, control).outputs;

    const { events } = compiled;
    this.#events = events && eventRun({ system, instance, events, memory: { real: memory.real, state: difference(memory, 0), parameters: rates.parametersAddress } }, startTime, endTime, problem.events);
    const settled = this.#events?.settle(() => this.#writeOutputs());
    const isStarted = !settled?.failure && this.#call(this.#events ? "restart" : "begin") === 1;
    this.#endedAtEvent = this.#events !== null && !isStarted;
    if (!isStarted) {
      this.status = settled?.failure ?? diagnoseBdfStart(this.#scene, startTime, this.#events && settled?.isChanged ? this.#events.last() : null);
      instance.i32[memory.integer.reached / 4] = 0;
    } else this.status = this.#read("reached") === times.length ? { status: "done" } : { status: "paused", time: startTime };
  }

  #read(field: keyof BdfMemory["integer"]): number {
    const { instance, memory } = this.#compiled;
    return instance.i32[memory.integer[field] / 4] ?? 0;
  }

  #call(name: string, ...operands: readonly number[]): number {
    return this.#compiled.instance.functions[name]?.(...operands) ?? -1;
  }

  #attempts(): number {
    return this.#read("accepted") + this.#read("rejected");
  }

  #timeNow(): number {
    const { instance, memory } = this.#compiled;
    return instance.f64[memory.real.time / 8] ?? NaN;
  }

  #requireCurrent(): void {
    const { kept, system } = this.#compiled;
    if (kept.runs !== this.#number) throw runIsOver(`solver of "${system.id}"`);
  }

  /** Writes the requested times up to where the run stands. */
  #writeOutputs(): void {
    const { instance, memory } = this.#compiled;
    const { times } = this.#problem;
    const state = difference(memory, 0) / 8;
    for (let row = this.#read("reached"); row < times.length && (times[row] ?? Infinity) <= this.#timeNow(); row++) {
      instance.f64.copyWithin(this.#outputs / 8 + row * memory.size, state, state + memory.size);
      instance.i32[memory.integer.reached / 4] = row + 1;
    }
  }

  /** Does what is due where the loop halted, and goes on from there; the status says when that fails. */
  #passEvents(events: EventRun): Status | null {
    const reached = this.#read("reached");
    const { isChanged, failure } = events.settle(() => this.#writeOutputs());
    // What changes nothing leaves the differences as they are.
    if (!failure && !isChanged) return null;
    this.#attemptsBefore = this.#attempts();
    if (!failure && this.#call("restart") === 1) return null;
    this.#endedAtEvent = true;
    if (failure) return failure;
    // What an event left in ruins is no result.
    const { instance, memory } = this.#compiled;
    instance.i32[memory.integer.reached / 4] = reached;
    return diagnoseBdfStart(this.#scene, this.#timeNow(), events.last());
  }

  advance(steps: number): Status {
    this.#requireCurrent();
    if (!(Number.isInteger(steps) && steps > 0)) throw new RangeError(`advance: steps is ${steps}; it must be a positive integer`);
    if (this.status.status === "paused") this.status = this.#advance(steps);
    return this.status;
  }

  #advance(steps: number): Status {
    let left = steps;
    for (;;) {
      const before = this.#attempts();
      const code = this.#call(this.#program, Math.min(left, 2 ** 31 - 1));
      left -= this.#attempts() - before;
      if (code === loopCode.done) return { status: "done" };
      if (code === loopCode.eventFound && this.#events) {
        // What is due after the last requested time is no part of the run.
        if (this.#read("reached") === this.#problem.times.length) return { status: "done" };
        const failure = this.#passEvents(this.#events);
        if (failure) return failure;
        if (left > 0) continue;
        return { status: "paused", time: this.#timeNow() };
      }
      if (code === loopCode.paused) return { status: "paused", time: this.#timeNow() };
      if (code !== loopCode.tapeFull) return diagnoseBdf(this.#scene, code);
      if (!growTape(this.#compiled.instance, this.#compiled.memory.integer, bdfTapeRow.bytes(this.#compiled.memory.size))) {
        return { status: "out-of-memory", time: this.#timeNow(), worst: "", hint: `the record of ${this.#read("tapeCount")} steps does not fit; loosen rtol or end earlier` };
      }
    }
  }

  trajectory(): Trajectory & { readonly statistics: BdfStatistics } {
    this.#requireCurrent();
    const { instance, memory, system } = this.#compiled;
    const { times, state } = this.#problem;
    const { size } = memory;
    const reached = this.#read("reached");
    const values = instance.f64.slice(this.#outputs / 8, this.#outputs / 8 + reached * size);
    const factorizations = this.#read("factorizations");
    return {
      status: this.status,
      times: times.slice(0, reached),
      states: system.states,
      values,
      final: reached > 0 ? values.slice((reached - 1) * size) : state.slice(),
      statistics: {
        accepted: this.#read("accepted"),
        rejected: this.#read("rejected"),
        rhsEvaluations: this.#read("rhsEvaluations"),
        jacobianEvaluations: factorizations,
        factorizations,
        corrections: this.#read("corrections"),
        products: this.#read("products"),
      },
    };
  }

  position(): Position {
    this.#requireCurrent();
    const { instance, memory } = this.#compiled;
    const state = difference(memory, 0) / 8;
    return {
      time: this.#timeNow(),
      step: instance.f64[memory.real.step / 8] ?? NaN,
      state: instance.f64.slice(state, state + memory.size),
      events: this.#events?.state() ?? null,
      sinceStart: this.#attempts() - this.#attemptsBefore,
      endedAtEvent: this.#endedAtEvent,
    };
  }

  tape(): Tape {
    this.#requireCurrent();
    const { instance, memory, record, system } = this.#compiled;
    if (!record) throw new Error(`solver of "${system.id}": steps are kept only when it is compiled with record: true`);
    return bdfTape(instance, memory);
  }
}
