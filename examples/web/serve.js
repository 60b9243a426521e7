/** @file `node serve.js`: the files of examples/, for a browser. Any server of files will do. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Pages that are isolated from other origins have threads. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** @param {string} folder @param {number} [port] @returns {Promise<import("node:http").Server>} */
export async function serve(folder, port = 0) {
  const server = createServer(async ({ url }, answer) => {
    const path = normalize(new URL(url, "http://localhost").pathname.replace(/\/$/, "/index.html"));
    try {
      const bytes = await readFile(join(folder, path));
      answer
        .writeHead(200, { ...ISOLATED, "content-type": TYPES[extname(path)] ?? "application/octet-stream" })
        .end(bytes);
    } catch {
      answer.writeHead(404).end();
    }
  });
  return new Promise((done) => server.listen(port, () => done(server)));
}

if (import.meta.filename === process.argv[1]) {
  await serve(join(import.meta.dirname, ".."), 8000);
  console.log("http://localhost:8000/web/plain/");
}
