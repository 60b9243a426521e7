import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gather, spread, writeReport } from "../src/report/gather.js";
import { RunFolder } from "../src/run/run-folder.js";

let place: string;
beforeEach(() => void (place = mkdtempSync(join(tmpdir(), "gen-report-"))));
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** One black pixel. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB4iG8MwAAAABJRU5ErkJggg==",
  "base64",
);

const nats = { label: "Negative ELBO", unit: "nats" };
const made = {
  gen: "0.1.0",
  node: "20.20.2",
  onnxruntime: "1.30.0",
  machine: "linux x64, 2 cores",
  created: "2026-01-14T09:30:12.000Z",
  family: "vae",
  data: "letters <b> & digits",
  parameters: 652_824,
  operations: 143,
  loss: nats,
  metrics: { elbo: nats, bits: { label: "Negative ELBO", unit: "bits/dim" } },
  pictures: { samples: { title: "Samples", caption: "Drawn from the prior." } },
};

const port = { dtype: "i64", shape: [], description: "" };
const card = {
  format: 1,
  family: "vae",
  name: "vae",
  files: {
    "sampler.onnx": {
      purpose: "new <pictures>",
      sha256: "",
      bytes: 1500,
      precision: "f32",
      inputs: [
        { name: "seed", ...port },
        { name: "n", ...port },
      ],
      outputs: [],
    },
  },
  metrics: {},
  data: "",
  licence: "",
  recipe: null,
  parity: [{ file: "sampler.onnx", provider: "cpu", tolerance: 1e-4, maxAbsolute: 1.2e-7, maxRelative: 1e-7 }],
};

async function run() {
  const folder = await RunFolder.create(
    join(place, "first"),
    { recipe: "vae", options: { steps: 4, hidden: [400, 200] }, made },
    { overwrite: false },
  );
  const log = folder.openMetrics(0);
  for (let step = 1; step <= 4; step++) {
    const validation = step % 2 === 0 ? { validation: { elbo: 110 - step, bits: 0.2 } } : {};
    log.append({ step, seconds: step * 20, loss: 120 - step, ...validation });
  }
  log.close();
  for (const step of [0, 2, 4]) writeFileSync(folder.picturePath("samples", step), PNG);
  mkdirSync(folder.model);
  writeFileSync(join(folder.model, "card.json"), JSON.stringify(card));
  return folder;
}

describe("a report", () => {
  it("is one page that needs nothing else", async () => {
    const folder = await run();
    await writeReport(folder);
    const page = readFileSync(folder.report, "utf8");
    expect(page).not.toMatch(/<script|<link|https?:|@import|url\((?!#)/);
    expect(page).toContain("letters &lt;b&gt; &amp; digits");
    expect(page).toContain("<dt>Negative ELBO, held out</dt><dd>106.0 <small>nats</small></dd>");
    expect(page).toContain("<dd>1 min 20 s <small>4 steps</small></dd>");
    expect(page).toContain('alt="Samples, after 2 steps"');
    expect(page.match(/data:image\/png;base64,/g)).toHaveLength(3);
    expect(page).toContain('aria-label="Negative ELBO over steps"');
    expect(page).toContain(
      "<code>sampler.onnx</code></th><td>new &lt;pictures&gt;</td><td>2 kB</td><td>1.2e-7 <small>cpu, 0.0001 allowed</small>",
    );
    expect(page).toContain("new Tensor(&quot;int64&quot;, [BigInt(value)], [])");
    expect(page).not.toContain("const label");
    expect(page).toContain("a step is one graph of 143 operations");
    expect(page).toContain("<code>--hidden</code></th><td>400,200");
  });

  it("is made of whatever there is", async () => {
    const folder = await RunFolder.create(join(place, "empty"), { recipe: "vae", options: {} }, { overwrite: false });
    await writeReport(folder);
    expect(gather(folder)).toMatchObject({ name: "empty", metrics: [], pictures: [], files: [] });
    expect(readFileSync(folder.report, "utf8")).toContain("<h1>empty</h1>");
  });

  it("shows stages evenly apart", () => {
    expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8], 5)).toEqual([0, 2, 4, 6, 8]);
    expect(spread([0, 1], 5)).toEqual([0, 1]);
  });
});
