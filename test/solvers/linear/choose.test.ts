import { expect, it } from "vitest";
import { chooseShiftedSolver } from "../../../src/solvers/linear/choose.ts";
import { patternOf } from "./matrices.ts";

const range = (size: number): number[] => Array.from({ length: size }, (_, index) => index);

it("the choice falls on iteration where hubs couple a large network, whatever complete factors would cost", () => {
  // A hub that stands last fills in nothing: counts alone would say complete factors.
  const size = 400;
  const block = 20;
  const rows = range(size).map((row) => (row === size - 1 ? range(size) : [...range(block).map((at) => row - (row % block) + at), size - 1]));
  expect(chooseShiftedSolver(patternOf(rows)).kind).toBe("krylov");
  expect(chooseShiftedSolver(patternOf(rows), "lu").kind).toBe("lu");
  // A small network is ordered all the same.
  const few = range(240).map((row) => (row === 239 ? range(240) : [...range(block).map((at) => row - (row % block) + at), 239]));
  expect(chooseShiftedSolver(patternOf(few)).kind).toBe("lu");
});

it("the choice falls on complete factors for a chain of full blocks, whose rows are as long but which has no hub", () => {
  const block = 8;
  const rows = range(800).map((row) => range(3 * block).map((at) => row - (row % block) - block + at).filter((column) => column >= 0 && column < 800));
  expect(chooseShiftedSolver(patternOf(rows)).kind).toBe("lu");
});
