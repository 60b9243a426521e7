/** @file How each work starts on our side, and another way of it where there is one. */
import type { Start } from "../../src/protocol.js";
import { planes } from "../../src/works/plane.js";
import { startTab } from "../tab/start.js";
import { core } from "./core.js";
import { diffusions } from "./diffusion.js";
import { flows } from "./flow.js";
import { startGraph } from "./graph.js";
import { gans } from "./gan.js";
import { startMemory } from "./memory.js";
import { pictures } from "./pixels.js";
import { texts } from "./text.js";
import { vaes } from "./vae.js";

export const starts: Readonly<Record<string, Start>> = {
  ...vaes,
  ...gans,
  ...flows,
  ...diffusions,
  ...texts,
  ...pictures,
  ...Object.fromEntries(planes.map(({ id }) => [id, startTab("ours")])),
  ...core,
  "graph-12x768": startGraph,
  memory: startMemory,
};
