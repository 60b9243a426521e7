/** @file Writes how many tests passed and failed and why others were skipped; `npm test` sums over the workspaces. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** A vitest reporter. A skipped test must say why: `({ skip }) => { skip(!found, "… is not there"); … }`. */
export class Report {
  #file;
  #filtered = false;

  constructor(file) {
    this.#file = file;
  }

  onInit(vitest) {
    this.#file = resolve(vitest.config.root, this.#file);
    this.#filtered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules, errors) {
    const report = { passed: 0, failed: errors.length, skipped: [] };
    for (const module of modules) {
      if (module.errors().length > 0) report.failed++;
      for (const test of module.children.allTests()) this.#count(report, test);
    }
    if (report.failed > 0) process.exitCode = 1;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, `${JSON.stringify(report, null, 2)}\n`);
  }

  #count(report, test) {
    const { state, note } = test.result();
    if (state === "passed") report.passed++;
    else if (state === "failed") report.failed++;
    else if (note !== undefined) report.skipped.push({ test: test.fullName, why: note });
    else if (!this.#filtered) {
      report.failed++;
      console.error(`${test.module.moduleId}: "${test.fullName}" is skipped without a reason`);
    }
  }
}
