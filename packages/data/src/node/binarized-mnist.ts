/**
 * @file MNIST with each pixel drawn once as 0 or 1 with its intensity as probability: the set on which the nats of
 * generative models are compared. 50,000 pictures for training, 10,000 for validation, 10,000 for test.
 */
import { parseAmat, unpackBits } from "../bits.js";
import { checkSplit, type PictureDataset, type Split } from "../dataset.js";
import { pictures } from "../pictures.js";
import { obtain, type FetchOptions, type RemoteFile } from "./places.js";
import { readMaybeGzip } from "./read.js";

export interface BinarizedMnistOptions extends FetchOptions {
  /** @default "train" */
  readonly split?: Split;
}

const SPLITS = ["train", "valid", "test"] as const;
const ROWS = { train: 50_000, valid: 10_000, test: 10_000 } as const;
const SIDE = 28;

const remote = (split: Split, sha256: string): RemoteFile => ({
  url: `http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/binarized_mnist_${split}.amat`,
  bytes: ROWS[split] * SIDE * SIDE * 2,
  sha256,
});

export const BINARIZED_MNIST: Readonly<Record<Split, RemoteFile>> = {
  train: remote("train", "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d"),
  valid: remote("valid", "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2"),
  test: remote("test", "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c"),
};

/**
 * The fixed binarisation of MNIST: `x` u8 [1, 28, 28] with values 0 and 255, no labels. The test pictures come sorted
 * by digit: take random rows of them, not the first.
 *
 * A folder may hold it as `train.bits.gz` (98 bytes a picture, most significant bit first, 1 = ink) or as the text
 * that is fetched, `binarized_mnist_train.amat`.
 *
 * @throws GenError `file`, `format` or `hash` naming the file.
 * @see Salakhutdinov & Murray 2008, "On the quantitative analysis of deep belief networks"; Larochelle & Murray 2011,
 *   "The neural autoregressive distribution estimator"
 */
export async function binarizedMnist(options: BinarizedMnistOptions = {}): Promise<PictureDataset> {
  const name = "binarized-mnist";
  const split = checkSplit(name, options.split ?? "train", SPLITS);
  const amat = `binarized_mnist_${split}.amat`;
  const names = [`${split}.bits.gz`, `${split}.bits`, amat, `${amat}.gz`];
  const path = await obtain({ set: name, names, remote: BINARIZED_MNIST[split] }, options);
  const parse = path.includes(amat) ? parseAmat : unpackBits;
  const x = parse(await readMaybeGzip(path), { file: path, count: ROWS[split], height: SIDE, width: SIDE });
  return pictures({ name, split, x });
}
