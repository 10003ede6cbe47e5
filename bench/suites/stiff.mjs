// @ts-check
import { stiffProblems } from "../problems/stiff.mjs";
import { workPrecision } from "../work-precision.mjs";

/** States up to which every peer takes part; beyond, those that are built for it. */
const smallSystem = 50;
const smallPeers = ["native-c", "cvode-dense-dq", "cvode-klu", "libroadrunner", "copasi", "scipy"];
const largePeers = ["cvode-dense-dq", "cvode-klu"];

/** @type {import("./index.mjs").Suite} */
export const suite = {
  id: "stiff",
  title: "Stiff systems: time to a relative error of 1e-6 over 100 outputs",
  unit: "us",
  peers: [...smallPeers, "best-of-libroadrunner-copasi"],
  run: (context) =>
    workPrecision(context, {
      problems: stiffProblems,
      kind: "stiff",
      methods: ["rodas5"],
      target: 1e-6,
      peersOf: (nState) => (nState <= smallSystem ? smallPeers : largePeers),
      counted: (nState) => nState <= smallSystem,
    }),
};
