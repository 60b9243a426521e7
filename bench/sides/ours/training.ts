/** @file Training on the CPU runtime of Node. */
import type { Report } from "@gen/core";
import { node } from "@gen/core/node";
import type { Fixture } from "../../src/fixture.js";
import { readFixture } from "../../src/fixtures.js";
import type { Request, Start } from "../../src/protocol.js";
import { pulling, reportsOf, type Subject } from "./subject.js";

/** Reports of each step, for as many steps as are pulled. */
export async function training(
  subjectOf: (fixture: Fixture) => Subject & { readonly batch: number },
  { folder, threads, steps }: Request,
): Promise<AsyncGenerator<Report, void>> {
  const fixture = readFixture(folder);
  return reportsOf(await node({ threads }), { fixture, subject: subjectOf(fixture), steps });
}

/** Trains what `subjectOf` makes of the fixture. */
export function startTraining(subjectOf: Parameters<typeof training>[0]): Start {
  return async (request) => pulling(await training(subjectOf, request));
}
