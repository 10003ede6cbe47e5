// @ts-check
import { nonstiffProblems } from "../problems/nonstiff.mjs";
import { workPrecision } from "../work-precision.mjs";

const peers = ["native-c", "cvode-adams", "odex", "libroadrunner", "copasi", "scipy"];

/** @type {import("./index.mjs").Suite} */
export const suite = {
  id: "nonstiff",
  title: "Non-stiff systems: time to a relative error of 1e-6 over 100 outputs",
  unit: "us",
  peers: [...peers, "best-of-libroadrunner-copasi"],
  run: (context) =>
    workPrecision(context, { problems: nonstiffProblems, kind: "nonstiff", methods: ["dop853", "tsit5"], target: 1e-6, peersOf: () => peers, counted: () => true }),
};
