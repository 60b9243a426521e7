/// <reference lib="webworker" />
/**
 * @file Between the page and its host: keeps what the page is made of, and answers from that without a connection. It also
 * isolates the page where the host does not, which gives ONNX Runtime its threads from the second visit on.
 */
import { forget, keep, kept } from "./store.js";

declare const self: ServiceWorkerGlobalScope;

/** What the bundler wrote: vite.config.ts puts the names here. */
const FILES: readonly string[] = ["__FILES__"];
/** Fetched with the page; the rest is kept when it is first asked for. */
const SHELL = FILES.filter((name) => /\.(html|js|css)$/.test(name));
const PAGE = "index.html";
/** Read by the page itself; other files of models are kept by the worker that runs them. */
const TYPEFACES = "/typefaces.json";

self.addEventListener("install", (event) => {
  event.waitUntil(Promise.all(SHELL.map(fetched)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const folder = new URL("assets/", self.registration.scope).pathname;
  const names = new Set(FILES.map((name) => new URL(name, self.registration.scope).pathname));
  event.waitUntil(
    forget(({ pathname }) => pathname.startsWith(folder) && !names.has(pathname)).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(newest(new URL(PAGE, self.registration.scope).href));
  else if (url.pathname.includes("/assets/")) event.respondWith(oldest(url.href));
  else if (url.pathname.endsWith(TYPEFACES)) event.respondWith(newest(url.href));
});

/** Of files whose names change with what is in them. */
async function oldest(address: string): Promise<Response> {
  return (await kept(address)) ?? fetched(address);
}

/** A file as the host has it now, or as it was. */
async function newest(address: string): Promise<Response> {
  try {
    return isolated(await fetched(address));
  } catch (error) {
    const before = await kept(address);
    if (before === undefined) throw error;
    return isolated(before);
  }
}

async function fetched(name: string): Promise<Response> {
  const address = new URL(name, self.registration.scope).href;
  const answer = await fetch(address);
  if (answer.ok) await keep(address, answer.clone());
  return answer;
}

function isolated({ body, status, statusText, headers: given }: Response): Response {
  const headers = new Headers(given);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  return new Response(body, { status, statusText, headers });
}
