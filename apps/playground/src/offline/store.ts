/**
 * @file Files kept in the browser, so that the page opens and its models run without a connection. Where nothing can be kept
 * (a full disk, a private window), nothing else changes.
 */
const NAME = "gen";

/** What was kept for an address. */
export async function kept(address: string): Promise<Response | undefined> {
  try {
    return await caches.match(address);
  } catch {
    return undefined;
  }
}

/** Keeps an answer, in place of those to the same address with another query. @returns whether there was room */
export async function keep(address: string, answer: Response): Promise<boolean> {
  try {
    const cache = await caches.open(NAME);
    await cache.delete(address, { ignoreSearch: true });
    await cache.put(address, answer);
    return true;
  } catch {
    return false; // it is fetched again next time
  }
}

/** Lets go of kept files that the page no longer has. */
export async function forget(isGone: (url: URL) => boolean): Promise<void> {
  try {
    const cache = await caches.open(NAME);
    for (const { url } of await cache.keys()) if (isGone(new URL(url))) await cache.delete(url);
  } catch {
    // they stay until the browser lets them go
  }
}
