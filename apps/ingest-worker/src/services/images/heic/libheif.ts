// The few functions of libheif's WebAssembly build that a decode needs, and an instance with a memory ceiling.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A pointer into the module, opaque to us. */
export interface HeifPointer {
  readonly code?: unknown;
  readonly message?: string;
}

export interface HeifChannel {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  /** A view into the module's memory. */
  readonly data: Uint8Array;
}

export interface HeifPixels extends HeifPointer {
  readonly channels: readonly HeifChannel[];
}

export interface LibHeif {
  heif_context_alloc(): HeifPointer;
  heif_context_read_from_memory(context: HeifPointer, bytes: Uint8Array): HeifPointer;
  heif_js_context_get_primary_image_handle(context: HeifPointer): HeifPointer | undefined;
  heif_image_handle_get_width(handle: HeifPointer): number;
  heif_image_handle_get_height(handle: HeifPointer): number;
  heif_image_handle_has_alpha_channel(handle: HeifPointer): number;
  heif_image_handle_is_premultiplied_alpha(handle: HeifPointer): number;
  heif_js_decode_image2(handle: HeifPointer, colourSpace: unknown, chroma: unknown): HeifPixels | undefined;
  readonly heif_error_code: { readonly heif_error_Ok: unknown };
  readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
  readonly heif_chroma: {
    readonly heif_chroma_interleaved_RGB: unknown;
    readonly heif_chroma_interleaved_RGBA: unknown;
  };
}

/** The part used here: TypeScript declares the rest only together with the browser's whole DOM. */
declare const WebAssembly: {
  readonly Memory: abstract new () => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow: (pages: number) => number;
}

type Instantiate = (imports: object, done: (instance: object) => void) => Readonly<Record<string, unknown>>;
type LibHeifFactory = (options: { wasmBinary: Uint8Array; instantiateWasm: Instantiate }) => LibHeif;

const pageBytes = 65_536;
const require = createRequire(import.meta.url);

/** The package's own `wasm.js` looks for its binary in the working directory, so the parts are put together here. */
export function compileLibHeif(): (maxMemoryBytes: number, onCeiling: () => void) => LibHeif {
  const factory = require('libheif-js/libheif-wasm/libheif.js') as LibHeifFactory;
  const wasmBinary = readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'));
  const module = new WebAssembly.Module(wasmBinary);
  return (maxMemoryBytes, onCeiling) =>
    factory({
      wasmBinary,
      instantiateWasm: (imports, done) => {
        const instance = new WebAssembly.Instance(module, imports);
        for (const exported of Object.values(instance.exports)) {
          if (exported instanceof WebAssembly.Memory) capMemory(exported, maxMemoryBytes, onCeiling);
        }
        done(instance);
        return instance.exports;
      },
    });
}

/** The build lets itself grow to 2 GiB; a refused growth becomes an out-of-memory error inside libheif. */
function capMemory(memory: WasmMemory, maxBytes: number, onCeiling: () => void): void {
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * pageBytes > maxBytes) {
      onCeiling();
      throw new RangeError('memory ceiling reached');
    }
    return grow(pages);
  };
}
