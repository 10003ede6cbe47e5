import { bergPurcellReceptor } from "./berg-purcell-receptor.ts";
import { birthDeath } from "./birth-death.ts";
import { brusselator } from "./brusselator.ts";
import { goldbeterKoshland } from "./goldbeter-koshland.ts";
import { hires } from "./hires.ts";
import { hopfieldProofreading } from "./hopfield-proofreading.ts";
import { lotkaVolterra } from "./lotka-volterra.ts";
import { michaelisMentenOpen } from "./michaelis-menten.ts";
import { oregonator } from "./oregonator.ts";
import { repressilator } from "./repressilator.ts";
import { robertson } from "./robertson.ts";
import { schlogl } from "./schlogl.ts";
import { uniformRing } from "./uniform-ring.ts";

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
  "hopfield-proofreading": hopfieldProofreading,
  "berg-purcell-receptor": bergPurcellReceptor,
  "uniform-ring": uniformRing,
} as const;

export type { ModelFacts, ZooModel } from "./model.ts";
