/** @file Models that leave the tab and come back: what the page does when Export is pressed or a file is given. */
import { useState } from "react";
import { explained } from "../shell/explained.js";
import type { Exported } from "./export.js";
import type { Reopened, ReopenOptions } from "./reopen.js";
import type { Standing } from "./training.js";

export interface Models {
  /** What happened last, in a sentence. */
  readonly note: string | undefined;
  readonly isBusy: boolean;
  /** Where families begin, from files. */
  readonly from: ReadonlyMap<string, Standing>;
  save(family: string, exported: (family: string) => Promise<Exported>): Promise<void>;
  /** @returns what the model was trained on, if its file says so */
  load(file: File, known: ReopenOptions): Promise<Reopened["recipe"]>;
  /** Families begin anew, and nothing happened yet. */
  forget(): void;
}

const NONE: ReadonlyMap<string, Standing> = new Map();

export function useModels(): Models {
  const [note, setNote] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [from, setFrom] = useState(NONE);
  const busily = async <T>(doing: string, task: () => Promise<T>): Promise<T | undefined> => {
    setBusy(true);
    setNote(doing);
    try {
      return await task();
    } catch (error) {
      setNote(explained(error));
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return {
    note,
    isBusy,
    from,
    save: (family, exported) =>
      busily("Exporting: each file is run beside the trainer …", async () => {
        const { name, zip, card } = await exported(family);
        const { download } = await import("./export.js");
        download(name, zip);
        const worst = Math.max(...card.parity.map(({ maxRelative }) => maxRelative));
        const files = Object.keys(card.files).length;
        setNote(
          `${name}: ${files} ONNX files, ${(zip.size / 1000).toFixed(0)} kB. Run in this tab beside the trainer, they differ from it by at most ${worst.toExponential(0)} of 1 + |value|.`,
        );
      }),
    forget: () => {
      setFrom(NONE);
      setNote(undefined);
    },
    load: (file, known) =>
      busily(`Reading ${file.name} …`, async () => {
        const { reopened } = await import("./reopen.js");
        const bytes = new Uint8Array(await file.arrayBuffer());
        const { family, standing, recipe } = await reopened(file.name, bytes, known);
        setFrom((before) => new Map([...before, [family.id, standing]]));
        setNote(`${file.name}: the ${family.name} begins with these weights, at step ${standing.steps}. Press Train.`);
        return recipe;
      }),
  };
}
