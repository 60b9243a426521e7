/**
 * @file The models that a worker has loaded. Programs of K steps are one file for every K, and get one session: each session
 * holds memory of its own, as much as a step needs.
 */
import type { WorkerPort } from "./worker-backend.js";

export interface LoadRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Options of the session. */
  readonly options: object;
  readonly outputs: Readonly<Record<string, object>>;
}

interface Loaded {
  readonly bytes: Uint8Array;
  readonly model: Promise<number>;
  users: number;
}

/** A session, and how to do without it. */
export interface Lease {
  readonly model: number;
  readonly release: () => Promise<void>;
}

export class Models {
  readonly #port: WorkerPort;
  readonly #shared = new Set<Loaded>();

  constructor(port: WorkerPort) {
    this.#port = port;
  }

  /** A session of its own; the bytes are handed over. */
  async load(request: LoadRequest): Promise<Lease> {
    const model = (await this.#port.ask("load", request, [request.bytes.buffer])) as number;
    return { model, release: () => this.#unload(model) };
  }

  /** The session of whoever asked for the same bytes before, if that is still there. */
  async share(request: LoadRequest): Promise<Lease> {
    const known = [...this.#shared].find(({ bytes }) => isSame(bytes, request.bytes));
    const loaded = known ?? {
      bytes: request.bytes,
      model: this.#port.ask("load", request) as Promise<number>,
      users: 0,
    };
    this.#shared.add(loaded);
    loaded.users++;
    const leave = (): boolean => --loaded.users === 0 && this.#shared.delete(loaded);
    try {
      const model = await loaded.model;
      return { model, release: async () => (leave() ? this.#unload(model) : undefined) };
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #unload(model: number): Promise<void> {
    await this.#port.ask("unload", { model }).catch(() => undefined); // a closed runtime has released everything
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
