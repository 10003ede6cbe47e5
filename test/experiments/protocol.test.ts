import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDesignProblem } from "../../src/experiments/problem.ts";
import { mergeSegments, protocolDuration, readProtocol, sameConditions, tableCondition } from "../../src/experiments/protocol.ts";
import type { Protocol, Segment } from "../../src/experiments/protocol.ts";

const agents = [
  { id: "MEKi", unit: "uM" },
  { id: "ko_A", unit: null },
];
const problemsOf = (value: unknown): readonly string[] => {
  const read = readProtocol("p", value, agents);
  return "problems" in read ? read.problems.map(formatDesignProblem) : [];
};

describe("readProtocol", () => {
  it("reads ordered segments, takes dose 1 when none is written and carries the agent's unit", () => {
    const written = { segments: [{ duration: 5, medium: { ligand: 2 } }, { perturbations: [{ agent: "MEKi", dose: 0, unit: "uM" }, { agent: "ko_A" }], duration: 10 }] };
    expect(readProtocol("p", written, agents)).toEqual({
      protocol: {
        id: "p",
        segments: [
          { perturbations: [], medium: { ligand: 2 }, duration: 5 },
          { perturbations: [{ agent: "MEKi", dose: 0, unit: "uM" }, { agent: "ko_A", dose: 1, unit: null }], medium: {}, duration: 10 },
        ],
      },
    });
  });

  it("reports every problem with its place", () => {
    const problems = problemsOf({
      segments: [
        { perturbations: [{ agent: "MEK", dose: 1 }, { agent: "MEKi", unit: "nM" }, { agent: "ko_A" }, { agent: "ko_A" }], duration: 1 },
        { perturbations: [{ agent: "ko_A", unit: "uM" }], duration: 1 },
      ],
    });
    expect(problems).toEqual([
      'segments[0].perturbations[0].agent: unknown agent "MEK"; did you mean "MEKi"?',
      'segments[0].perturbations[1].unit: dose of "MEKi" in "nM", but the agent\'s unit is "uM"; convert the dose',
      'segments[0].perturbations[3]: "ko_A" is applied twice in one segment; add the doses or use two segments',
      'segments[1].perturbations[0].unit: dose of "ko_A" in "uM", but the agent\'s unit is no unit; convert the dose',
    ]);
  });

  it("refuses wrong shapes: no segments, a negative or missing duration, an unknown key", () => {
    expect(problemsOf({ segments: [] })).toHaveLength(1);
    const problems = problemsOf({ segments: [{ duration: -1 }, {}, { duration: 1, lenght: 2 }] });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(/^segments\[0\]\.duration: /);
    expect(problems[1]).toMatch(/^segments\[1\]\.duration: /);
    expect(problems[2]).toMatch(/lenght/);
  });
});

const segment = fc.record({
  perturbations: fc.uniqueArray(fc.record({ agent: fc.constantFrom("a", "b"), dose: fc.constantFrom(0, 1, 2), unit: fc.constant(null) }), { selector: (applied) => applied.agent }),
  medium: fc.constantFrom<Segment["medium"][]>({}, { L: 1 }, { L: 2 }),
  duration: fc.constantFrom(0, 1, 2.5),
});
const protocol = fc.array(segment, { minLength: 1, maxLength: 8 }).map((segments): Protocol => ({ id: "p", segments }));

const applied = (agent: string): Segment => ({ perturbations: [{ agent, dose: 1, unit: null }], medium: {}, duration: 1 });

describe("mergeSegments", () => {
  it("keeps the length, joins equal neighbours, and a second time changes nothing", () => {
    fc.assert(
      fc.property(protocol, (original) => {
        const merged = mergeSegments(original);
        // Durations are multiples of 1/2, so sums are exact.
        expect(protocolDuration(merged)).toBe(protocolDuration(original));
        merged.segments.slice(1).forEach((next, index) => {
          const previous = merged.segments[index];
          expect(previous !== undefined && sameConditions(previous, next)).toBe(false);
        });
        expect(mergeSegments(merged)).toEqual(merged);
      }),
    );
  });

  it("never swaps: a then b is not b then a", () => {
    const forward = mergeSegments({ id: "p", segments: [applied("a"), applied("b")] });
    expect(forward.segments.map((one) => one.perturbations[0]?.agent)).toEqual(["a", "b"]);
  });

  it("takes agents of one segment as simultaneous", () => {
    const a = { agent: "a", dose: 1, unit: null };
    const b = { agent: "b", dose: 2, unit: null };
    expect(sameConditions({ perturbations: [a, b], medium: {}, duration: 1 }, { perturbations: [b, a], medium: {}, duration: 9 })).toBe(true);
    expect(sameConditions({ perturbations: [a], medium: {}, duration: 1 }, { perturbations: [a], medium: { L: 0 }, duration: 1 })).toBe(false);
  });
});

describe("tableCondition", () => {
  it("lists applications in the order made, a continued one once", () => {
    const a = { agent: "a", dose: 1, unit: null };
    const b = { agent: "b", dose: 2, unit: null };
    const segments = [{ perturbations: [b], medium: {}, duration: 1 }, { perturbations: [a, b], medium: {}, duration: 1 }];
    expect(tableCondition({ id: "b then a", segments })).toEqual({ id: "b then a", perturbations: [{ agent: "b", dose: 2 }, { agent: "a", dose: 1 }] });
  });
});
