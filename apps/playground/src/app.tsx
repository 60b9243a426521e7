/** @file The frame of every page: what this is, and where one can go. */
import { TrainPage } from "./train/train-page.js";

export function App() {
  return (
    <>
      <header className="top">
        <h1>gen playground</h1>
        <p>
          Generative models that learn in this page. Every step of training is an ONNX graph, run here by ONNX Runtime;
          nothing leaves this machine.
        </p>
      </header>
      <main>
        <TrainPage />
      </main>
    </>
  );
}
