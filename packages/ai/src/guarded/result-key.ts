import { createHash } from 'node:crypto';
import { canonicalJson, type GenerationProvider, type PictureOrder } from '@pressroom/domain';

/** Changed when what a stored result means changes: older ones are then bought again. */
const version = 1;

/** SHA-256, hex, of everything that decides what a picture call gives: two orders with the same key may share one result. */
export function pictureResultKey(
  provider: GenerationProvider,
  { style, pictureSha256 }: Pick<PictureOrder, 'style' | 'pictureSha256'>,
): string {
  const call = {
    version,
    kind: 'picture',
    provider: provider.name,
    model: provider.pictureModel,
    parameters: provider.describePicture(style),
    inputs: [pictureSha256],
  };
  return createHash('sha256').update(canonicalJson(call)).digest('hex');
}
