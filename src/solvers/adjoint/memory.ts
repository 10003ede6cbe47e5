import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { ExtendContext } from "../compile.ts";

/** Byte addresses of what the reverse sweep keeps. */
export interface AdjointMemory {
  /** ∂L/∂y at the end of the row being reversed, then at its start [nState]. */
  readonly lambda: number;
  /** ∂L/∂stage, of the extra stages too [nStage + nExtra, nState]; of a multistep method, ∂L/∂ of its differences. */
  readonly stageCotangents: number;
  /** ∂L/∂parameters [nParameter]. */
  readonly gradient: number;
  /** i32: address of the cotangents, tape rows and outputs still to be reversed. */
  readonly cotangents: number;
  readonly row: number;
  readonly output: number;
  /** i32: 1 while the first stage of the row before waits to be reversed with the last stage of the next; of a multistep method, once the sweep has begun. */
  readonly pending: number;
}

/** Lays out the memory of a reverse sweep beside that of its solver. */
export function adjointMemory({ layout, system }: Pick<ExtendContext, "layout" | "system">, stages: number): AdjointMemory {
  const n = Math.max(1, system.states.length);
  return {
    lambda: layout.f64(n),
    stageCotangents: layout.f64(n * stages),
    gradient: layout.f64(Math.max(1, system.parameters.length)),
    cotangents: layout.i32(1),
    row: layout.i32(1),
    output: layout.i32(1),
    pending: layout.i32(1),
  };
}

/** Loops over components; `offset` counts bytes. */
export function each(b: FunctionBuilder, n: number, body: (offset: Value) => void): void {
  const offset = b.local("i32", "offset", i32.const(0));
  b.loop((loop) => {
    b.if(i32.ge(offset, 8 * n), () => b.break(loop));
    body(offset);
    b.set(offset, i32.add(offset, 8));
  });
}

/** Adds a value to the component at an offset from an address. */
export const addTo = (b: FunctionBuilder, offset: Value, address: number, value: Value): void => b.store(offset, f64.add(f64.load(offset, address), value), address);

/** Time of the last of so many outputs. */
export const requestedTime = ({ timesAddress }: { readonly timesAddress: number }, output: Value): Value => f64.load(i32.add(i32.load(timesAddress), i32.shl(i32.sub(output, 1), 3)));
