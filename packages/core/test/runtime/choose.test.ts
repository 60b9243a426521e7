import { expect, it } from "vitest";
import { GenError, type Backend } from "../../src/index.js";
import { fastest } from "../../src/runtime/choose.js";
import { referenceBackend } from "../../src/runtime/reference.js";

const closed: string[] = [];

/** A device that answers after some milliseconds, whatever it is asked. */
function device(name: string, milliseconds: number): () => Promise<Backend> {
  const wait = (): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));
  const empty = (): Promise<void> => Promise.resolve();
  const run = async (): Promise<{ kept: object; returned: object }> => {
    await wait();
    return { kept: {}, returned: {} };
  };
  return () =>
    Promise.resolve({
      ...referenceBackend(),
      device: name,
      compile: () => Promise.resolve({ run, release: empty } as never),
      close: () => {
        closed.push(name);
        return empty();
      },
    });
}

const absent = (): Promise<Backend> => Promise.reject(new GenError("device", "gpu: expected a driver, got none"));

it("takes the fastest device, says why, and closes the others", async () => {
  closed.length = 0;
  const start = performance.now();
  const chosen = await fastest({ slow: device("slow", 20), quick: device("quick", 1), gpu: absent });
  expect(performance.now() - start).toBeLessThan(600); // 100 ms each, and what is under way then
  expect(chosen.device).toBe("quick");
  expect(closed).toEqual(["slow"]);
  const { reason, considered } = chosen.choice!;
  expect(considered.map((one) => one.device)).toEqual(["slow", "quick", "gpu"]);
  expect(considered[1]!.gflops).toBeGreaterThan(considered[0]!.gflops!);
  expect(considered[2]!.missing).toBe("gpu: expected a driver, got none");
  expect(reason).toMatch(/^quick does \S+ GFLOP\/s; slow does \S+ GFLOP\/s; gpu is not there \(gpu: expected a driver/);
});

it("names every reason when no device is there", async () => {
  await expect(fastest({ gpu: absent })).rejects.toMatchObject({
    code: "device",
    message: expect.stringContaining("gpu: expected a driver, got none") as string,
  });
});
