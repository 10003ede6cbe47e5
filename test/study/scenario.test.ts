import { describe, expect, test } from "vitest";
import type { MechanismKind } from "../../src/study/kind.ts";
import { readScenario } from "../../src/study/scenario.ts";
import { readDataManifest } from "../../src/study/data-manifest.ts";
import { toyKind, toyScenario } from "./toy-kind.ts";

const kinds: readonly MechanismKind[] = [toyKind];
const problemsOf = (text: string) => {
  const answer = readScenario(text, kinds);
  return "problems" in answer ? answer.problems.map((each) => `${each.file}:${each.line}:${each.column} ${each.message}`) : [];
};

describe("readScenario", () => {
  test("reads a whole scenario and gives seeds out as decimal text", () => {
    const answer = readScenario(toyScenario.replace("[1, 2]\nbudget", '[1, "0xffffffffffffffff"]\nbudget'), kinds);
    if ("problems" in answer) throw new Error(JSON.stringify(answer.problems));
    expect(answer.scenario.values.seeds).toEqual(["1", "18446744073709551615"]);
    expect(answer.scenario.kind.facts.id).toBe("toy");
    expect(answer.scenario.problem(["splits", 0, "kind"], "x")).toMatchObject({ line: 8, column: 24 });
  });

  test("names every problem with its place, and the nearest known key", () => {
    const text = toyScenario
      .replace("title: A toy", "titel: A toy")
      .replace("slope: 2", "slop: 2")
      .replace("kind: held-out-combination", "kind: held-out-combinaton, sead: 3")
      .replace("quick: 40", "quick: none")
      .replace("seeds: [1, 2]", "seeds: [1, -4, 1.5]")
      .replace("direction: lower", "direction: down");
    expect(problemsOf(text)).toMatchInlineSnapshot(`
      [
        "scenario.yaml:1:1 "title" is missing; expected string",
        "scenario.yaml:3:1 unknown key "titel"; did you mean "title"?",
        "scenario.yaml:4:1 "slope" is missing; expected number",
        "scenario.yaml:4:21 unknown key "slop"; did you mean "slope"?",
        "scenario.yaml:8:24 "kind": expected one of "held-out-combination"|"random"",
        "scenario.yaml:8:45 unknown key "sead"; did you mean "seed"?",
        "scenario.yaml:10:37 "direction": expected one of "lower"|"higher"",
        "scenario.yaml:12:12 "seeds[1]": expected number to be >=0",
        "scenario.yaml:12:16 "seeds[2]": expected a 64-bit seed: a whole number, or in quotes beyond 2^53 (decimal or 0x)",
        "scenario.yaml:13:18 "quick": expected number, received string",
      ]
    `);
  });

  test("an unknown kind of mechanism does not hide the other problems", () => {
    expect(problemsOf(toyScenario.replace("kind: toy", "kind: tooy").replace("id: toy", "id: Toy"))).toMatchInlineSnapshot(`
      [
        "scenario.yaml:2:5 "id": expected lower-case letters, digits and hyphens",
        "scenario.yaml:4:16 unknown kind of mechanism "tooy"; did you mean "toy"?",
      ]
    `);
  });

  test("a seed that is no number is told with its place", () => {
    expect(problemsOf(toyScenario.replace("seeds: [1, 2]", 'seeds: [1, two, "0x1ffffffffffffffff", "18446744073709551616"]'))).toMatchInlineSnapshot(`
      [
        "scenario.yaml:12:12 "seeds[1]": expected a 64-bit seed: a whole number, or in quotes beyond 2^53 (decimal or 0x)",
        "scenario.yaml:12:17 "seeds[2]": expected a 64-bit seed: a whole number, or in quotes beyond 2^53 (decimal or 0x)",
        "scenario.yaml:12:40 "seeds[3]": expected a seed below 2^64",
      ]
    `);
  });

  test("says what is missing, what is no list, and where the YAML itself is broken", () => {
    expect(problemsOf("semimech: 2\nid: a\n")).toMatchInlineSnapshot(`
      [
        "scenario.yaml:1:1 "title" is missing; expected string",
        "scenario.yaml:1:1 "baselines" is missing; expected "all" or a list of baseline ids",
        "scenario.yaml:1:1 "primary" is missing; expected object",
        "scenario.yaml:1:1 "secondary" is missing; expected array",
        "scenario.yaml:1:1 "seeds" is missing; expected array",
        "scenario.yaml:1:1 "model" is missing",
        "scenario.yaml:1:1 "protocols" is missing",
        "scenario.yaml:1:1 "learned" is missing; expected array",
        "scenario.yaml:1:1 "splits" is missing; expected array",
        "scenario.yaml:1:1 "budget" is missing",
        "scenario.yaml:1:11 "semimech": expected 1",
      ]
    `);
    expect(problemsOf(toyScenario.replace("seeds: [1, 2]", "seeds: [1, 2"))).toMatchInlineSnapshot(`
      [
        "scenario.yaml:13:1 flow sequence in block collection must be sufficiently indented and end with a ]",
      ]
    `);
    expect(problemsOf(`${toyScenario}id: again\n`)).toMatchInlineSnapshot(`
      [
        "scenario.yaml:14:1 map keys must be unique",
      ]
    `);
    expect(problemsOf("")).toMatchInlineSnapshot(`
      [
        "scenario.yaml:1:1 expected object, received null",
      ]
    `);
    expect(problemsOf(toyScenario.replace("learned: []", "learned: [{ id: v }]"))).toMatchInlineSnapshot(`
      [
        "scenario.yaml:6:11 "learned[0]": this kind of mechanism takes no learned fluxes",
      ]
    `);
  });
});

describe("readDataManifest", () => {
  test("names every problem with its place", () => {
    const text = `files:
  - name: ../up.csv
    url: ftp://example.org/x
    sha256: abc
    bytes: -1
    license: MIT
    citation: nobody
    licence: x
`;
    const answer = readDataManifest(text, "data.yaml");
    expect("problems" in answer && answer.problems.map((each) => `${each.line}:${each.column} ${each.message}`)).toMatchInlineSnapshot(`
      [
        "2:11 "name": expected a path without ..",
        "3:10 "url": expected an http or https address",
        "4:13 "sha256": expected 64 lower-case hexadecimal digits",
        "5:12 "bytes": expected number to be >=0",
        "8:5 unknown key "licence"; did you mean "license"?",
      ]
    `);
  });
});
