/** @file What a device must be able to do. One contract, one conformance suite; a runtime is written once, above it. */
import type { Graph } from "../ir/graph.js";
import type { NdArray } from "../ndarray.js";

/** An array that lives on the device. Opaque: only the backend that made it can read it. */
export interface Handle {
  readonly handle: number;
}

/** A graph made ready to run. */
export interface Kernel {
  /**
   * Runs the graph once. Outputs named in `keep` stay on the device; the others come back.
   * Inputs are read, never changed: what they hold is still there after a failed run.
   */
  run(
    inputs: Readonly<Record<string, NdArray | Handle>>,
    keep: ReadonlySet<string>,
  ): Promise<{ readonly kept: Record<string, Handle>; readonly returned: Record<string, NdArray> }>;
  release(): Promise<void>;
}

export interface Backend {
  /** What the user sees: "cpu", "reference", … */
  readonly device: string;
  /** Whether a loop inside the graph is cheaper than one driven by the host. */
  readonly loopsInside: boolean;
  compile(graph: Graph): Promise<Kernel>;
  put(array: NdArray): Promise<Handle>;
  get(handle: Handle): Promise<NdArray>;
  /** Early release; a handle that was freed must not be used again. */
  free(handles: readonly Handle[]): void;
  close(): Promise<void>;
}
