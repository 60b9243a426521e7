import { reference } from "@gen/core";
import { describeSecondOrder } from "./second-order.js";

describeSecondOrder("the reference", () => Promise.resolve(reference()));
