#!/usr/bin/env node
/** @file The program `gen` as it is installed; it stands here before anything is built, so that it can be linked. */
import "../dist/main.js";
