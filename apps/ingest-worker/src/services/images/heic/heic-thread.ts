// Runs on a worker thread of the pool: decoding a phone's photo takes seconds of pure computing.
import { move } from 'piscina';
import { compileLibHeif, type LibHeif } from './libheif.ts';
import { layOutTiff } from './uncompressed-tiff.ts';

export interface HeicTask {
  readonly bytes: Uint8Array;
  readonly iccProfile: Uint8Array | undefined;
  readonly maxPixels: number;
  readonly maxMemoryBytes: number;
}

/** Failures are values here, since an error's own fields do not survive the way between threads. */
export type HeicResult = Uint8Array | { readonly failure: string; readonly outOfMemory?: boolean };

let instantiate: ReturnType<typeof compileLibHeif> | undefined;

/** The primary picture, with the container's rotation, mirroring and cropping applied, as an uncompressed TIFF. */
export default function decodeHeic(task: HeicTask): HeicResult {
  instantiate ??= compileLibHeif();
  let outOfMemory = false;
  // A fresh instance each time: WebAssembly memory never shrinks, but it is freed with its instance.
  const heif = instantiate(task.maxMemoryBytes, () => {
    outOfMemory = true;
  });
  try {
    const result = decodePrimary(heif, task);
    // libheif first asks for more than it needs and then for less: a refused growth alone is no failure.
    return 'failure' in result ? { ...result, outOfMemory } : result;
  } catch (error) {
    return { failure: String(error), outOfMemory };
  }
}

function decodePrimary(heif: LibHeif, task: HeicTask): HeicResult {
  const context = heif.heif_context_alloc();
  const read = heif.heif_context_read_from_memory(context, task.bytes);
  if (read.code !== heif.heif_error_code.heif_error_Ok)
    return { failure: read.message ?? 'unreadable container' };
  const handle = heif.heif_js_context_get_primary_image_handle(context);
  if (handle === undefined || handle.code !== undefined) {
    return { failure: handle?.message ?? 'no primary picture' };
  }
  const width = heif.heif_image_handle_get_width(handle);
  const height = heif.heif_image_handle_get_height(handle);
  if (width * height > task.maxPixels) return { failure: `${width}×${height} is more than the header said` };
  const hasAlpha = heif.heif_image_handle_has_alpha_channel(handle) !== 0;
  const pixels = heif.heif_js_decode_image2(
    handle,
    heif.heif_colorspace.heif_colorspace_RGB,
    hasAlpha ? heif.heif_chroma.heif_chroma_interleaved_RGBA : heif.heif_chroma.heif_chroma_interleaved_RGB,
  );
  const [channel] = pixels?.code === undefined ? (pixels?.channels ?? []) : [];
  if (channel === undefined) return { failure: pixels?.message ?? 'no pixels' };
  const channels = hasAlpha ? 4 : 3;
  const { file, pixelsAt } = layOutTiff({
    width: channel.width,
    height: channel.height,
    channels,
    premultiplied: hasAlpha && heif.heif_image_handle_is_premultiplied_alpha(handle) !== 0,
    iccProfile: task.iccProfile,
  });
  const rowBytes = channel.width * channels;
  for (let row = 0; row < channel.height; row += 1) {
    const from = row * channel.stride;
    file.set(channel.data.subarray(from, from + rowBytes), pixelsAt + row * rowBytes);
  }
  return move(file) as Uint8Array;
}
