/** @file Diffusion: a walk from noise to digits under a scrubber, the weight of the condition, and parts that one wants anew. */
import { useMemo } from "react";
import { useModel } from "../models/use-model.js";
import { number, SEED, useAddress } from "../url-state.js";
import { Denoising, DenoisingSettings, useDenoising } from "./denoising.js";
import { DIGITS, NO_DIGIT } from "./digits.js";
import { Inpaint } from "./inpaint.js";
import { PlayPage } from "./play-page.js";

const COUNT = 6;

const ADDRESS = {
  seed: SEED,
  digit: number({ start: 3, min: 0, max: 9 }),
  guidance: number({ start: 2, min: 0, max: 6, decimals: 1 }),
  steps: number({ start: 16, min: 2, max: 50 }),
} as const;

export function DiffusionPage() {
  const [{ seed, digit, guidance, steps }, set] = useAddress(ADDRESS);
  const of = useModel("mnist-diffusion");
  const model = of.state === "ready" ? of.model : undefined;
  const options = useMemo(() => {
    const told = [{ name: "label", shape: [], values: [digit], nothing: [NO_DIGIT] }];
    return { shape: DIGITS, told, count: COUNT, steps, guidance, seed };
  }, [digit, steps, guidance, seed]);
  const walk = useDenoising(model, options);
  const { items, error } = walk;
  const last = items.length === steps + 1 ? items[steps] : undefined;
  return (
    <PlayPage
      title="Diffusion"
      lead="A transformer has learned to take noise out of digits. Starting from nothing but noise, it takes a little out at a time. Go back and forth through the steps; then cover a part, and have it drawn anew."
      equation="min E‖ v̂(αx + σε) − (αε − σx) ‖²,  x ← x̂ + σ′ (x − x̂)/σ"
      paper="Ho, Jain & Abbeel 2020; Song, Meng & Ermon 2021"
      of={of}
      error={error}
    >
      <section className="card">
        <h2>From noise to digits</h2>
        <div className="settings">
          <label>
            Digit
            <select value={digit} onChange={(event) => set({ digit: Number(event.target.value) })}>
              {Array.from({ length: 10 }, (_, d) => (
                <option key={d}>{d}</option>
              ))}
            </select>
          </label>
          <DenoisingSettings
            guidance={{ label: "Guidance", value: guidance, most: 6, none: "any digit" }}
            steps={steps}
            seed={seed}
            onChange={set}
            walk={walk}
          />
        </div>
        <Denoising moments={items} steps={steps} shape={DIGITS} count={COUNT} of={`the digit ${digit}`} />
      </section>
      <Inpaint model={model} from={last?.noisy.subarray(0, DIGITS[1] * DIGITS[2])} options={options} />
    </PlayPage>
  );
}
