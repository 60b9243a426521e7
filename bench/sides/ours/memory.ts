/** @file Resident memory while the dense VAE trains: after the first 500 steps, and at the end. */
import { median } from "../../src/measure.js";
import type { Request, Work } from "../../src/protocol.js";
import { memory } from "../../src/works/core.js";
import { training } from "./training.js";
import { denseVae } from "./vae.js";

const { after, window } = memory;

export async function startMemory(request: Request): Promise<Work> {
  const reports = await training(denseVae, { ...request, steps: window });
  const sizes: number[] = []; // MiB, after each step
  return {
    async run(steps) {
      const losses: number[] = [];
      while (losses.length < steps) {
        const { value } = await reports.next();
        losses.push(value!.loss);
        sizes.push(process.memoryUsage.rss() / 2 ** 20);
      }
      return losses;
    },
    // Medians over a window: what the collector has not yet collected is not growth.
    resident: () => [median(sizes.slice(after, after + window)), median(sizes.slice(-window))],
  };
}
