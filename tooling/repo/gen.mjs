/** @file `npm run gen`: the command line, where the user is: npm runs scripts in the root of the repository. */
process.chdir(process.env["INIT_CWD"] ?? ".");
await import("../../apps/cli/dist/main.js");
