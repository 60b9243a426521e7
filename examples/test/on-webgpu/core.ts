/** @file `@gen/core`, whose `fit` takes a few steps here and on the CPU, prints both losses as JSON, and ends the process. */
import { fit as train, type FitOptions, type Program, type Report, type Runtime, type Store } from "@gen/core";
import { node } from "@gen/core/node";

export * from "@gen/core";

export async function* fit(step: Program, options: FitOptions): AsyncGenerator<Report, void> {
  const cpu = await node({ device: "cpu" });
  const copy = cpu.emptyStore();
  for (const [name, array] of Object.entries(await options.store.readAll())) await copy.write(name, array);
  const losses = async (runtime: Runtime, store: Store): Promise<number[]> => {
    const found: number[] = [];
    const few = { ...options, runtime, store, steps: Number(process.env["STEPS"]), patienceMs: 0 };
    for await (const { outputs } of train(step, few)) found.push(...Object.values(outputs));
    return found;
  };
  const { runtime, store } = options;
  const result = { device: runtime.device, got: await losses(runtime, store), wanted: await losses(cpu, copy) };
  process.stdout.write(JSON.stringify(result), () => process.exit(0));
  yield await new Promise<never>(() => undefined);
}
