import { afterEach, describe, expect, it, vi } from "vitest";
import { forget, keep, kept } from "../../src/offline/store.js";

/** A cache of a browser, as far as it is used. */
function storage(room = Infinity) {
  const held = new Map<string, string>();
  const plain = (address: string): string => address.split("?")[0]!;
  const cache = {
    put: async (address: string, answer: Response) => {
      if (held.size >= room) throw new DOMException("there is no room", "QuotaExceededError");
      held.set(address, await answer.text());
    },
    delete: (address: string) => {
      for (const each of [...held.keys()]) if (plain(each) === plain(address)) held.delete(each);
      return Promise.resolve(true);
    },
    keys: () => Promise.resolve([...held.keys()].map((url) => ({ url }))),
  };
  vi.stubGlobal("caches", {
    open: () => Promise.resolve(cache),
    match: (address: string) => Promise.resolve(held.has(address) ? new Response(held.get(address)) : undefined),
  });
  return held;
}

afterEach(() => vi.unstubAllGlobals());

describe("what is kept in the browser", () => {
  it("is there again, in its newest version only", async () => {
    const held = storage();
    await keep("http://host/a.onnx?1", new Response("old"));
    await keep("http://host/a.onnx?2", new Response("new"));
    expect(await (await kept("http://host/a.onnx?2"))!.text()).toBe("new");
    expect([...held.keys()]).toEqual(["http://host/a.onnx?2"]);
  });

  it("goes when the page has it no more", async () => {
    const held = storage();
    await keep("http://host/assets/a.js", new Response("a"));
    await keep("http://host/assets/b.js", new Response("b"));
    await forget(({ pathname }) => pathname === "/assets/a.js");
    expect([...held.keys()]).toEqual(["http://host/assets/b.js"]);
  });

  it("is nothing where there is no room, and nothing where nothing may be kept", async () => {
    storage(0);
    await keep("http://host/a", new Response("a"));
    expect(await kept("http://host/a")).toBeUndefined();
    vi.stubGlobal("caches", undefined);
    await keep("http://host/a", new Response("a"));
    await forget(() => true);
    expect(await kept("http://host/a")).toBeUndefined();
  });
});
