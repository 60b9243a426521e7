/** @file Flows of `@gen/flow`. */
import type { Flow } from "@gen/flow";
import { sample } from "@gen/flow";
import type { Start } from "../../src/protocol.js";
import { maf, mafSizes, nsf, nsfSizes, realNvp, realNvpSizes, type FlowSizes } from "../../src/works/flow.js";
import { startSampling } from "./sampling.js";
import { stepOf } from "./subject.js";
import { startTraining } from "./training.js";

function trained(make: (sizes: FlowSizes) => Flow, sizes: FlowSizes): Start {
  return startTraining(({ rows }) => {
    const model = make(sizes);
    const { batch } = sizes;
    return { model, batch, step: stepOf(model, rows, { batch, of: (x, scope) => model.loss({ x }, scope) }) };
  });
}

export const flows = {
  "flow-realnvp-2": trained(realNvp, realNvpSizes(2)),
  "flow-realnvp-64": trained(realNvp, realNvpSizes(64)),
  "flow-nsf-2": trained(nsf, nsfSizes(2)),
  "flow-nsf-64": trained(nsf, nsfSizes(64)),
  "flow-maf-sample": startSampling(() => {
    const model = maf(mafSizes);
    return { model, program: sample(model, { n: mafSizes.batch }) };
  }),
};
