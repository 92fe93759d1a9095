import { createHash } from 'node:crypto';
import { canonicalJson, type GenerationProvider, type PictureOrder } from '@pressroom/domain';

/** Changed when what a stored result means changes: older ones are then bought again. */
const version = 1;

/** What decides what a call gives: two orders with the same may share one result. */
interface ResultDescription {
  readonly kind: 'picture' | 'object' | 'embedding';
  readonly provider: string;
  readonly model: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs?: readonly string[];
}

/** SHA-256, hex. */
export function resultKey(description: ResultDescription): string {
  return createHash('sha256')
    .update(canonicalJson({ version, ...description }))
    .digest('hex');
}

export function pictureResultKey(
  provider: GenerationProvider,
  { style, pictureSha256 }: Pick<PictureOrder, 'style' | 'pictureSha256'>,
): string {
  return resultKey({
    kind: 'picture',
    provider: provider.name,
    model: provider.pictureModel,
    parameters: provider.describePicture(style),
    inputs: [pictureSha256],
  });
}
