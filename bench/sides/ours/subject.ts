/** @file A step that is trained by one `fit` that lasts as long as the process or the page. */
import {
  arrays,
  batches,
  fit,
  key,
  ndarray,
  trainStep,
  type Model,
  type Program,
  type Report,
  type Runtime,
  type Scope,
  type Store,
  type Tensor,
} from "@gen/core";
import { adam } from "@gen/core/optim";
import { adamOptions, type Fixture } from "../../src/fixture.js";
import type { Work } from "../../src/protocol.js";

/** A model, its step, and where it keeps a part of the fixture's. */
export interface Subject {
  readonly model: Model;
  readonly step: Program;
  /** Names of the fixture that are others here: prefixes, replaced by what they are called in the model. */
  readonly parts?: Readonly<Record<string, string>>;
  /** Parameters that start as the model has them, alike on every side. */
  readonly own?: RegExp;
}

/** One step of Adam on the mean loss of a batch of rows. */
export function stepOf(model: Model, rows: Fixture["rows"], loss: BatchLoss): Program {
  const { batch } = loss;
  return trainStep({
    model,
    batch: { x: { shape: [batch, ...rows.shape.slice(1)], dtype: rows.dtype } },
    loss: ({ x }, scope) => loss.of(x!, scope),
    optimizer: adam(adamOptions),
  });
}

export interface BatchLoss {
  /** Rows in a batch. */
  readonly batch: number;
  of(x: Tensor, scope: Scope): Tensor;
}

/** A store with the fixture's parameters. @throws Error if one of the model's has none */
export async function opened(
  runtime: Runtime,
  { params }: Fixture,
  { model, parts = {}, own }: Omit<Subject, "step">,
): Promise<Store> {
  const store = await runtime.init(model, { key: key(0) });
  const awaited = new Set(store.names().filter((name) => own?.test(name) !== true));
  for (const [name, { shape, data }] of params) {
    const part = Object.keys(parts).find((part) => name.startsWith(`${part}.`));
    const here = part === undefined ? name : `${parts[part]!}${name.slice(part.length)}`;
    await store.write(here, ndarray(data, shape));
    awaited.delete(here);
  }
  if (awaited.size > 0)
    throw new Error(`expected a value for every parameter, got none for ${[...awaited].join(", ")}`);
  return store;
}

/** Reports of each step, for as many steps as are pulled. Runs end where a turn of `steps` ends. */
export async function reportsOf(
  runtime: Runtime,
  { fixture, subject, steps }: { fixture: Fixture; subject: Subject & { readonly batch: number }; steps: number },
): Promise<AsyncGenerator<Report, void>> {
  const store = await opened(runtime, fixture, subject);
  const { data, shape, dtype } = fixture.rows;
  const pool = batches(arrays({ x: ndarray(data, shape, dtype) }), { size: subject.batch });
  const run = { runtime, store, data: pool, steps: Number.MAX_SAFE_INTEGER, key: key(1) };
  return fit(subject.step, { ...run, every: steps });
}

/** Pulls as many reports as steps are asked for. */
export function pulling(reports: AsyncGenerator<Report, void>): Work {
  return {
    async run(steps) {
      const losses: number[] = [];
      while (losses.length < steps) {
        const { value } = await reports.next();
        losses.push(value!.loss);
      }
      return losses;
    },
  };
}
