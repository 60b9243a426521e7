/** @file Whether WebGPU can be tested on this machine. */
import { messageOf } from "../../src/error.js";
import { nodeBackend } from "../../src/node.js";

/** Why not, if it cannot: a test that needs it skips with these words. */
export const missing: string | undefined = await open();

async function open(): Promise<string | undefined> {
  try {
    const backend = await nodeBackend({ device: "webgpu" });
    await backend.close();
    return undefined;
  } catch (error) {
    return messageOf(error).split("\n")[0];
  }
}

/** Layers that between them use every kind of kernel: products, convolutions both ways, norms, attention, loops. */
export const FEW_LAYERS: readonly string[] = [
  "Linear, weight norm",
  "ConvTranspose2d",
  "ResidualBlock",
  "BatchNorm",
  "MultiHeadAttention",
  "Lstm",
];
