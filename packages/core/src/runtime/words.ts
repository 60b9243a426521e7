/**
 * @file A device that has numbers of 32 bits only, made to run any graph: graphs are legalized, and arrays that do not
 * fit are handed over in parts (onnx/parts.ts). Whoever is above it sees u64 keys and u8 pictures as on other devices.
 */
import { GenError } from "../error.js";
import { typeOf, type TensorType } from "../ir/node.js";
import type { NdArray } from "../ndarray.js";
import { legalize } from "../onnx/legalize.js";
import { joinArray, partsOf, splitArray } from "../onnx/parts.js";
import type { Backend, Handle, Kernel } from "./backend.js";

/** An array on the device: its type, and where its parts are. */
interface Held extends TensorType {
  readonly parts: readonly Handle[];
}

/** @param backend runs legalized graphs on f32, i32 and u32 */
export function inWords(backend: Backend): Backend {
  const arrays = new Map<number, Held>();
  let next = 0;
  const hold = (held: Held): Handle => {
    arrays.set(next, held);
    return { handle: next++ };
  };
  const look = ({ handle }: Handle): Held => {
    const held = arrays.get(handle);
    if (held === undefined)
      throw new GenError("internal", `${backend.device}: expected a live array, got handle ${handle}`);
    return held;
  };

  const compile: Backend["compile"] = async (graph): Promise<Kernel> => {
    const kernel = await backend.compile(legalize(graph));
    const inputs = graph.inputs.map(({ name, node }) => [name, partsOf(name, typeOf(node))] as const);
    const outputs = graph.outputs.map(({ name, node }) => ({
      name,
      type: typeOf(node),
      parts: partsOf(name, typeOf(node)),
    }));
    return {
      async run(given, keep) {
        const fed: Record<string, NdArray | Handle> = {};
        for (const [name, parts] of inputs) {
          const input = given[name]!;
          const values = "handle" in input ? look(input).parts : splitArray(input);
          parts.forEach((part, i) => (fed[part.name] = values[i]!));
        }
        const wanted = outputs
          .filter(({ name }) => keep.has(name))
          .flatMap(({ parts }) => parts.map(({ name }) => name));
        const { kept, returned } = await kernel.run(fed, new Set(wanted));
        const results = { kept: {} as Record<string, Handle>, returned: {} as Record<string, NdArray> };
        for (const { name, type, parts } of outputs) {
          if (keep.has(name)) results.kept[name] = hold({ ...type, parts: parts.map((part) => kept[part.name]!) });
          else
            results.returned[name] = joinArray(
              parts.map((part) => returned[part.name]!),
              type,
            );
        }
        return results;
      },
      release: () => kernel.release(),
    };
  };

  return {
    ...backend,
    compile,
    async put(array) {
      const parts = await Promise.all(splitArray(array).map((part) => backend.put(part)));
      return hold({ dtype: array.dtype, shape: array.shape, parts });
    },
    async get(handle) {
      const held = look(handle);
      return joinArray(await Promise.all(held.parts.map((part) => backend.get(part))), held);
    },
    free(handles) {
      backend.free(handles.flatMap((handle) => arrays.get(handle.handle)?.parts ?? []));
      for (const { handle } of handles) arrays.delete(handle);
    },
    async close() {
      arrays.clear();
      await backend.close();
    },
  };
}
