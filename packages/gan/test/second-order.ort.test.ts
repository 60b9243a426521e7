import { node } from "@gen/core/node";
import { describeSecondOrder } from "./second-order.js";

describeSecondOrder("the CPU", () => node({ threads: 1 }));
describeSecondOrder("wasm", () => node({ device: "wasm" }));
