import { afterAll, beforeAll, expect, it } from "vitest";
import { key, parseCard, randomNormal, samplerFile } from "../../src/index.js";
import { Linear } from "../../src/nn.js";
import { exportFiles } from "../../src/onnx.js";
import { web, webFiles, type WebFiles } from "../../src/web.js";

let files: WebFiles;
beforeAll(async () => {
  files = await webFiles();
});
afterAll(() => files.close());

it("a model trained in a page is exported there, each file held against the trainer", async () => {
  const model = new Linear({ inputs: 2, outputs: 2 });
  const sampler = samplerFile(model, {
    samples: "pairs",
    draw: ({ n }, key) => model.forward(randomNormal(key, [n, 2])).tanh(),
  });
  await using runtime = await web({ device: "wasm" });
  using store = await runtime.init(model, { key: key(0) });
  const request = { family: "test", name: "pairs", files: { sampler } };
  const written = await exportFiles(request, { runtime, store }, [files]);
  const card = parseCard(new TextDecoder().decode(written.get("card.json")), { file: "card.json" });
  expect(card.parity).toMatchObject([{ file: "sampler.onnx", provider: "wasm" }]);

  const file = await files.open(written.get("sampler.onnx")!);
  const { samples } = await file.run(sampler.example({ n: 5 }));
  expect(samples!.shape).toEqual([5, 2]);
  await file.close();
  await expect(file.run(sampler.example({ n: 5 }))).rejects.toThrow("no model");
});

it("what is not a model is refused in a sentence", async () => {
  await expect(files.open(new TextEncoder().encode("RIFF"))).rejects.toMatchObject({
    code: "format",
    message: expect.stringMatching(/^expected an ONNX model, got .+/) as string,
  });
});
