/** @file Store: the numbers that last, by name, on a device. The only thing that changes. */
import { GenError } from "../error.js";
import type { StateSpec } from "../program/program.js";
import type { NdArray } from "../ndarray.js";
import { sameShape, showShape } from "../shape.js";
import { nearestName } from "../nearest.js";
import type { Backend, Handle } from "./backend.js";
import type { TensorType } from "../ir/node.js";

interface Entry extends TensorType, Handle {}

export class Store {
  readonly #backend: Backend;
  readonly #entries = new Map<string, Entry>();
  #isDisposed = false;

  constructor(backend: Backend) {
    this.#backend = backend;
    reclaim.register(this, { backend, entries: this.#entries }, this);
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** @throws GenError `graph` for a name that is not there */
  async read(name: string): Promise<NdArray> {
    return this.#backend.get(this.handleOf(name));
  }

  /** All arrays, or those that `wanted` accepts, copied to the host. */
  async readAll(wanted: (name: string) => boolean = () => true): Promise<Record<string, NdArray>> {
    const names = this.names().filter(wanted);
    const values = await Promise.all(names.map((name) => this.read(name)));
    return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
  }

  /** Sets an array. @throws GenError `shape` or `dtype` if one of that name and another type is there */
  async write(name: string, array: NdArray): Promise<void> {
    this.#checkInUse();
    const known = this.#entries.get(name);
    if (known !== undefined) checkType(name, known, array);
    const handle = await this.#backend.put(array);
    this.commit(new Map([[name, { dtype: array.dtype, shape: array.shape, handle: handle.handle }]]));
  }

  /** The device's array of this name. */
  handleOf(name: string): Handle {
    this.#checkInUse();
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new GenError("graph", `store: expected "${name}" to be there, got ${this.#entries.size} other names`, {
        fix: `fill the store with runtime.init(model) or a checkpoint of the same model${nearestHint(name, this.names())}`,
      });
    }
    return entry;
  }

  /** Checks that the array of this name is what a program reads. */
  check(name: string, spec: StateSpec): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) checkType(name, spec, entry);
  }

  /** Takes over arrays of the device, and frees those that they replace. */
  commit(next: ReadonlyMap<string, Entry>): void {
    if (this.#isDisposed) this.#backend.free([...next.values()]); // what a run left behind that was under way
    this.#checkInUse();
    const replaced = [...next.keys()].flatMap((name) => this.#entries.get(name) ?? []);
    for (const [name, entry] of next) this.#entries.set(name, entry);
    this.#backend.free(replaced);
  }

  delete(name: string): void {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    if (entry !== undefined) this.#backend.free([entry]);
  }

  /** Early release of all that it holds; the store cannot be used after. A second time it does nothing. */
  dispose(): void {
    this.#isDisposed = true;
    this.#backend.free([...this.#entries.values()]);
    this.#entries.clear();
    reclaim.unregister(this);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #checkInUse(): void {
    if (!this.#isDisposed) return;
    throw new GenError("graph", "store: expected one in use, got one that was disposed of", {
      fix: "dispose of it after its last run, or make another by runtime.init(model)",
    });
  }
}

/** Frees what a forgotten store held. */
const reclaim = new FinalizationRegistry<{ backend: Backend; entries: Map<string, Entry> }>(({ backend, entries }) => {
  backend.free([...entries.values()]);
});

function checkType(name: string, wanted: TensorType, got: TensorType): void {
  if (!sameShape(wanted.shape, got.shape)) {
    throw new GenError(
      "shape",
      `store: expected "${name}" to be ${showShape(wanted.shape)}, got ${showShape(got.shape)}`,
      {
        fix: "use the options that the model was first trained with",
      },
    );
  }
  const real = (d: string): boolean => d.startsWith("f");
  if (wanted.dtype !== got.dtype && !(real(wanted.dtype) && real(got.dtype))) {
    throw new GenError("dtype", `store: expected "${name}" to be ${wanted.dtype}, got ${got.dtype}`);
  }
}

function nearestHint(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === undefined ? "" : ` (nearest name there: "${near}")`;
}
