import { describe, expect, it } from "vitest";
import { parameters } from "@gen/core";
import { diagonalBiLstm, gatedPixelCnn, pixelCnn, pixelCnnPlusPlus, pixelOptimizer, rowLstm } from "../../src/index.js";

const common = { shape: [1, 4, 4], classes: 2 } as const;
const models = {
  PixelCNN: pixelCnn({ ...common, hidden: 4, blocks: 1, head: 8 }),
  "Gated PixelCNN": gatedPixelCnn({ ...common, channels: 4, layers: 2 }),
  "PixelCNN++": pixelCnnPlusPlus({ ...common, channels: 4, blocks: 1, scales: 1 }),
  "Row LSTM": rowLstm({ ...common, hidden: 4, layers: 1, head: 8 }),
  "Diagonal BiLSTM": diagonalBiLstm({ ...common, hidden: 4, layers: 1, head: 8 }),
};

describe.each(Object.entries(models))("the optimizer of %s", (_, model) => {
  const params = [...parameters(model)];
  const states = Object.keys(
    pixelOptimizer().init(
      params.map(([name]) => name),
      params.map(([, param]) => param),
    ),
  );
  const velocities = states.filter((name) => name.startsWith("0.b.")).map((name) => name.slice("0.b.".length));

  it("is Muon for every matrix and kernel but those of the first and the last layer and of the classes", () => {
    const isAtAnEnd = (name: string): boolean => /^network\.(first|last)\b/.test(name) || name.includes(".table.");
    expect(velocities).toEqual(params.filter(([name, { rank }]) => rank > 1 && !isAtAnEnd(name)).map(([name]) => name));
    expect(params.filter(([name]) => isAtAnEnd(name)).length).toBeGreaterThan(2);
  });
});
