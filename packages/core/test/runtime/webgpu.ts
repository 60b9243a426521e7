/** @file Whether WebGPU can be tested on this machine. */
import { messageOf } from "../../src/error.js";
import { nodeBackend } from "../../src/node.js";

/** Why not, if it cannot: a test that needs it skips with these words. */
export const missing: string | undefined = await nodeBackend({ device: "webgpu" }).then(
  async (backend) => void (await backend.close()),
  (error: unknown) => messageOf(error).split("\n")[0],
);
