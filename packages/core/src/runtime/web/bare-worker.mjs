// @ts-check
/** @file The worker of a page without a bundler: ONNX Runtime comes from an address, since import maps end at workers. */
import { listen } from "./listen.mjs";

listen((address) => import(/* @vite-ignore */ /* webpackIgnore: true */ String(address)));
