import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import { evaluateAll } from "../../kernel/evaluate.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";
import { OPERATIONS_PER_FUNCTION, chunk } from "../ode/chunk.ts";
import { writeProducts } from "./product-table.ts";
import type { RateFunctions, RateProgram } from "./rate-program.ts";
import { type EntryRange, type Kept, type RateTables, rateTables } from "./rate-tables.ts";
import { symbolPlaces } from "./symbol-places.ts";


/**
 * A system as tables that short loops walk, so that neither set-up nor code grows with the sums of a large network: rates are coefficients
 * times powers of states times whatever else stands in them, which alone is compiled as expressions.
 *
 * Rates agree with those of `written` up to rounding: every product is rounded once a factor, every sum once a term, in another order.
 * @throws Error when the system uses an undeclared symbol.
 */
export function tabulated(system: OdeSystem): RateProgram {
  const tables = rateTables(system);
  return { size: system.states.length, pattern: tables.pattern, write: (program, layout) => writeTables(program, layout, system, tables) };
}

function writeTables(program: ProgramBuilder, layout: MemoryLayout, system: OdeSystem, tables: RateTables): RateFunctions {
  const size = system.states.length;
  const { pattern } = tables;
  const parametersAddress = layout.f64(Math.max(1, system.parameters.length));
  const coefficients = layout.f64(Math.max(1, tables.coefficients.length));
  const values = layout.f64(Math.max(1, tables.valueCount));
  const hasDivisors = tables.divisors.some((divisor) => divisor !== null);
  const divisors = hasDivisors ? layout.f64(size) : 0;
  const rowEnds = hasDivisors ? layout.i32(size) : 0;
  const addresses = { coefficients, factors: values };
  const valueAt = (entry: number): Value => f64.load(values + 8 * entry);
  const places = symbolPlaces(system, parametersAddress, (name) => {
    const entry = tables.sumEntries.get(name);
    return entry === undefined ? null : valueAt(entry);
  });
  const place = (time: Value): ((name: string) => Value) => places(time, valueAt);

  const written = (["sums", "rates", "throughSums", "inFunctions", "inStates", "throughFunctions"] as const).map((name) => writeProducts(program, layout, `products ${name}`, tables[name], addresses));
  const functionParts = writeKept(program, "functions", tables.functions, values, place);
  const slopeParts = writeKept(program, "slopes", tables.slopes, values, place);
  const clear = (b: FunctionBuilder, { from, to }: EntryRange): void => clearAt(b, i32.const(values + 8 * from), to - from);
  /** Copies the state, to where the tables look for it, and evaluates what stands on it. */
  const evaluateFunctions = (b: FunctionBuilder, time: Value, state: Value): void => {
    b.repeat(size, (index) => b.store(i32.shl(index, 3), f64.load(i32.add(state, i32.shl(index, 3))), values));
    clear(b, { from: size + tables.functions.length, to: size + tables.functions.length + tables.sumEntries.size });
    if (tables.sums.count > 0) call(b, "sums", i32.const(values));
    for (const name of functionParts) b.call(name, time);
  };
  const signature = { parameters: { target: "i32", time: "f64", state: "i32" } } as const;

  program.function("rhs", signature, (b, { target, time, state }) => {
    if (!target || !time || !state) return;
    evaluateFunctions(b, time, state);
    clearAt(b, target, size);
    call(b, "rates", target);
    if (hasDivisors) b.repeat(size, (index) => divide(b, i32.add(target, i32.shl(index, 3)), f64.load(i32.shl(index, 3), divisors)));
  });
  program.function("jacobian", signature, (b, { target, time, state }) => {
    if (!target || !time || !state) return;
    evaluateFunctions(b, time, state);
    if (tables.functions.length > 0) {
      clear(b, { from: tables.gradients.from, to: tables.uses.to });
      for (const name of slopeParts) b.call(name, time);
      call(b, "throughSums", i32.const(values));
      call(b, "inFunctions", i32.const(values));
    }
    clearAt(b, target, pattern.column.length);
    call(b, "inStates", target);
    if (tables.functions.length > 0) call(b, "throughFunctions", target);
    if (!hasDivisors) return;
    const address = b.local("i32", "entry", target);
    b.repeat(size, (row) => {
      const divisor = b.local("f64", "divisor", f64.load(i32.shl(row, 3), divisors));
      const end = b.local("i32", "end", i32.add(target, i32.load(i32.shl(row, 2), rowEnds)));
      b.loop((label) => {
        b.if(i32.ge(address, end), () => b.break(label));
        divide(b, address, divisor);
        b.set(address, i32.add(address, 8));
      });
    });
  });

  const constants = [...tables.coefficients.map(({ expression }) => expression), ...tables.divisors.map((divisor) => divisor ?? system.graph.constant(1))];
  const parameterOf = new Map(system.parameters.map((id, index) => [id, index]));
  return {
    parametersAddress,
    prepare(instance) {
      for (const table of written) table.prepare(instance);
      if (hasDivisors) for (let row = 0; row < size; row++) instance.i32[rowEnds / 4 + row] = 8 * (pattern.rowStart[row + 1] ?? 0);
    },
    setParameters({ f64: memory }, parameters) {
      memory.set(parameters, parametersAddress / 8);
      const numbers = evaluateAll(constants, (name) => parameters[parameterOf.get(name) ?? -1] ?? Number.NaN);
      tables.coefficients.forEach(({ scale }, index) => void (memory[coefficients / 8 + index] = scale * (numbers[index] ?? Number.NaN)));
      if (hasDivisors) for (let row = 0; row < size; row++) memory[divisors / 8 + row] = numbers[tables.coefficients.length + row] ?? Number.NaN;
    },
  };
}

const call = (b: FunctionBuilder, name: string, target: Value): void => b.call(`products ${name}`, target);

const divide = (b: FunctionBuilder, address: Value, divisor: Value): void => b.store(address, f64.div(f64.load(address), divisor));

function clearAt(b: FunctionBuilder, address: Value, count: number): void {
  if (count > 0) b.repeat(count, (index) => b.store(i32.add(address, i32.shl(index, 3)), f64.const(0)));
}

/** Writes functions of time that evaluate expressions into their entries; their names. */
function writeKept(program: ProgramBuilder, name: string, kept: readonly Kept[], values: number, place: (time: Value) => (name: string) => Value): string[] {
  return chunk(kept, ({ expression }) => expression, OPERATIONS_PER_FUNCTION).map((part, index) => {
    const own = `${name} ${index}`;
    program.function(own, { parameters: { time: "f64" }, exported: false }, (b, { time }) => {
      if (!time) return;
      lowerEach(b, part.map(({ expression }) => expression), place(time), (which, value) => b.store(values + 8 * (part[which]?.entry ?? 0), value));
    });
    return own;
  });
}
