/** @file Batches that are looked at before a step sees them: graphs cannot complain of a class that there is none of. */
import { GenError, type Batches, type Rows } from "@gen/core";
import type { Gan } from "./gan.js";

/**
 * The same batches, each checked when it is read: labels in range, rows as the codec takes them.
 *
 * @throws GenError `data`, from `at`, naming batch, row and label
 */
export function checkedBatches(gan: Gan, data: Batches): Batches {
  return {
    ...data,
    at: async (step) => {
      const rows = await data.at(step);
      checkRows(gan, rows, `batch ${step}`);
      return rows;
    },
  };
}

/** @throws GenError `data` for a label that is no class of the model, or a row that its codec does not take */
export function checkRows({ classes, codec }: Gan, { x, label }: Rows, where: string): void {
  if (classes > 0 && label !== undefined) {
    const labels = Array.from(label.data, Number);
    const wrong = labels.findIndex((one) => !(Number.isInteger(one) && one >= 0 && one < classes));
    if (wrong >= 0) {
      throw new GenError(
        "data",
        `gan: ${where}, row ${wrong}: expected a class from 0 to ${classes - 1}, got ${labels[wrong]}`,
        { fix: "make the model with as many classes as the data have" },
      );
    }
  }
  if (x !== undefined) codec?.check(x);
}
