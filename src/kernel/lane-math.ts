import { f64, f32x4, f64x2, programBuilder } from "./builder.ts";
import { forEachValue } from "./program-values.ts";
import type { LaneType, MathFunction, Program, Value } from "./program.ts";
import { rewriteValues } from "./rewrite-values.ts";

type LaneMath = Value & { readonly kind: "math"; readonly type: LaneType };

const isLaneMath = (value: Value): value is LaneMath => value.kind === "math" && value.type !== "f64";
const nameOf = ({ name, type }: LaneMath): string => `${name} of ${type}`;

/** The same program with elementary functions of lanes written out, lane by lane through memory: what has only functions of one number can then take their place. */
export function withoutLaneMath(program: Program): Program {
  const called = new Map<string, readonly [MathFunction, LaneType]>();
  for (const { body } of program.functions) forEachValue(body, (value) => void (isLaneMath(value) && called.set(nameOf(value), [value.name, value.type])));
  if (called.size === 0) return program;
  const scratch = Math.ceil(program.memoryBytes / 16) * 16;
  const builder = programBuilder();
  for (const [name, [math, type]] of called) writeLaneMath(builder, name, math, type, scratch);
  const functions = program.functions.map((each) => ({
    ...each,
    body: rewriteValues(each.body, (value) => (isLaneMath(value) ? { kind: "call", type: value.type, name: nameOf(value), operands: value.operands } : value)),
  }));
  return { functions: [...functions, ...builder.finish(0).functions], memoryBytes: scratch + 32 };
}

function writeLaneMath(builder: ReturnType<typeof programBuilder>, name: string, math: MathFunction, type: LaneType, scratch: number): void {
  const isPair = type === "f64x2";
  const [lanes, width, bytes] = isPair ? [f64x2, 2, 8] : [f32x4, 4, 4];
  const parameters = math === "pow" ? { x: type, exponent: type } : { x: type };
  builder.function(name, { parameters, result: type, exported: false }, (b, given) => {
    const operands = [given["x"], given["exponent"]].flatMap((operand) => operand ?? []);
    operands.forEach((operand, index) => b.store(scratch + 16 * index, operand));
    for (let lane = 0; lane < width; lane++) {
      const at = (index: number): number => scratch + 16 * index + bytes * lane;
      const value = f64.math(math, ...operands.map((_, index) => (isPair ? f64.load(at(index)) : f64.loadSingle(at(index)))));
      if (isPair) b.store(at(0), value);
      else b.storeSingle(at(0), value);
    }
    b.return(lanes.load(scratch));
  });
}
