/** @file The data sources that `--data` knows. */
import { Registry } from "../registry.js";
import { answersSource } from "./answers.js";
import { folderSource } from "./folder.js";
import { midiSource } from "./midi.js";
import { musicSource } from "./music.js";
import { namedSources } from "./named.js";
import { soundsSource } from "./sounds.js";
import { tableSource, tableSources } from "./table.js";
import { namedTexts, textSource } from "./text.js";
import { toySources } from "./toys.js";

export const sources = new Registry("data set", [
  ...namedSources,
  ...toySources,
  ...tableSources,
  ...namedTexts,
  musicSource,
  midiSource,
  folderSource,
  soundsSource,
  tableSource,
  textSource,
  answersSource,
]);
