import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { download, type DownloadOptions } from "../../src/node/download.js";
import { errorOf, folder, noise } from "../helpers.js";

const content = Buffer.from(noise(300_000));
const sha256 = createHash("sha256").update(content).digest("hex");

/** What the server was asked for: the first byte of each request. */
let starts: number[];
let answer: (request: IncomingMessage, response: ServerResponse, start: number) => void;
let server: Server;
let root: string;
let options: DownloadOptions;

/** Sends from `start` on, with the status for it. */
const send = (response: ServerResponse, start: number, bytes: Buffer = content) => {
  const range = { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(start > 0 ? 206 : 200, { "content-length": bytes.length - start, ...(start > 0 ? range : {}) });
  response.end(bytes.subarray(start));
};

/** Sends some of it, then cuts the connection. */
const cutAfter = (n: number) => (_: IncomingMessage, response: ServerResponse, start: number) => {
  const range = { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` };
  response.writeHead(start > 0 ? 206 : 200, { "content-length": content.length - start, ...(start > 0 ? range : {}) });
  response.write(content.subarray(start, start + n), () => setTimeout(() => response.destroy(), 20));
};

beforeEach(async () => {
  starts = [];
  answer = (_, response, start) => send(response, start);
  server = createServer((request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    starts.push(start);
    answer(request, response, start);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  root = folder();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.gz`;
  options = { url, sha256, to: join(root, "set", "file.gz") };
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const inFolder = () => (existsSync(join(root, "set")) ? readdirSync(join(root, "set")) : []);

describe("download", () => {
  it("fetches once, and says how far it is", async () => {
    const seen: (readonly [number, number | undefined])[] = [];
    const onProgress: DownloadOptions["onProgress"] = ({ received, total }) => seen.push([received, total]);
    expect(await download({ ...options, onProgress })).toBe(options.to);
    expect(await download(options)).toBe(options.to);
    expect(readFileSync(options.to).equals(content)).toBe(true);
    expect(starts).toEqual([0]);
    expect(seen[0]).toEqual([0, 300_000]);
    expect(seen.at(-1)).toEqual([300_000, 300_000]);
    expect(inFolder()).toEqual(["file.gz"]);
  });

  it("goes on after a cut connection", async () => {
    answer = (request, response, start) =>
      starts.length < 3 ? cutAfter(100_000)(request, response, start) : send(response, start);
    await download(options);
    expect(starts).toEqual([0, 100_000, 200_000]);
    expect(readFileSync(options.to).equals(content)).toBe(true);
  });

  it("goes on in a later process with what an earlier one left", async () => {
    mkdirSync(join(root, "set"));
    writeFileSync(join(root, "set", "file.gz.999999999.0123abcd.part"), content.subarray(0, 250_000));
    await download(options);
    expect(starts).toEqual([250_000]);
    expect(inFolder()).toEqual(["file.gz"]);
  });

  it("leaves the part of a process that is running alone", async () => {
    mkdirSync(join(root, "set"));
    const theirs = `file.gz.${process.pid}.0123abcd.part`;
    writeFileSync(join(root, "set", theirs), content.subarray(0, 10));
    await download(options);
    expect(starts).toEqual([0]);
    expect(inFolder().sort()).toEqual(["file.gz", theirs]);
  });

  it("begins again if the part was of something else, or whole, or too long", async () => {
    for (const part of [noise(1000).fill(7), content, Buffer.concat([content, content])]) {
      const to = join(root, String(part.length), "file.gz");
      mkdirSync(join(root, String(part.length)));
      writeFileSync(`${to}.part`, part);
      answer = (_, response, start) =>
        start >= content.length ? response.writeHead(416).end() : send(response, start);
      await download({ ...options, to });
      expect(readFileSync(to).equals(content)).toBe(true);
    }
  });

  it("takes everything from a server that knows no ranges", async () => {
    mkdirSync(join(root, "set"));
    writeFileSync(`${options.to}.part`, content.subarray(0, 1000));
    answer = (_, response) => send(response, 0);
    await download(options);
    expect(starts).toEqual([1000]);
    expect(readFileSync(options.to).equals(content)).toBe(true);
  });

  it("lets several fetch the same file at once", async () => {
    await Promise.all([1, 2, 3, 4].map(() => download(options)));
    expect(readFileSync(options.to).equals(content)).toBe(true);
    expect(inFolder()).toEqual(["file.gz"]);
  });

  it("refuses other content, and keeps what was there", async () => {
    mkdirSync(join(root, "set"));
    writeFileSync(options.to, "old");
    const { code, message } = await errorOf(() => download({ ...options, sha256: "0".repeat(64) }));
    expect(code).toBe("hash");
    expect(message).toContain(`expected sha256 ${"0".repeat(64)}, got ${sha256}`);
    expect(readFileSync(options.to, "utf8")).toBe("old");
    expect(inFolder()).toEqual(["file.gz"]);
    await download(options);
    expect(readFileSync(options.to).equals(content)).toBe(true);
  });

  it.each([404, 403, 500])("says that the server answers %i", async (status) => {
    answer = (_, response) => response.writeHead(status).end("no");
    const { code, message } = await errorOf(() => download(options));
    expect(code).toBe("file");
    expect(message).toContain(`/file.gz: expected the file, got status ${status}`);
    expect(message).toContain("GEN_DATA_DIR");
    expect(inFolder()).toEqual([]);
  });

  it("names GEN_DATA_DIR when there is no network, and keeps what has arrived", async () => {
    answer = cutAfter(1000);
    let requests = 0;
    server.on("request", () => {
      if (++requests === 1) server.close();
    });
    const { code, message, fix } = await errorOf(() => download({ ...options, attempts: 1 }));
    expect(code).toBe("file");
    expect(message).toMatch(/expected the file, got no connection \((ECONNREFUSED|UND_ERR_SOCKET|ECONNRESET)\)/);
    expect(fix).toContain("put file.gz into the folder set of a folder that GEN_DATA_DIR names");
    expect(inFolder()).toEqual(["file.gz.part"]);
  });

  it("gives up on a server that falls silent", async () => {
    answer = (_, response) => void response.writeHead(200, { "content-length": 10 }).write("a");
    const { message } = await errorOf(() => download({ ...options, attempts: 1, stall: 100 }));
    expect(message).toContain("fell silent");
  });

  it("stops when told to, and goes on later", async () => {
    const stop = new AbortController();
    answer = cutAfter(100_000);
    const onProgress: DownloadOptions["onProgress"] = ({ received }) => (received > 0 ? stop.abort() : undefined);
    const { code } = await errorOf(() => download({ ...options, signal: stop.signal, onProgress }));
    expect(code).toBe("aborted");
    expect(inFolder()).toEqual(["file.gz.part"]);
    answer = (_, response, start) => send(response, start);
    await download(options);
    expect(starts[1]).toBeGreaterThan(0);
  });

  it("says where it cannot write", async () => {
    writeFileSync(join(root, "set"), "a file where a folder should be");
    const { code, message } = await errorOf(() => download(options));
    expect(code).toBe("file");
    expect(message).toContain(options.to);
    expect(message).toContain("GEN_CACHE_DIR");
  });

  it("says so of a folder without permission", async ({ skip }) => {
    skip(process.getuid?.() === 0, "root may write everywhere");
    chmodSync(root, 0o500);
    expect((await errorOf(() => download(options))).message).toContain("GEN_CACHE_DIR");
  });

  it("says so of a full disk, and leaves nothing half done", async ({ skip }) => {
    skip(!existsSync("/dev/full"), "there is no /dev/full");
    const { symlinkSync } = await import("node:fs");
    mkdirSync(join(root, "set"));
    symlinkSync("/dev/full", `${options.to}.part`);
    const { code, message } = await errorOf(() => download(options));
    expect(code).toBe("file");
    expect(message).toContain("the disk is full");
    expect(existsSync(options.to)).toBe(false);
  });
});
