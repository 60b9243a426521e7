/** @file A shipped model from the inside: the graph in each of its files, and the code that runs it anywhere. */
import { GenError, type Card } from "@gen/core/sample";
import { importModel } from "@gen/core/onnx";
import { useEffect, useMemo, useState } from "react";
import { ErrorText } from "../shell/error-text.js";
import { Choice } from "../shell/choice.js";
import type { ModelName } from "../../shipped/models.js";
import { Code } from "./code.js";
import { GraphView } from "./graph-view.js";
import { drawn, type Drawn } from "./graph.js";
import { codeFor } from "./play-code.js";

export interface InsideProps {
  readonly name: ModelName;
  readonly card: Card;
}

/** Rows and steps of the graph that is drawn, where a file leaves them open. */
const OPEN = 2;

export function Inside({ name, card }: InsideProps) {
  const files = useMemo(() => Object.keys(card.files), [card]);
  const [file, choose] = useState(files[0]!);
  const [nodes, setNodes] = useState<readonly Drawn[]>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    let isCurrent = true;
    nodesOf(name, file, card).then(
      (found) => isCurrent && setNodes(found),
      (cause: unknown) => isCurrent && setError(cause),
    );
    return () => {
      isCurrent = false;
    };
  }, [name, file, card]);
  return (
    <>
      <h2>The graph that runs</h2>
      {files.length < 2 ? null : (
        <div className="settings">
          <Choice label="File" value={file} options={files} onChange={choose} />
        </div>
      )}
      {error === undefined ? null : <ErrorText error={error} />}
      {nodes === undefined ? (
        <p className="status">Reading {file} …</p>
      ) : (
        <GraphView key={`${name} ${file} ${nodes.length}`} nodes={nodes} label={`${name}, ${file}`} />
      )}
      <h2>The code that runs it</h2>
      <Code text={codeFor(name)} />
    </>
  );
}

/** The operators of a file, with their shapes at small sizes. */
async function nodesOf(name: string, file: string, { files }: Card): Promise<readonly Drawn[]> {
  const response = await fetch(new URL(`models/${name}/${file}`, document.baseURI));
  if (!response.ok) throw new GenError("file", `cannot fetch ${file}: the server answered ${response.status}`);
  const symbols = files[file]!.inputs.flatMap(({ shape }) => shape.filter((extent) => typeof extent === "string"));
  const dims = Object.fromEntries([...symbols, "n", "steps"].map((symbol) => [symbol, OPEN]));
  const { graph, weights } = importModel(new Uint8Array(await response.arrayBuffer()), { file, dims });
  return drawn(graph, (input) => input in weights);
}
