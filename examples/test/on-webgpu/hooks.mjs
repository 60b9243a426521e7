/** @file Which module an example gets for a name. */
const INSTEAD = { "@gen/core": "./core.ts", "@gen/core/node": "./node.ts" };

/** @type {import("node:module").ResolveHook} */
export function resolve(specifier, context, next) {
  const instead = /\/examples\/(?!test)[^/]+\/[^/]+\.ts$/.test(context.parentURL ?? "")
    ? INSTEAD[specifier]
    : undefined;
  return instead === undefined ? next(specifier, context) : next(new URL(instead, import.meta.url).href, context);
}
