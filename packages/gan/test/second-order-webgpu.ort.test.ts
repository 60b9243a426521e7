import { messageOf } from "@gen/core";
import { node } from "@gen/core/node";
import { describeSecondOrder } from "./second-order.js";

const missing = await node({ device: "webgpu" }).then(
  async (runtime) => {
    await runtime.close();
    return undefined;
  },
  (error: unknown) => messageOf(error).split("\n")[0],
);

describeSecondOrder("WebGPU", () => node({ device: "webgpu" }), missing);
