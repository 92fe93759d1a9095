import { heicToPng } from '../heic/heic-to-png.ts';
import { type ImageStage, required, type WorkPicture } from '../image-run.ts';
import { svgToPng } from '../svg/svg-to-png.ts';

const name = 'intermediate.png';

/** Turns what sharp cannot decode by itself into something it can. Everything else is passed on without a copy. */
export const extractPicture: ImageStage = async (run, data) => {
  const { format } = required(data, 'facts');
  if (format !== 'heic' && format !== 'svg') return {};
  const asset = required(data, 'asset');
  const { data: png, info } =
    format === 'heic'
      ? await heicToPng(await run.original.take(asset), run)
      : await svgToPng(await run.original.read(asset), run);
  await run.work.put(name, png);
  const intermediate: WorkPicture = { name, mediaType: 'image/png', width: info.width, height: info.height };
  return { intermediate };
};
