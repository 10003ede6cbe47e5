import { f64, programBuilder } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { Target } from "../../kernel/instance.ts";
import { instantiate } from "../../kernel/instantiate.ts";
import { memoryLayout } from "../../kernel/layout.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Value } from "../../kernel/program.ts";
import { countSymbol } from "./channel.ts";
import type { TimedModel } from "./timed-model.ts";

/** What a model's formulas give where a run stands, compiled; a loop in plain JavaScript writes and reads the views between calls. */
export interface TimedProgram {
  /** Molecule numbers [nState] and parameters [nParameter]; write them, then call. */
  readonly molecules: Float64Array;
  readonly parameters: Float64Array;
  /** Propensities of the channels given as `still` and of those given as `timed` · 1/time. */
  readonly still: Float64Array;
  readonly timed: Float64Array;
  /** Whether each trigger holds: 0 = no [nEvent]. */
  readonly triggers: Float64Array;
  /** What is recorded [nOutput]. */
  readonly outputs: Float64Array;
  readStill(): void;
  readTimed(time: number): void;
  readTriggers(time: number): void;
  readOutputs(time: number): void;
  /** Value of a name in the model's expressions at a time, for what is seldom read. */
  lookup(time: number): (name: string) => number;
}

/** Expressions in one compiled function: larger ones are slow to compile. */
const perFunction = 1000;

/** Compiles the propensities of channels apart by whether they read time, the triggers and what is recorded. */
export async function compileTimed({ system, events, outputs }: TimedModel, still: readonly Expression[], timed: readonly Expression[], target: Target = "wasm"): Promise<TimedProgram> {
  const program = programBuilder();
  const layout = memoryLayout();
  const vector = (count: number): number => layout.f64(Math.max(1, count));
  const moleculesAt = vector(system.states.length);
  const parametersAt = vector(system.parameters.length);
  const places = new Map<string, number>();
  system.parameters.forEach((id, index) => places.set(id, parametersAt + 8 * index));
  system.states.forEach((id, index) => places.set(countSymbol(id), moleculesAt + 8 * index));
  /** Writes `name(time)`, which stores expressions; where to. */
  const write = (name: string, expressions: readonly Expression[]): number => {
    const address = vector(expressions.length);
    const parts = Array.from({ length: Math.ceil(expressions.length / perFunction) }, (_, part) => {
      const from = part * perFunction;
      program.function(`${name}${part}`, { parameters: { time: "f64" }, exported: false }, (b, { time }) => {
        const resolve = (symbol: string): Value => {
          const place = places.get(symbol);
          if (symbol === "time" && time) return time;
          if (place === undefined) throw new Error(`propensities of "${system.id}": "${symbol}" is neither a parameter nor a counted species`);
          return f64.load(place);
        };
        lowerEach(b, expressions.slice(from, from + perFunction), resolve, (index, value) => b.store(address + 8 * (from + index), value));
      });
      return `${name}${part}`;
    });
    program.function(name, { parameters: { time: "f64" } }, (b: FunctionBuilder, { time }) => parts.forEach((part) => time && b.call(part, time)));
    return address;
  };
  const stillAt = write("still", still);
  const timedAt = write("timed", timed);
  const triggersAt = write("triggers", events.map(({ trigger }) => trigger));
  const outputsAt = write("outputs", outputs.map(({ expression }) => expression));
  const instance = await instantiate(program.finish(layout.bytes), target);
  const { still: callStill, timed: callTimed, triggers: callTriggers, outputs: callOutputs } = instance.functions;
  const view = (address: number, count: number): Float64Array => instance.f64.subarray(address / 8, address / 8 + count);
  const [molecules, parameters] = [view(moleculesAt, system.states.length), view(parametersAt, system.parameters.length)];
  const readers = new Map<string, () => number>();
  system.parameters.forEach((id, index) => readers.set(id, () => parameters[index]));
  system.states.forEach((id, index) => readers.set(countSymbol(id), () => molecules[index]));
  return {
    molecules,
    parameters,
    still: view(stillAt, still.length),
    timed: view(timedAt, timed.length),
    triggers: view(triggersAt, events.length),
    outputs: view(outputsAt, outputs.length),
    readStill: () => void callStill(0),
    readTimed: (time) => void callTimed(time),
    readTriggers: (time) => void callTriggers(time),
    readOutputs: (time) => void callOutputs(time),
    lookup: (time) => (name) => (name === "time" ? time : (readers.get(name)?.() ?? Number.NaN)),
  };
}
