/** @file The jax-js side in a tab of Chromium. */
import { serve } from "../src/protocol.js";
import { versionOf } from "../src/versions.js";
import { startTab } from "./tab/start.js";

await serve(`jax-js ${versionOf("@jax-js/jax")}`, startTab("jax"));
