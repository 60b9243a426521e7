/** @file How each work starts on our side. */
import type { Start } from "../../src/protocol.js";
import { core } from "./core.js";
import { flows } from "./flow.js";
import { startGraph } from "./graph.js";
import { gans } from "./gan.js";
import { startMemory } from "./memory.js";
import { vaes } from "./vae.js";

export const starts: Readonly<Record<string, Start>> = {
  ...vaes,
  ...gans,
  ...flows,
  ...core,
  "graph-12x768": startGraph,
  memory: startMemory,
};
