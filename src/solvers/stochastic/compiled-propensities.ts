import { maximum, product, subtract } from "../../kernel/arithmetic.ts";
import { f64, i32, programBuilder } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import { differentiator } from "../../kernel/derivative.ts";
import type { Expression, Graph } from "../../kernel/expression.ts";
import type { Target } from "../../kernel/instance.ts";
import { instantiate } from "../../kernel/instantiate.ts";
import { memoryLayout } from "../../kernel/layout.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Channel } from "./channel.ts";
import { countSymbol, statesReadBy } from "./channel.ts";

/** All propensities of a network at one state, compiled; a method in plain JavaScript reads and writes the views between calls. */
export interface CompiledPropensities {
  /** Molecule numbers, whole or not [nState]; write them, then call. */
  readonly molecules: Float64Array;
  /** Propensities of the last `evaluate` [nChannel] · 1/time. */
  readonly values: Float64Array;
  /** What each entry of `derivatives` is: of which channel, with respect to which state [nEntry], channel by channel. */
  readonly entries: readonly { readonly channel: number; readonly state: number }[];
  /** Derivatives of the last `differentiate` [nEntry] · 1/time per molecule. */
  readonly derivatives: Float64Array;
  /** What is recorded, of the last `record` [nOutput]. */
  readonly outputs: Float64Array;
  /** Parameters [nParameter] that hold from now on. */
  setParameters(parameters: ArrayLike<number>): void;
  /** Fills `values`; their sum, or NaN where one is no number at least 0. */
  evaluate(): number;
  differentiate(): void;
  record(time: number): void;
}

/** Expressions in one compiled function: larger ones are slow to compile. */
const perFunction = 1000;

/** A falling factorial of `order` at a real number of molecules: 0 below order - 1, so that no propensity is negative between whole numbers. */
function fallingFactorial(graph: Graph, count: Expression, order: number): Expression[] {
  return Array.from({ length: order }, (_, below) => maximum(graph, graph.constant(0), subtract(graph, count, graph.constant(below))));
}

const coefficientSymbol = (channel: number): string => `coefficient:${channel}`;

/** A channel's propensity over `countSymbol`s and the factor of parameters alone. */
function propensityOf(graph: Graph, system: OdeSystem, { orders, rest }: Channel, coefficient: Expression): Expression {
  const factors = orders.flatMap(({ state, order }) => fallingFactorial(graph, graph.symbol(countSymbol(system.states[state])), order));
  return product(graph, [coefficient, ...factors, ...(rest ? [rest] : [])]);
}

/** Compiles all propensities, their derivatives where `derivatives` asks for them, and what is recorded (over molecule numbers, parameters and `time`). */
export async function compilePropensities(
  system: OdeSystem,
  channels: readonly Channel[],
  { outputs = [], derivatives = false, target = "wasm" }: { readonly outputs?: readonly Expression[]; readonly derivatives?: boolean; readonly target?: Target } = {},
): Promise<CompiledPropensities> {
  const { graph } = system;
  const propensities = channels.map((channel, index) => propensityOf(graph, system, channel, graph.symbol(coefficientSymbol(index))));
  const entries = derivatives ? derivativesOf(system, channels, propensities) : [];
  const program = programBuilder();
  const layout = memoryLayout();
  const vector = (count: number): number => layout.f64(Math.max(1, count));
  const parameters = vector(system.parameters.length);
  const molecules = vector(system.states.length);
  const coefficients = vector(channels.length);
  const values = vector(channels.length);
  const derivativesAt = vector(entries.length);
  const outputsAt = vector(outputs.length);

  const places = new Map<string, Value>();
  system.parameters.forEach((id, index) => places.set(id, f64.load(parameters + 8 * index)));
  system.states.forEach((id, index) => places.set(countSymbol(id), f64.load(molecules + 8 * index)));
  channels.forEach((_, index) => places.set(coefficientSymbol(index), f64.load(coefficients + 8 * index)));
  const resolve = (name: string): Value => {
    const place = places.get(name);
    if (!place) throw new Error(`propensities of "${system.id}": "${name}" is neither a parameter nor a counted species`);
    return place;
  };
  /** Stores expressions from `address` on, in several functions where there are many; their names. */
  const store = (name: string, expressions: readonly Expression[], address: number): string[] =>
    Array.from({ length: Math.ceil(expressions.length / perFunction) }, (_, part) => {
      const from = part * perFunction;
      const write = (b: FunctionBuilder): void =>
        lowerEach(b, expressions.slice(from, from + perFunction), resolve, (index, value) => b.store(address + 8 * (from + index), value));
      program.function(`${name}${part}`, { exported: false }, write);
      return `${name}${part}`;
    });

  const coefficientParts = store("coefficients", channels.map(({ coefficient }) => coefficient), coefficients);
  program.function("prepare", {}, (b) => callAll(b, coefficientParts));
  const propensityParts = store("propensities", propensities, values);
  program.function("evaluate", { result: "f64" }, (b) => {
    callAll(b, propensityParts);
    const total = b.local("f64", "total");
    b.set(total, 0);
    b.repeat(channels.length, (index) => {
      const value = f64.load(i32.shl(index, 3), values);
      b.set(total, f64.add(total, f64.select(f64.ge(value, 0), value, f64.const(Number.NaN))));
    });
    b.return(total);
  });
  const derivativeParts = store("derivatives", entries.map(({ expression }) => expression), derivativesAt);
  program.function("differentiate", {}, (b) => callAll(b, derivativeParts));
  program.function("record", { parameters: { time: "f64" } }, (b, { time }) => {
    lowerEach(b, outputs, (name) => (name === "time" ? time : resolve(name)), (index, value) => b.store(outputsAt + 8 * index, value));
  });
  const instance = await instantiate(program.finish(layout.bytes), target);
  const { prepare, evaluate, differentiate, record } = instance.functions;
  const view = (address: number, count: number): Float64Array => instance.f64.subarray(address / 8, address / 8 + count);
  const parameterView = view(parameters, system.parameters.length);
  return {
    molecules: view(molecules, system.states.length),
    values: view(values, channels.length),
    entries: entries.map(({ channel, state }) => ({ channel, state })),
    derivatives: view(derivativesAt, entries.length),
    outputs: view(outputsAt, outputs.length),
    setParameters(given) {
      parameterView.set(given);
      prepare();
    },
    evaluate: () => evaluate(),
    differentiate: () => void differentiate(),
    record: (time) => void record(time),
  };
}

const callAll = (b: FunctionBuilder, names: readonly string[]): void => names.forEach((name) => b.call(name));

function derivativesOf(system: OdeSystem, channels: readonly Channel[], propensities: readonly Expression[]): { channel: number; state: number; expression: Expression }[] {
  const reads = statesReadBy(channels, system);
  // One differentiator a state, so that what propensities share is differentiated once.
  const derivatives = system.states.map((id) => differentiator(system.graph, countSymbol(id)));
  return propensities.flatMap((propensity, channel) =>
    [...reads[channel]].toSorted((a, b) => a - b).map((state) => ({ channel, state, expression: derivatives[state](propensity) })),
  );
}
