/**
 * @file A language model with low-rank adapters (Hu et al. 2021, arXiv:2106.09685) as one of its own: it is learned, measured,
 * written with and exported like any other, and what it has beside the model that it began as is the adapters.
 */
import { parameters, traceScope, type Model, type Scope, type Tensor, type TrainedModel } from "@gen/core";
import { lora, type Lora, type LoraOptions } from "@gen/core/tune";
import type { Extended, LanguageModel, MemorySpec, Place, Reading } from "./language-model.js";

/** A model whose weights W are W + (α/r)·B·A wherever it is used. */
export interface AdaptedText extends LanguageModel, Model {
  /** What is learned, for `trainStep`. */
  readonly adapters: Lora["adapters"];
  /** The plain model with what was learned added to its weights, in a store of its own. */
  merged(trained: TrainedModel): Promise<TrainedModel>;
}

/**
 * Adapters for a language model. `loadWeights` with the plain model fills what stays; `trainStep` learns `adapters`.
 *
 * @throws GenError as `lora` of `@gen/core/tune`
 */
export function adaptedText(model: LanguageModel & Model, options: LoraOptions): AdaptedText {
  const tuned = lora(model, options);
  const { vocabulary, context, canRewind } = model;
  const logits = (tokens: Tensor, scope: Scope, reading?: Reading): Tensor =>
    tuned.adapt<Tensor, Tensor>((x, inside) => model.logits(x, inside, reading))(tokens, scope);
  const extend = (tokens: Tensor, memory: readonly Tensor[], place: Place): Extended => {
    const all = tuned.adapt<Tensor, Record<string, Tensor>>((x) => {
      const next = model.extend(x, memory, place);
      return { logits: next.logits, ...Object.fromEntries(next.memory.map((array, i) => [`memory${i}`, array])) };
    })(tokens, traceScope("eval"));
    return { logits: all["logits"]!, memory: memory.map((_, i) => all[`memory${i}`]!) };
  };
  return {
    ...tuned.model, // the learned parts of the model, and `lora`
    adapters: tuned.adapters,
    async merged({ runtime, store, from }) {
      const own = runtime.emptyStore();
      for (const name of parameters(tuned.model).keys()) {
        const best = `${from ?? ""}.${name}`;
        await own.write(name, await store.read(store.has(best) ? best : name));
      }
      await tuned.merge({ runtime, store: own });
      return { runtime, store: own };
    },
    vocabulary,
    context,
    canRewind,
    logits,
    extend,
    memory: (n, places): readonly MemorySpec[] => model.memory(n, places),
  };
}
