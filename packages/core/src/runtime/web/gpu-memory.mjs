// @ts-check
/** @file Arrays that last in buffers of the GPU: ONNX Runtime writes into buffers of ours, used again and again. */
import { hostMemory, plainOf, typeName } from "../serve.mjs";

// What WebGPU calls them; the globals of these names are there in pages and workers only.
const MAP_READ = 0x1;
const COPY_SRC = 0x4;
const COPY_DST = 0x8;
const STORAGE = 0x80;

/** Element types that last in buffers, all of 4 bytes. What is of another type stays in JavaScript. */
const ARRAYS = /** @type {Record<string, any>} */ ({ float32: Float32Array, int32: Int32Array, uint32: Uint32Array });

/**
 * @param {import("../serve.mjs").Ort} ort
 * @param {any} device The GPUDevice that ONNX Runtime works on.
 * @returns {import("../serve.mjs").Memory}
 */
export function gpuMemory(ort, device) {
  const host = hostMemory(ort);
  /** Buffers that nobody uses, by size. @type {Map<number, any[]>} */
  const idle = new Map();
  let idleBytes = 0;
  let usedBytes = 0;
  /** A tensor with a buffer, whatever is in it; null if that type has no place there. @param {string} dtype @param {readonly number[]} shape */
  const take = (dtype, shape) => {
    const dataType = typeName(dtype);
    const size = Math.ceil(elements(shape) / 4) * 16;
    if (!(dataType in ARRAYS) || size === 0) return null;
    usedBytes += size;
    const known = idle.get(size)?.pop();
    if (known !== undefined) idleBytes -= size;
    const gpuBuffer = known ?? device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
    return /** @type {any} */ (ort.Tensor).fromGpuBuffer(gpuBuffer, { dataType, dims: [...shape] });
  };

  /** Idle buffers take at most what used ones take: a step needs its state twice, a store that is gone needs none. */
  const trim = () => {
    for (const [size, buffers] of idle) {
      while (idleBytes > usedBytes && buffers.length > 0) {
        buffers.pop().destroy();
        idleBytes -= size;
      }
      if (buffers.length === 0) idle.delete(size);
    }
  };

  return {
    whenLost(tell) {
      device.lost.then((/** @type {{ message: string }} */ { message }) =>
        tell(new Error(`the GPU was lost: ${message}`)),
      );
    },
    put(plain) {
      const tensor = take(plain.dtype, plain.shape);
      if (tensor === null) return host.put(plain);
      const { buffer, byteOffset, byteLength } = plain.data;
      device.queue.writeBuffer(tensor.gpuBuffer, 0, buffer, byteOffset, byteLength);
      return tensor;
    },
    async get(tensor) {
      const place = bufferOf(tensor);
      if (place === undefined) return plainOf(tensor);
      const { type, dims } = tensor;
      const { size } = place;
      const landing = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(place, 0, landing, 0, size);
      device.queue.submit([encoder.finish()]);
      await landing.mapAsync(MAP_READ);
      const data = new ARRAYS[type](landing.getMappedRange()).slice(0, elements(dims));
      landing.destroy();
      return plainOf({ type, dims, data });
    },
    room(kept, all) {
      return Object.fromEntries(
        all.map((name) => [name, name in kept ? take(kept[name]?.dtype ?? "", kept[name]?.shape ?? []) : null]),
      );
    },
    free(tensor) {
      const place = bufferOf(tensor);
      if (place === undefined) return;
      const { size } = place;
      const buffers = idle.get(size);
      if (buffers === undefined) idle.set(size, [place]);
      else buffers.push(place);
      idleBytes += size;
      usedBytes -= size;
      trim();
    },
  };
}

/** @param {readonly number[]} shape */
const elements = (shape) => shape.reduce((n, extent) => n * extent, 1);

/** Where a tensor lies; nothing for one in JavaScript, which must not be asked. @param {any} tensor */
const bufferOf = (tensor) => (tensor.location === "gpu-buffer" ? tensor.gpuBuffer : undefined);
