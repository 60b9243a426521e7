/**
 * @file A small convolutional classifier of pictures. The layer before its classes is a set of features in which pictures
 * are compared; its classes say which modes of the data a model draws.
 */
import {
  constantInit,
  GenError,
  inference,
  key,
  logSoftmax,
  oneHot,
  showShape,
  sizeOf,
  state,
  uniformDraws,
  ndarray,
  type ExportFile,
  type Program,
  type Scope,
  type Shape,
  type Tensor,
} from "@gen/core";
import { activationOf, Conv2d, Dropout, Linear, type Activation } from "@gen/core/nn";

export interface PictureClassifierOptions {
  /** Of one picture: [C, H, W]. */
  readonly shape: Shape;
  readonly classes: number;
  /** Width of the layer before the classes. @default 64 */
  readonly features?: number;
  /** Channels after each convolution, which halves height and width (upwards). @default [32, 64, 64] */
  readonly channels?: readonly number[];
  /** Share of the features that is left out in training. @default 0.3 */
  readonly dropout?: number;
  /** @default "silu" */
  readonly activation?: Activation;
}

/** Strided convolutions, a layer of features, and the classes. */
export class PictureClassifier {
  readonly convs: readonly Conv2d[];
  readonly hidden: Linear;
  readonly head: Linear;
  /** What features are multiplied by, so that distances are in units of their spread over the data: set after training. */
  readonly scale = state([], constantInit(1));
  readonly shape: Shape;
  readonly classes: number;
  readonly #dropout: Dropout;
  readonly #activation: (x: Tensor) => Tensor;

  /** @throws GenError `shape` for pictures that are not [C, H, W], `range` for fewer than two classes */
  constructor({
    shape,
    classes,
    features = 64,
    channels = [32, 64, 64],
    dropout = 0.3,
    activation = "silu",
  }: PictureClassifierOptions) {
    if (shape.length !== 3)
      throw new GenError("shape", `PictureClassifier: expected pictures [C, H, W], got ${showShape(shape)}`);
    if (!(Number.isInteger(classes) && classes >= 2))
      throw new GenError("range", `PictureClassifier: expected at least 2 classes, got ${classes}`);
    const [inputs, height, width] = shape as readonly [number, number, number];
    const halved = (extent: number): number => channels.reduce((e) => Math.ceil(e / 2), extent);
    this.shape = [...shape];
    this.classes = classes;
    this.convs = channels.map(
      (outputs, i) => new Conv2d({ inputs: channels[i - 1] ?? inputs, outputs, kernel: 3, stride: 2, padding: 1 }),
    );
    const last = channels.at(-1) ?? inputs;
    this.hidden = new Linear({ inputs: last * halved(height) * halved(width), outputs: features });
    this.head = new Linear({ inputs: features, outputs: classes });
    this.#dropout = new Dropout({ rate: dropout });
    this.#activation = activationOf(activation);
  }

  /**
   * @param x [N, C, H, W]: bytes from 0 to 255, or intensities in [0, 1]
   * @returns features [N, F], scaled, and logits [N, classes]
   */
  forward(x: Tensor, scope: Scope): { readonly features: Tensor; readonly logits: Tensor } {
    const pixels = x.dtype === "u8" ? x.cast("f32").mul(1 / 255) : x;
    const h = this.convs.reduce((h, conv) => this.#activation(conv.forward(h)), pixels); // [N, C', H', W']
    const features = this.#activation(this.hidden.forward(h.flatten())); // [N, F]
    const logits = this.head.forward(this.#dropout.forward(features, scope)); // [N, classes]
    return { features: features.mul(scope.read(this.scale)), logits };
  }

  /**
   * The cross-entropy −log p(label | x), a mean over rows, in nats.
   *
   * @param batch x [N, C, H, W], label [N] i32
   */
  loss({ x, label }: { readonly x: Tensor; readonly label: Tensor }, scope: Scope): { readonly loss: Tensor } {
    const { logits } = this.forward(x, scope);
    return { loss: logSoftmax(logits).mul(oneHot(label, this.classes)).sum(-1).mean().neg() };
  }
}

/** Features and logits of n pictures. @returns outputs features [n, F] and logits [n, classes] */
export function classify(
  model: PictureClassifier,
  { n, pixels = "f32" }: { readonly n: number; readonly pixels?: "u8" | "f32" },
): Program {
  return inference(model, { x: { shape: [n, ...model.shape], dtype: pixels } }, ({ x }, scope) =>
    model.forward(x, scope),
  );
}

/** The file of an exported classifier: `features.onnx`, which `openExtractor` opens. */
export function classifierFiles(model: PictureClassifier): Readonly<Record<string, ExportFile>> {
  return {
    features: {
      purpose: "pictures to features that they are compared in, and to logits of their classes",
      trace: ({ n }) => classify(model, { n: n! }),
      symbols: { n: { from: "dim", input: "x", axis: 0 } },
      describe: {
        x: "pictures, intensities in [0, 1]",
        features: "what the classifier sees of each picture, before its last layer",
        logits: "of each class, in the order of the card's classes; a softmax makes them probabilities",
      },
      example: ({ n }) => {
        const shape = [n!, ...model.shape];
        return { x: ndarray(uniformDraws(key(0), sizeOf(shape)), shape) };
      },
    },
  };
}
