/** @file `@gen/eval`: metrics that compare samples with data, whatever made them. Neither Node nor ONNX Runtime is imported here. */
export { rowsOf } from "./source.js";
export type { Source } from "./source.js";
export { asTheyAre, extract, extractAll, extractor, featuresOf } from "./extractor.js";
export type { Extracted, Extractor, ExtractorOptions, Session } from "./extractor.js";
export { classifierFiles, classify, PictureClassifier } from "./classifier.js";
export type { PictureClassifierOptions } from "./classifier.js";

export { bootstrap, bootstrapAll, bootstrapMean } from "./estimate.js";
export type { BootstrapOptions, Estimate } from "./estimate.js";
export { inLoops, onRuntime } from "./products.js";
export type { Multiply, Products } from "./products.js";
export type { Points } from "./points.js";

export { frechet, frechetDistance } from "./frechet.js";
export { momentsOf } from "./moments.js";
export type { Moments } from "./moments.js";
export { cubicKernel, gaussianKernel, kid, mmd } from "./mmd.js";
export type { Kernel, MmdOptions } from "./mmd.js";
export { manifold } from "./manifold.js";
export type { Manifold, ManifoldOptions } from "./manifold.js";
export { classifierTest, nearestNeighbours } from "./two-sample.js";
export type { ClassifierTest, ClassifierTestOptions, Judge } from "./two-sample.js";
export { classCoverage, modeCoverage } from "./modes.js";
export type { ClassCoverage, ClassShares, ModeCoverage, ModeOptions } from "./modes.js";
export { inceptionScore } from "./inception.js";
export { memorisation } from "./memorisation.js";
export type { Memorisation, MemorisationOptions, MemorisationSets } from "./memorisation.js";
export { parzen } from "./parzen.js";
export type { Parzen, ParzenOptions, ParzenSets } from "./parzen.js";
export { compareTables } from "./table.js";
export type { ColumnDifference, Difference, PairDifference, TableDifference, TableOptions } from "./table.js";

export { eigenSymmetric, eigenvaluesSymmetric } from "./symmetric.js";
export type { Eigen } from "./symmetric.js";
