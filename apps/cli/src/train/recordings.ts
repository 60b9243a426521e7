/** @file Writes what a model makes to be listened to into the run folder. */
import { writeAtomic } from "@gen/core/node";
import { encodeWav } from "@gen/data";
import type { Live } from "../recipe.js";
import type { RunFolder } from "../run/run-folder.js";
import type { Session } from "./session.js";

export async function writeRecordings({ trainable, keys }: Session, live: Live, folder: RunFolder): Promise<void> {
  for (const [name, recording] of Object.entries(trainable.recordings ?? {})) {
    const sounds = await recording.record({ ...live, key: keys.pictures });
    for (const [i, sound] of sounds.entries()) await writeAtomic(folder.soundPath(name, i + 1), encodeWav(sound));
  }
}
