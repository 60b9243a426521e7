/** @file Runtime: runs programs on a device, over the user's Store. Written once, above every backend. */
import { GenError } from "../error.js";
import type { TensorType } from "../ir/node.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { lasting, paths, type Model } from "../program/model.js";
import { KEY, type Program } from "../program/program.js";
import { split, type Key } from "../rng/key.js";
import { sameShape, showShape } from "../shape.js";
import type { Backend, Choice, Handle, Kernel } from "./backend.js";
import { initialValue } from "./initial.js";
import { Store } from "./store.js";

export interface RunOptions {
  readonly store: Store;
  /** Where the program's randomness comes from; needed by a program that draws. */
  readonly key?: Key;
  readonly feeds?: Readonly<Record<string, NdArray>>;
  /** Read `<from>.<name>` instead of `<name>` where it is there: "ema" for averages, "best" for the best so far. */
  readonly from?: string | undefined;
  /** Whether the feeds may be emptied: a device then takes their memory instead of a copy. @default false */
  readonly giveFeeds?: boolean;
}

/** Results of a run whose writes have not been taken over yet. */
export interface Pending {
  readonly outputs: Record<string, NdArray>;
  /** Makes the writes the store's state. */
  commit(): void;
  /** Forgets the writes: the store is as it was. */
  discard(): void;
}

export class Runtime {
  readonly #backend: Backend;
  readonly #kernels = new WeakMap<Program, Promise<Kernel>>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** What runs: "cpu", "reference", … */
  get device(): string {
    return this.#backend.device;
  }

  /** Which devices `device: "auto"` looked at, and why it took this one; undefined where one was asked for. */
  get choice(): Choice | undefined {
    return this.#backend.choice;
  }

  /** Whether K steps inside one graph are the fast way here. */
  get loopsInside(): boolean {
    return this.#backend.loopsInside;
  }

  /** A store without arrays, to load a checkpoint into. */
  emptyStore(): Store {
    return new Store(this.#backend);
  }

  /**
   * A store with the initial values of a model. Each parameter draws from the key by its own name, so that adding a
   * layer does not change how the others start.
   */
  async init(model: Model, { key }: { key: Key }): Promise<Store> {
    const store = this.emptyStore();
    for (const [name, tensor] of paths(model)) {
      await store.write(name, initialValue(lasting(tensor)!, split(key, nameHash(name))));
    }
    return store;
  }

  /**
   * Runs a program once: reads the store and the feeds, writes what the program writes, gives its outputs.
   *
   * @throws GenError `shape`, `dtype` or `graph`, naming the feed or state that does not fit; the store is unchanged
   */
  async run(program: Program, options: RunOptions): Promise<Record<string, NdArray>> {
    const pending = await this.start(program, options);
    pending.commit();
    return pending.outputs;
  }

  /** Runs a program without taking over its writes yet. */
  async start(program: Program, { store, key, feeds = {}, from, giveFeeds = false }: RunOptions): Promise<Pending> {
    const inputs: Record<string, NdArray | Handle> = {};
    await this.#fillStates(program, store);
    for (const [name, spec] of program.reads) {
      const source = from !== undefined && store.has(`${from}.${name}`) ? `${from}.${name}` : name;
      store.check(source, spec);
      inputs[name] = store.handleOf(source);
    }
    checkFeeds(program, feeds);
    Object.assign(inputs, feeds);
    if (program.usesKey) {
      if (key === undefined)
        throw new GenError("graph", "run: expected a key, as the program draws random numbers, got none", {
          fix: "pass { key: key(seed) }",
        });
      inputs[KEY] = ndarray([key], [], "u64");
    }
    const kernel = await this.compile(program);
    const { kept, returned } = await kernel.run(
      inputs,
      new Set(program.writes.values()),
      giveFeeds ? Object.values(feeds) : [],
    );
    const next = new Map(
      [...program.writes].map(([state, output]) => {
        const { dtype, shape } = program.reads.get(state)!;
        return [state, { dtype, shape, handle: kept[output]!.handle }];
      }),
    );
    return {
      outputs: returned,
      commit: () => store.commit(next),
      discard: () => this.#backend.free([...next.values()]),
    };
  }

  /** Makes a program ready; done once for each program object, at its first run at the latest. */
  compile(program: Program): Promise<Kernel> {
    let kernel = this.#kernels.get(program);
    if (kernel === undefined) {
      kernel = this.#backend.compile(program.graph, program.finish);
      this.#kernels.set(program, kernel);
      kernel.then(
        (made) => forgotten.register(program, made, program),
        () => this.#kernels.delete(program),
      );
    }
    return kernel;
  }

  /** Early release of a program's compiled form. */
  async release(program: Program): Promise<void> {
    const kernel = await this.#kernels.get(program);
    this.#kernels.delete(program);
    forgotten.unregister(program);
    await kernel?.release();
  }

  /** Ends the device's work; nothing of it can be used after. */
  async close(): Promise<void> {
    await this.#backend.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Moments, counters and averages start by themselves; parameters must be there. */
  async #fillStates(program: Program, store: Store): Promise<void> {
    for (const [name, spec] of program.reads) {
      if (spec.kind === "state" && !store.has(name) && (spec.init.kind === "constant" || spec.init.kind === "array")) {
        await store.write(name, initialValue(spec, undefined));
      }
    }
  }
}

const forgotten = new FinalizationRegistry<Kernel>((kernel) => void kernel.release());

function checkFeeds(program: Program, feeds: Readonly<Record<string, NdArray>>): void {
  for (const name of Object.keys(feeds)) {
    if (!program.feeds.has(name)) {
      throw new GenError(
        "graph",
        `run: expected feeds ${[...program.feeds.keys()].join(", ") || "none"}, got "${name}"`,
      );
    }
  }
  for (const [name, type] of program.feeds) {
    const array = feeds[name];
    if (array === undefined) throw new GenError("graph", `run: expected a feed "${name}" ${showType(type)}, got none`);
    if (array.dtype !== type.dtype)
      throw new GenError("dtype", `run: expected feed "${name}" ${showType(type)}, got ${showType(array)}`);
    if (!sameShape(array.shape, type.shape))
      throw new GenError("shape", `run: expected feed "${name}" ${showType(type)}, got ${showType(array)}`);
  }
}

const showType = ({ dtype, shape }: TensorType): string => `${dtype}${showShape(shape)}`;

/** FNV-1a of a name: which child of the key it draws from. */
function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
