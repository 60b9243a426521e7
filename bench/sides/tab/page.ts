/** @file What a page of either side does: reads the fixture of its work, and takes steps when it is told to. */
import { parsed, type Fixture } from "../../src/fixture.js";
import type { Work } from "../../src/protocol.js";

declare global {
  /** Called by the process that has opened the page. */
  var begin: (work: string, steps: number) => Promise<void>;
  var run: (steps: number) => Promise<number[]>;
}

export function page(start: (work: string, fixture: Fixture, steps: number) => Promise<Work>): void {
  let work: Work;
  globalThis.begin = async (name, steps) => {
    const get = async (file: string): Promise<Response> => fetch(`fixture/${file}`);
    const bytes = async (file: string): Promise<ArrayBuffer> => (await get(file)).arrayBuffer();
    const manifest = await (await get("manifest.json")).text();
    const fixture = parsed(manifest, { params: await bytes("params.f32"), rows: await bytes("rows.bin") });
    work = await start(name, fixture, steps);
  };
  globalThis.run = (steps) => work.run(steps);
}
