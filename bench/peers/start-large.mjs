// @ts-check
// A cold process to its first trajectory of a network that BioNetGen has written out: argv[2] = .net file, argv[3] = last time, argv[4] = method.
import { readFileSync } from "node:fs";

const [, , file = "", end = "1", method = "bdf"] = process.argv;
const build = process.env["SEMIMECH_DIST"];
const folder = build === undefined ? new URL("../../dist/", import.meta.url) : new URL(`${build}/`, `file://${process.cwd()}/`);
// What `import "semimech/ode"` opens, and nothing beside it: what the other scripts find a build with would be timed as well.
const { readBioNetGen, odeSystem, initialState, compileSolver, odeMethods } = await import(new URL("bundle/ode.js", folder).href);
const { network } = readBioNetGen(readFileSync(file, "utf8"));
const { system } = odeSystem(network);
const parameters = Float64Array.from(system.parameterValues);
const solver = await compileSolver(system, { method: odeMethods[method] });
const times = Float64Array.from({ length: 100 }, (_, index) => (Number(end) * (index + 1)) / 100);
const { status } = solver.solve({ parameters, state: initialState(system, parameters), times });
if (status.status !== "done") throw new Error(status.status);
