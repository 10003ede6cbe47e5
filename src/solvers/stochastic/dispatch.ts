import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import type { Local } from "../../kernel/program.ts";

/** Writes `name(index: i32): f64`, which calls `name 0` ... `name (count - 1)` by halving. */
export function writeDispatch(program: ProgramBuilder, name: string, count: number): void {
  const choose = (b: FunctionBuilder, index: Local, from: number, to: number): void => {
    if (to - from <= 1) return b.return(f64.call(`${name} ${from}`));
    const middle = (from + to) >> 1;
    return b.if(
      i32.lt(index, middle),
      () => choose(b, index, from, middle),
      () => choose(b, index, middle, to),
    );
  };
  program.function(name, { parameters: { index: "i32" }, result: "f64", exported: false }, (b, { index }) => {
    if (index) choose(b, index, 0, count);
  });
}
