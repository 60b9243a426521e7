/** @file MNIST and Fashion-MNIST: 28 × 28 grey pictures in ten classes, 60,000 for training and 10,000 for test. */
import { type NdArray, GenError } from "@gen/core";
import { checkSplit, type PictureDataset } from "../dataset.js";
import { parseIdx } from "../idx.js";
import { pictures } from "../pictures.js";
import { obtain, type FetchOptions, type RemoteFile } from "./places.js";
import { readMaybeGzip } from "./read.js";

export interface MnistOptions extends FetchOptions {
  /** @default "train" */
  readonly split?: "train" | "test";
}

interface IdxSet {
  readonly name: string;
  readonly classes: readonly string[];
  readonly files: Readonly<Record<"train" | "test", { readonly images: RemoteFile; readonly labels: RemoteFile }>>;
}

const SPLITS = ["train", "test"] as const;
const ROWS = { train: 60_000, test: 10_000 } as const;
const SIDE = 28;

const remote = (base: string) => (name: string, bytes: number, sha256: string) => ({ url: base + name, bytes, sha256 });
const digits = remote("https://storage.googleapis.com/cvdf-datasets/mnist/");
const fashion = remote("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/");

export const MNIST: IdxSet = {
  name: "mnist",
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  files: {
    train: {
      images: digits(
        "train-images-idx3-ubyte.gz",
        9912422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
      ),
      labels: digits(
        "train-labels-idx1-ubyte.gz",
        28881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
      ),
    },
    test: {
      images: digits(
        "t10k-images-idx3-ubyte.gz",
        1648877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
      ),
      labels: digits(
        "t10k-labels-idx1-ubyte.gz",
        4542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
      ),
    },
  },
};

export const FASHION_MNIST: IdxSet = {
  name: "fashion-mnist",
  classes: ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"],
  files: {
    train: {
      images: fashion(
        "train-images-idx3-ubyte.gz",
        26421880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
      ),
      labels: fashion(
        "train-labels-idx1-ubyte.gz",
        29515,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
      ),
    },
    test: {
      images: fashion(
        "t10k-images-idx3-ubyte.gz",
        4422102,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
      ),
      labels: fashion(
        "t10k-labels-idx1-ubyte.gz",
        5148,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
      ),
    },
  },
};

/**
 * MNIST: `x` u8 [1, 28, 28], ink 255 on 0, and `label` i32 [], the digit.
 *
 * @throws GenError as {@link obtain} and {@link readIdx}.
 * @see LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition"
 */
export function mnist(options: MnistOptions = {}): Promise<PictureDataset> {
  return open(MNIST, options);
}

/**
 * Fashion-MNIST: `x` u8 [1, 28, 28] and `label` i32 [], in the form of MNIST.
 *
 * @throws GenError as {@link mnist}.
 * @see Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747
 */
export function fashionMnist(options: MnistOptions = {}): Promise<PictureDataset> {
  return open(FASHION_MNIST, options);
}

/**
 * The array in an idx file, gzipped or not.
 *
 * @throws GenError `file` if it cannot be read, `format` if it is damaged, `data` for NaN or ±∞ in it.
 */
export async function readIdx(path: string): Promise<NdArray> {
  return parseIdx(await readMaybeGzip(path), path);
}

async function open({ name, classes, files }: IdxSet, options: MnistOptions): Promise<PictureDataset> {
  const split = checkSplit(name, options.split ?? "train", SPLITS);
  const read = async (file: RemoteFile, shape: readonly number[]) => {
    const zipped = file.url.slice(file.url.lastIndexOf("/") + 1);
    const path = await obtain({ set: name, names: [zipped, zipped.replace(/\.gz$/, "")], remote: file }, options);
    const array = await readIdx(path);
    if (array.dtype !== "u8" || array.shape.join() !== shape.join()) {
      throw new GenError(
        "format",
        `${path}: expected u8 [${shape.join(", ")}], got ${array.dtype} [${array.shape.join(", ")}]`,
        {
          fix: `put the ${name} file of that name there`,
        },
      );
    }
    return array;
  };
  const rows = ROWS[split];
  const x = await read(files[split].images, [rows, SIDE, SIDE]);
  return pictures({ name, split, x, labels: { values: await read(files[split].labels, [rows]), classes } });
}
