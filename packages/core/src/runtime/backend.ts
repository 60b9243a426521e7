/** @file What a device must be able to do. One contract, one conformance suite; a runtime is written once, above it. */
import type { Graph } from "../ir/graph.js";
import type { NdArray } from "../ndarray.js";
import type { Program } from "../program/program.js";

/** A device that was looked at. */
export interface Considered {
  readonly device: string;
  /** Measured on a product of square matrices, in 10⁹ operations a second. */
  readonly gflops?: number;
  /** Why it cannot be used here. */
  readonly missing?: string;
}

/** Which device `auto` took, and why. */
export interface Choice {
  /** For people, in one line. */
  readonly reason: string;
  readonly considered: readonly Considered[];
}

/** An array that lives on the device. Opaque: only the backend that made it can read it. */
export interface Handle {
  readonly handle: number;
}

/** A graph made ready to run. */
export interface Kernel {
  /**
   * Runs the graph once. Outputs named in `keep` stay on the device; the others come back.
   * Inputs are read, never changed: what they hold is still there after a failed run, but for those in `given`, which
   * nobody else needs: a device may take their memory.
   */
  run(
    inputs: Readonly<Record<string, NdArray | Handle>>,
    keep: ReadonlySet<string>,
    given?: readonly NdArray[],
  ): Promise<{ readonly kept: Record<string, Handle>; readonly returned: Record<string, NdArray> }>;
  release(): Promise<void>;
}

export interface Backend {
  /** What the user sees: "cpu", "reference", … */
  readonly device: string;
  /** Why this one, where it was chosen among others. */
  readonly choice?: Choice;
  /** Whether a loop inside the graph is cheaper than one driven by the host. */
  readonly loopsInside: boolean;
  /** @param finish what becomes of the ONNX file; for devices that are quicker by it, and left out by the others */
  compile(graph: Graph, finish?: Program["finish"]): Promise<Kernel>;
  put(array: NdArray): Promise<Handle>;
  get(handle: Handle): Promise<NdArray>;
  /** Early release; a handle that was freed must not be used again. */
  free(handles: readonly Handle[]): void;
  close(): Promise<void>;
}
