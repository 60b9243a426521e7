/** @file Numbers for each channel, beside [N, C, …]. */
import { GenError } from "../error.js";
import { showShape } from "../shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** [C] as [C, 1, …], to meet [N, C, …]. */
export function perChannel(v: Tensor, x: Tensor): Tensor {
  return v.reshape([-1, ...x.shape.slice(2).map(() => 1)]);
}

/** @throws GenError `shape` unless x is [N, channels, …] */
export function checkChannels(x: Tensor, channels: number, where: string): void {
  if (x.rank < 2 || x.shape[1] !== channels) {
    throw new GenError("shape", `${where}: expected [N, ${channels}, …], got ${showShape(x.shape)}`);
  }
}
