import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { ExtendContext } from "../compile.ts";
import { stageAddresses } from "../ode/interpolate.ts";
import type { Tableau } from "../ode/method.ts";
import { type Vector, memoryVectors, weighted } from "../ode/vector.ts";
import type { AdjointMemory } from "./memory.ts";
import { stageRecord } from "./stage-record.ts";
import type { ReversedStep, StepReverser } from "./sweep.ts";
import { writeVectorJacobian } from "./vector-jacobian.ts";

/** Whether the last stage is the rate at the new state, so that it is the first stage of the step after it. */
const sharesLast = ({ nodes, a, weights }: Tableau): boolean => nodes.at(-1) === 1 && weights.at(-1) === 0 && weights.slice(0, -1).every((weight, index) => weight === (a.at(-1)?.[index] ?? 0));

const inMemory = (address: number): Vector => ({ kind: "memory", address });

/**
 * The reverse of an explicit Runge-Kutta step: stage by stage, last first. A stage that two steps share is reversed once, with
 * what both say about it; stages stand as they were in the record, or are taken again.
 *
 * @source Hager 2000, doi:10.1007/s002110000178
 */
export function explicitReverser(context: ExtendContext, at: AdjointMemory, wrt: readonly string[]): StepReverser {
  const { layout, memory, method, system } = context;
  const n = system.states.length;
  const { nodes, a, weights, extra } = method.tableau;
  const nStage = nodes.length;
  const last = nStage - 1;
  const allNodes = [...nodes, ...(extra?.nodes ?? [])];
  const isShared = method.facts.firstSameAsLast && sharesLast(method.tableau);
  const rates = stageAddresses(method.tableau, memory);
  const record = stageRecord(context, wrt, isShared || !method.facts.firstSameAsLast);
  writeVectorJacobian(context, at, wrt, "pull", system.rhs, record.kept);

  const block = (count: number): number => layout.f64(Math.max(1, count));
  const pulledBlock = block(n * allNodes.length);
  const pulled = (index: number): number => pulledBlock + 8 * n * index;
  const cotangent = (index: number): number => at.stageCotangents + 8 * n * index;
  const direct = block(n);
  /** The first stage of the row reversed last: it waits for the row before. */
  const waiting = { cotangent: block(n), time: block(1), state: block(n), rate: block(n), values: block(record.kept.nodes.length) };

  const vectors = (b: FunctionBuilder) => memoryVectors(b, n, memory.vector);
  const copy = (b: FunctionBuilder, from: number, to: number): void => vectors(b).assign(inMemory(to), (of) => of(inMemory(from)));
  const clear = (b: FunctionBuilder, address: number): void => vectors(b).assign(inMemory(address), () => f64.const(0));
  const add = (b: FunctionBuilder, target: number, source: number): void => vectors(b).assign(inMemory(target), (of) => f64.add(of(inMemory(target)), of(inMemory(source))));
  const timeOf = ({ t, h }: ReversedStep, index: number): Value => f64.add(t, f64.mul(h, allNodes[index] ?? 0));

  /** Takes a stage again, as it was. */
  const retake = (b: FunctionBuilder, step: ReversedStep, index: number): void => {
    const coefficients = (index < nStage ? a[index] : extra?.a[index - nStage]) ?? [];
    const state = memory.vector("retaken");
    vectors(b).assign(inMemory(state), (of) => {
      const change = weighted(coefficients, (earlier) => of(inMemory(rates[earlier] ?? 0)));
      return change ? f64.add(of(inMemory(memory.state)), f64.mul(step.h, change)) : of(inMemory(memory.state));
    });
    b.call("takeStage", i32.const(rates[index] ?? 0), timeOf(step, index), i32.const(state), record.slot(step.row, index));
  };
  const retakeAll = (b: FunctionBuilder, step: ReversedStep): void => nodes.forEach((_, index) => retake(b, step, index));
  const pull = (b: FunctionBuilder, step: ReversedStep, index: number): void => {
    const slot = b.local("i32", "slot", record.slot(step.row, index));
    b.call("pull", timeOf(step, index), slot, i32.add(slot, 8 * n), i32.const(cotangent(index)), i32.const(pulled(index)));
  };
  /** Reverses what waits by itself. */
  const settle = (b: FunctionBuilder): void => {
    const time = f64.load(waiting.time);
    b.call("ratesKeeping", i32.const(waiting.rate), time, i32.const(waiting.state), i32.const(waiting.values));
    b.call("pull", time, i32.const(waiting.state), i32.const(waiting.values), i32.const(waiting.cotangent), i32.const(pulled(0)));
    add(b, at.lambda, pulled(0));
    b.store(at.pending, i32.const(0));
  };

  return {
    direct,
    prepare(b, step) {
      const joins = b.local("i32", "joins", i32.const(0));
      if (isShared) {
        b.set(joins, i32.and(i32.load(at.pending), f64.eq(f64.load(waiting.time), f64.add(step.t, step.h))));
        b.if(i32.and(i32.load(at.pending), i32.isZero(joins)), () => settle(b));
      }
      b.if(record.has(step.row), () => {}, () => retakeAll(b, step));
      nodes.forEach((_, index) => clear(b, cotangent(index)));
      clear(b, direct);
      if (isShared) b.if(joins, () => copy(b, waiting.cotangent, cotangent(last)));
    },
    prepareExtra(b, step) {
      // The record has states of stages, not their rates, which the extra stages are made of.
      b.if(record.has(step.row), () => retakeAll(b, step));
      extra?.nodes.forEach((_, index) => {
        retake(b, step, nStage + index);
        clear(b, cotangent(nStage + index));
      });
    },
    extraStages(b, step) {
      for (let index = allNodes.length - 1; index >= nStage; index--) {
        pull(b, step, index);
        add(b, direct, pulled(index));
        extra?.a[index - nStage]?.forEach((weight, earlier) => {
          if (weight !== 0) vectors(b).assign(inMemory(cotangent(earlier)), (of) => f64.add(of(inMemory(cotangent(earlier))), f64.mul(f64.mul(step.h, weight), of(inMemory(pulled(index))))));
        });
      }
    },
    stages(b, step) {
      const end = isShared ? last : nStage;
      if (isShared) {
        // A row's last stage is taken at its new state, and counts as that does.
        pull(b, step, last);
        add(b, at.lambda, pulled(last));
      }
      for (let index = end - 1; index >= 0; index--) {
        vectors(b).assign(inMemory(cotangent(index)), (of) => {
          const later = weighted(Array.from({ length: end }, (_, from) => (from > index ? (a[from]?.[index] ?? 0) : 0)), (from) => of(inMemory(pulled(from))));
          const own = weights[index] === 0 ? null : f64.mul(weights[index] ?? 0, of(inMemory(at.lambda)));
          const both = own && later ? f64.add(own, later) : (own ?? later);
          return both ? f64.add(of(inMemory(cotangent(index))), f64.mul(step.h, both)) : of(inMemory(cotangent(index)));
        });
        if (!isShared || index > 0) pull(b, step, index);
      }
      vectors(b).assign(inMemory(at.lambda), (of) => {
        let total = f64.add(of(inMemory(at.lambda)), of(inMemory(direct)));
        for (let index = isShared ? 1 : 0; index < end; index++) total = f64.add(total, of(inMemory(pulled(index))));
        return total;
      });
      if (!isShared) return;
      copy(b, cotangent(0), waiting.cotangent);
      copy(b, memory.state, waiting.state);
      b.store(waiting.time, step.t);
      b.store(at.pending, i32.const(1));
    },
    finish(b) {
      if (isShared) b.if(i32.load(at.pending), () => settle(b));
    },
  };
}
