/** @file A runtime that is closed while requests are under way, in a process of its own: its end is what is tested. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const script = `
import { ndarray } from "@gen/core";
import { node } from "@gen/core/node";
for (let round = 0; round < 5; round++) {
  const runtime = await node({ threads: 1 });
  const store = runtime.emptyStore();
  for (let i = 0; i < 20; i++) await store.write("array" + i, ndarray(new Float32Array(1e4), [1e4]));
  store.dispose(); // nobody waits for the answer
  await runtime.close();
}
console.log("closed");
`;

it("lets the process go on after it, whatever was under way", () => {
  const args = ["--conditions=@gen/source", "--import", "tsx", "--input-type=module", "--eval", script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
  });
  expect([stderr, stdout, status]).toEqual(["", "closed\n", 0]);
});
