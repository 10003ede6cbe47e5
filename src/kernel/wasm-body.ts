import type { ProgramFunction, Statement, Type } from "./program.ts";
import { isElementary } from "./program-values.ts";
import { type ByteWriter, byteWriter, longestFunctionBody, mostLocals } from "./wasm-encoding.ts";
import { opcodes, typeCodes } from "./wasm-opcodes.ts";
import { type Module, ValueWriter } from "./wasm-values.ts";
import { headFault, placeFault, returnFault, setFault } from "./well-formed.ts";

const declaredTypes: readonly Type[] = ["f64", "i32", "f64x2", "f32x4", "mask2", "mask4"];

/** Writes function bodies, each with its size before it. */
export interface BodyWriter {
  /**
   * False when the function calls an elementary function that is neither the program's nor imported; what was written is then of no use.
   *
   * @throws Error when the function is not well-formed, or has more locals, or a longer body, than engines accept.
   */
  write(to: ByteWriter, owner: ProgramFunction): boolean;
}

/** A writer of the bodies of one module. */
export const bodyWriter = (module: Module): BodyWriter => new Body(module);

class Body extends ValueWriter implements BodyWriter {
  readonly head: ByteWriter = byteWriter();
  /** The loop label of each open structure whose branch target is a loop's exit (label) or start (-1 - label), else null. */
  readonly frames: (number | null)[] = [];

  write(to: ByteWriter, owner: ProgramFunction): boolean {
    const { code, head } = this;
    this.owner = owner;
    this.special = null;
    this.isDense = isElementary(owner.name) || owner.isFullOfNumbers === true;
    code.clear();
    head.clear();
    this.refuse(headFault(owner));
    const runs = this.renumber();
    this.statements(owner.body);
    const usesLanes = this.usesLaneScratch();
    if (usesLanes) runs.push(3, typeCodes.f64x2);
    // A path that falls off the end of a function with a result traps.
    if (owner.result !== null) code.byte(opcodes.unreachable);
    code.byte(opcodes.end);

    const declared = this.scratch + (usesLanes ? 5 : 3);
    if (declared > mostLocals) {
      throw new Error(`function "${owner.name}" has ${declared} locals, WebAssembly engines accept ${mostLocals}: split it into functions that pass values in memory`);
    }
    head.unsigned(runs.length / 2);
    for (let at = 0; at < runs.length; at += 2) {
      head.unsigned(runs[at] ?? 0);
      head.byte(runs[at + 1] ?? 0);
    }
    const size = head.length + code.length;
    if (size > longestFunctionBody) {
      throw new Error(`function "${owner.name}" has ${size} bytes, WebAssembly engines accept ${longestFunctionBody}: split it into functions that pass values in memory`);
    }
    to.unsigned(size);
    to.all(head);
    to.all(code);
    return this.isWhole;
  }

  /** Numbers the locals by type; gives the runs of those that are no parameters: count, type, count, type... */
  renumber(): number[] {
    const { locals, parameters } = this.owner;
    if (this.renumbered.length < locals.length) this.renumbered = new Int32Array(2 * locals.length);
    const runs: number[] = [];
    let next = parameters.length;
    for (let at = 0; at < next; at++) this.renumbered[at] = at;
    for (const type of declaredTypes) {
      const first = next;
      for (let at = parameters.length; at < locals.length; at++) if (locals[at]?.type === type) this.renumbered[at] = next++;
      if (next > first) runs.push(next - first, typeCodes[type]);
    }
    this.scratch = next;
    runs.push(2, typeCodes.i32);
    return runs;
  }

  statements(list: readonly Statement[]): void {
    for (const statement of list) this.statement(statement);
  }

  within(list: readonly Statement[], ...frames: readonly (number | null)[]): void {
    this.frames.push(...frames);
    this.statements(list);
    this.frames.length -= frames.length;
  }

  statement(statement: Statement): void {
    const { code } = this;
    switch (statement.kind) {
      case "set":
        this.refuse(setFault(statement));
        this.value(statement.value, 0);
        return this.local(opcodes.localSet, this.indexOf(statement.target));
      case "store":
        return this.store(statement);
      case "if":
        this.value(statement.condition, 0);
        code.pair(opcodes.if, opcodes.empty);
        this.within(statement.then, null);
        if (statement.otherwise.length > 0) {
          code.byte(opcodes.else);
          this.within(statement.otherwise, null);
        }
        return code.byte(opcodes.end);
      case "loop":
        if (this.frames.includes(statement.label)) this.refuse(`loop label ${statement.label} is already open`);
        code.bytes([opcodes.block, opcodes.empty, opcodes.loop, opcodes.empty]);
        this.within(statement.body, statement.label, -1 - statement.label);
        this.local(opcodes.branch, 0);
        return code.bytes([opcodes.end, opcodes.end]);
      case "break":
        return this.branch(statement.label, statement.label);
      case "continue":
        return this.branch(statement.label, -1 - statement.label);
      case "call":
        for (const operand of statement.operands) this.value(operand, 0);
        this.call(statement.name, statement.operands, null);
        if (this.module.find(statement.name)?.result) code.byte(opcodes.drop);
        return;
      case "return":
        this.refuse(returnFault(statement, this.owner));
        if (statement.value) this.value(statement.value, 0);
        code.byte(opcodes.return);
    }
  }

  store({ address, value, offset, single }: Statement & { kind: "store" }): void {
    this.refuse(placeFault(address, offset, value.type, single));
    this.value(address, 0);
    this.value(value, 0);
    if (single) {
      this.code.byte(opcodes.demote);
      this.singlePlace(opcodes.f32Store, offset);
    } else this.place(value.type, opcodes.f64Store, opcodes.i32Store, opcodes.v128Store, offset);
  }

  branch(label: number, frame: number): void {
    const at = this.frames.lastIndexOf(frame);
    if (at < 0) this.refuse(`no open loop has label ${label}`);
    this.local(opcodes.branch, this.frames.length - 1 - at);
  }
}
