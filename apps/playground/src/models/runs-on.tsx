/** @file Where a model runs: chosen here; and why it is elsewhere, if it is. */
import { Choice } from "../shell/choice.js";
import { useAddress } from "../url-state.js";
import { RUNS_ON } from "./use-model.js";

const TITLES = { wasm: "wasm, on the processor", webgpu: "WebGPU, on the graphics card" } as const;

export function RunsOn({ fallback }: { readonly fallback: string | undefined }) {
  const [{ device }, set] = useAddress(RUNS_ON);
  return (
    <div className="runs-on">
      <Choice
        label="Runs on"
        value={device}
        options={RUNS_ON.device}
        titles={TITLES}
        onChange={(v) => set({ device: v })}
      />
      {fallback === undefined ? null : (
        <p role="status">It runs on wasm: WebGPU cannot run this model here ({firstLine(fallback)}).</p>
      )}
    </div>
  );
}

const firstLine = (text: string): string => text.split("\n")[0]!.slice(0, 200);
