import { birthDeath } from "./birth-death.ts";
import { brusselator } from "./brusselator.ts";
import { goldbeterKoshland } from "./goldbeter-koshland.ts";
import { hires } from "./hires.ts";
import { lotkaVolterra } from "./lotka-volterra.ts";
import { michaelisMentenOpen } from "./michaelis-menten.ts";
import { oregonator } from "./oregonator.ts";
import { repressilator } from "./repressilator.ts";
import { robertson } from "./robertson.ts";
import { schlogl } from "./schlogl.ts";

/** Published models by id. */
export const zoo = {
  "birth-death": birthDeath,
  "lotka-volterra": lotkaVolterra,
  schlogl,
  brusselator,
  oregonator,
  robertson,
  hires,
  repressilator,
  "goldbeter-koshland": goldbeterKoshland,
  "michaelis-menten": michaelisMentenOpen,
} as const;

export type { ModelFacts, ZooModel } from "./model.ts";
