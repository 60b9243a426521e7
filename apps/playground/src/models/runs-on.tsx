/** @file Where a model runs: chosen here; and why it is elsewhere, if it is. */
import { Choice } from "../shell/choice.js";
import { useAddress } from "../url-state.js";
import { RUNS_ON, type ModelState } from "./use-model.js";

const TITLES = { wasm: "wasm, on the processor", webgpu: "WebGPU, on the graphics card" } as const;

export function RunsOn({ fallback, model: { isKept } }: Extract<ModelState, { readonly state: "ready" }>) {
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
        <>
          <p role="status">It runs on wasm, since WebGPU failed: {firstLine(fallback.why)}.</p>
          <button type="button" onClick={fallback.retry}>
            Try WebGPU again
          </button>
        </>
      )}
      {isKept ? null : (
        <p role="status">
          This browser has no room to keep the model: it works, and is fetched again next time. Free some disk space, or
          leave the private window, to have it kept.
        </p>
      )}
    </div>
  );
}

const firstLine = (text: string): string => text.split("\n")[0]!.slice(0, 200);
