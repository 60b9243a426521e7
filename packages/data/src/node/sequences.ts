/** @file Sets of text, music and sequences by name, fetched once. */
import { GenError, nearestName } from "@gen/core";
import { checkSplit, type Split } from "../dataset.js";
import { parsePieces, pianoRolls, type PianoRollDataset, type PianoRollOptions } from "../piano-rolls.js";
import { parseScan, type ScanDataset } from "../scan.js";
import { obtain, type FetchOptions, type RemoteFile } from "./places.js";
import { readMaybeGzip } from "./read.js";
import { textDataset, type TextDataset, type TextOptions } from "./text.js";

const github = (path: string, bytes: number, sha256: string): RemoteFile => ({
  url: `https://raw.githubusercontent.com/${path}`,
  bytes,
  sha256,
});

/** Texts that {@link openText} knows by name. */
export const texts = {
  tinyshakespeare: {
    description: "plays of Shakespeare, 1.1 million characters",
    licence: "public domain",
    citation: "Karpathy 2015, char-rnn",
    file: github(
      "karpathy/char-rnn/d1d7aa34fdb3626174bce1d753e6cc6845ce7087/data/tinyshakespeare/input.txt",
      1_115_394,
      "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    ),
  },
  names: {
    description: "32,033 first names of the United States, one a line",
    licence: "MIT; from data of the US government",
    citation: "Karpathy 2022, makemore",
    file: github(
      "karpathy/makemore/988aa59e4d8fefa526d06f3b453ad116258398d4/names.txt",
      228_145,
      "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
    ),
  },
} as const;

/**
 * A text by name, or a file or folder of one's own as {@link textDataset}.
 *
 * @throws GenError `option` for a name that is neither; and as {@link obtain} and {@link textDataset}
 */
export async function openText(name: string, options: TextOptions & FetchOptions = {}): Promise<TextDataset> {
  const { dir, signal, onProgress, ...reading } = options;
  if (Object.hasOwn(texts, name)) {
    const { file } = texts[name as keyof typeof texts];
    const fetching = { ...(dir && { dir }), ...(signal && { signal }), ...(onProgress && { onProgress }) };
    const path = await obtain({ set: `text/${name}`, ...namesOf(file) }, fetching);
    return { ...(await textDataset(path, reading)), name };
  }
  if (!/[/\\.]/.test(name)) {
    const near = nearestName(name, Object.keys(texts));
    throw new GenError("option", `text: expected ${Object.keys(texts).join(", ")} or a path, got "${name}"`, {
      fix: near === undefined ? `for a file of that name write ./${name}` : `did you mean "${near}"?`,
    });
  }
  return textDataset(name, reading);
}

export interface ChoralesOptions extends FetchOptions, Partial<Omit<PianoRollOptions, "name">> {
  /** How long a step is. @default "quarter", that of the published likelihoods */
  readonly step?: "quarter" | "8th" | "16th";
}

const jsb = (name: string, bytes: number, sha256: string): RemoteFile =>
  github(`czhuang/JSB-Chorales-dataset/9a7f733ddb4ed91f48da64ac7f0f621c34aadd4d/${name}`, bytes, sha256);

export const CHORALES = {
  quarter: jsb(
    "jsb-chorales-quarter.json",
    407_200,
    "2db9329f1881a1d3f49703ec556bf1d6f84b4f6c1d702c156536e93cf31e1c91",
  ),
  "8th": jsb("jsb-chorales-8th.json", 870_990, "88fb80b22829a815e8105da538d94ae803773158507e2145938351f35142390a"),
  "16th": jsb("jsb-chorales-16th.json", 1_741_172, "8730aca7b64e7d29493733d1cf19fad4a5b351d8f1845e57dac27728104fd39f"),
} as const;

/**
 * Four-part chorales of Bach as piano rolls: 229 pieces for training, 76 for validation, 77 for test.
 *
 * @throws GenError as {@link obtain} and {@link parsePieces}
 * @see Boulanger-Lewandowski, Bengio & Vincent 2012, arXiv:1206.6392; Allan & Williams 2005
 */
export async function jsbChorales({ step = "quarter", ...options }: ChoralesOptions = {}): Promise<PianoRollDataset> {
  const name = "jsb-chorales";
  const split = checkSplit<Split>(name, options.split ?? "train", ["train", "valid", "test"]);
  const remote = CHORALES[checkStep(step)];
  const path = await obtain({ set: `music/${name}`, ...namesOf(remote) }, options);
  const text = new TextDecoder().decode(await readMaybeGzip(path));
  const { length, pitches } = options;
  const shape = { ...(length === undefined ? {} : { length }), ...(pitches === undefined ? {} : { pitches }) };
  return pianoRolls(parsePieces(text, { file: path, split }), { name, split, ...shape });
}

function checkStep(step: string): keyof typeof CHORALES {
  if (Object.hasOwn(CHORALES, step)) return step as keyof typeof CHORALES;
  throw new GenError("option", `jsb-chorales: expected step ${Object.keys(CHORALES).join(", ")}, got "${step}"`);
}

export interface ScanOptions extends FetchOptions {
  /** How the commands are divided: at random, longer ones for test, or those with "jump" in a context for test. @default "simple" */
  readonly task?: "simple" | "length" | "addprim-jump";
  /** @default "train" */
  readonly split?: "train" | "test";
}

const lake = (path: string, bytes: number, sha256: string): RemoteFile =>
  github(`brendenlake/SCAN/c4b756cbc010d75c912f16c42c8f15dc6b7e6c8f/${path}`, bytes, sha256);

export const SCAN = {
  simple: {
    train: lake(
      "simple_split/tasks_train_simple.txt",
      3_267_938,
      "941bb8a088c5f53ceff12fde902dc008933cf0c4203cc672c47b5f79d73262dd",
    ),
    test: lake(
      "simple_split/tasks_test_simple.txt",
      812_450,
      "1fe1c8f5a19d0dc40e41bab94278f45f66f3dc415a978bd29855a23440610fc6",
    ),
  },
  length: {
    train: lake(
      "length_split/tasks_train_length.txt",
      2_723_418,
      "b034212dc7cf87ce62f3a067dd6ad49c4d5cd18d51d615d13825516bcb1ebbc2",
    ),
    test: lake(
      "length_split/tasks_test_length.txt",
      1_356_970,
      "0760752ed34a75116ae11dcc1ee17526b7500060da1366540730fa24894d7db3",
    ),
  },
  "addprim-jump": {
    train: lake(
      "add_prim_split/tasks_train_addprim_jump.txt",
      2_579_619,
      "e3c78485692e028eed4205e1b8b3fd0e785ef2c12d45b5b89204dadf5b239e23",
    ),
    test: lake(
      "add_prim_split/tasks_test_addprim_jump.txt",
      1_531_555,
      "8147ae2651422c701162e174d9d66158daa57858a26b30317ac61797118ac7a5",
    ),
  },
} as const;

/** SCAN in one of its divisions. @throws GenError as {@link obtain} and {@link parseScan} */
export async function scanTask({
  task = "simple",
  split = "train",
  ...fetching
}: ScanOptions = {}): Promise<ScanDataset> {
  if (!Object.hasOwn(SCAN, task)) {
    throw new GenError("option", `scan: expected task ${Object.keys(SCAN).join(", ")}, got "${task}"`);
  }
  const remote = SCAN[task][checkSplit("scan", split, ["train", "test"])];
  const path = await obtain({ set: "scan", ...namesOf(remote) }, fetching);
  return parseScan(new TextDecoder().decode(await readMaybeGzip(path)), { file: path });
}

/** A plain file and the names it may have in a folder. */
function namesOf(remote: RemoteFile): { readonly remote: RemoteFile; readonly names: readonly string[] } {
  const name = remote.url.slice(remote.url.lastIndexOf("/") + 1);
  return { remote, names: [name, `${name}.gz`] };
}
