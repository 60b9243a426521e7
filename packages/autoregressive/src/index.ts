/** @file `@gen/autoregressive`: models that make a thing piece by piece, each piece given those before it. */
export { rollFiles } from "./music/export.js";
export type { RollFileOptions } from "./music/export.js";
export { continueRolls, rollFields, rollNats, sampleRolls } from "./music/programs.js";
export type { RollRows } from "./music/programs.js";
export { RollModel } from "./music/roll-model.js";
export type { RollBatch, RollDraw, RollModelOptions } from "./music/roll-model.js";

export { pixelFiles } from "./pixels/export.js";
export { gatedPixelCnn } from "./pixels/gated-pixel-cnn.js";
export type { GatedPixelCnnOptions } from "./pixels/gated-pixel-cnn.js";
export { binary, logisticMixture, softmaxLevels } from "./pixels/law.js";
export type { LevelsOptions, LogisticMixtureOptions, PixelLaw } from "./pixels/law.js";
export type { PixelContext, PixelNetwork, PixelSizes } from "./pixels/network.js";
export { pixelCnn } from "./pixels/pixel-cnn.js";
export type { PixelCnnOptions } from "./pixels/pixel-cnn.js";
export { pixelOptimizer } from "./pixels/optimizer.js";
export { pixelCnnPlusPlus } from "./pixels/pixel-cnn-plus-plus.js";
export type { PixelCnnPlusPlusOptions } from "./pixels/pixel-cnn-plus-plus.js";
export { diagonalBiLstm, rowLstm } from "./pixels/pixel-rnn.js";
export type { PixelRnnOptions } from "./pixels/pixel-rnn.js";
export { PixelModel } from "./pixels/pixel-model.js";
export type { PixelBatch, PixelDraw, PixelModelOptions } from "./pixels/pixel-model.js";
export { completePixels, pixelFields, pixelLogProb, samplePixels } from "./pixels/programs.js";
export type { PixelRows } from "./pixels/programs.js";

export { Made } from "./vectors/made.js";
export type { MadeOptions } from "./vectors/made.js";
export { Nade } from "./vectors/nade.js";
export type { NadeOptions } from "./vectors/nade.js";
export {
  completeVectors,
  flatRows,
  sampleVectors,
  vectorFields,
  vectorFiles,
  vectorNats,
} from "./vectors/vector-model.js";
export type { VectorDraw, VectorModel, VectorRows } from "./vectors/vector-model.js";

export { complete, stream } from "./decoding/generate.js";
export type { Constraint, ConstraintState, GenerateOptions } from "./decoding/plan.js";
export type { Completion, Finish, Piece, TokenChance } from "./decoding/row.js";
export { inBytes } from "./decoding/memory.js";
export type { Written } from "./decoding/memory.js";
export { adjusted, distributionOf, draw, samplingOf } from "./decoding/sampling.js";
export type { Allowed, Past, Sampling, SamplingOptions } from "./decoding/sampling.js";
export { Gpt } from "./gpt/gpt.js";
export type { Behind } from "./gpt/gpt.js";
export type { GptOptions } from "./gpt/options.js";
export { gpt1, gpt2, llama, slidingGpt } from "./gpt/recipes.js";
export type { GptSizes } from "./gpt/recipes.js";
export { RecurrentText } from "./recurrent/recurrent-text.js";
export type { RecurrentTextOptions } from "./recurrent/recurrent-text.js";
export { adaptedText } from "./text/adapted.js";
export type { AdaptedText } from "./text/adapted.js";
export { textFiles } from "./text/export.js";
export type { TextFilesOptions } from "./text/export.js";
export type { Extended, LanguageModel, MemorySpec, Place, Reading } from "./text/language-model.js";
export { lossByPosition, rowNats, scoreText, textFields, textLoss, textNats, tokenNats } from "./text/loss.js";
export type { ScoreOptions, TextBatch, TextScore } from "./text/loss.js";
export { CharacterTokenizer } from "./tokenizer/characters.js";
export type { CharacterOptions } from "./tokenizer/characters.js";
export { SpecialTokens } from "./tokenizer/special.js";
export type { TextStages } from "./tokenizer/stages.js";
export { promptTokens } from "./tokenizer/tokenizer.js";
export type { Around, DecodeOptions, EncodeOptions, Tokenizer } from "./tokenizer/tokenizer.js";
export { byteTokenizer, PairTokenizer } from "./tokenizer/pairs.js";
export type { PairsParts, TrainPairsOptions } from "./tokenizer/pairs.js";
export { readTokenizer } from "./tokenizer/read.js";

export { translatorFiles } from "./seq2seq/export.js";
export { exactness, translation, Translator } from "./seq2seq/translator.js";
export type { PairBatch, TranslatorOptions } from "./seq2seq/translator.js";
export { beamSearch } from "./decoding/beams.js";
export type { Beam, BeamOptions } from "./decoding/beams.js";
export { jsonOf, matching } from "./decoding/constrain/constraint.js";
export { decoderFile, huggingFaceFiles } from "./gpt/hugging-face.js";
export type { HuggingFaceOptions } from "./gpt/hugging-face.js";
export { gptOfConfig } from "./gpt/config.js";
export { loadGpt, type LoadGptOptions } from "./gpt/load.js";
export { instructions, packed } from "./text/rows.js";
export type { Instruction, InstructionsOptions, PackedOptions } from "./text/rows.js";
