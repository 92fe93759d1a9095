import { z } from 'zod';
import { isStorable } from '../errors/pressroom-error.ts';
import { pageSizes } from '../page-size.ts';
import { pictureStyles } from '../ports/generation-provider.ts';
import { type GeneratePictureInput, landscapePictures } from '../step-catalog.ts';
import { printableProblems } from './printable-problems.ts';
import { type Abilities, defineRecipe, type InputProblem, type StepPlan } from './recipe.ts';

/** Credits for one picture, and for setting the book. */
export const pictureBookPrices = { picture: 1, book: 1 } as const;

const photoSchema = z.strictObject({
  assetId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'This is not an id')
    .describe('An asset of this account with a picture in it.'),
  caption: z.string().trim().max(200).default('').describe('One line under the picture.'),
});

export const pictureBookInputSchema = z
  .strictObject({
    photos: z.array(photoSchema).min(1).max(200).describe('1 to 200 photos, in page order.'),
    style: z.enum(pictureStyles).optional().describe('A named style. Give either `style` or `prompt`.'),
    prompt: z
      .string()
      .trim()
      .min(3)
      .max(2_000)
      .refine(isStorable, 'NUL and lone surrogates are not text')
      .optional()
      .describe('The style in your own words; needs an online provider.'),
    title: z.string().trim().min(1).max(120).describe('Printed on the cover.'),
    author: z
      .string()
      .trim()
      .min(1)
      .max(120)
      .optional()
      .describe('Printed on the cover and kept in the metadata.'),
    pageSize: z.enum(pageSizes).default('A4').describe('The size of a page.'),
    // Optional rather than with a default: what an Idempotency-Key stands for must not change with a release.
    landscapePictures: z
      .enum(landscapePictures)
      .optional()
      .describe(
        'How pictures that are wider than high stand: `turned` by a quarter to fill the page (when absent), or `upright`.',
      ),
    language: z
      .string()
      .max(35)
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
      .default('en')
      .describe('BCP 47 language of title and captions.'),
  })
  .refine((input) => (input.style === undefined) !== (input.prompt === undefined), {
    message: 'Give either `style` or `prompt`, not both and not neither',
    path: ['style'],
  });

/** Photos in, a booklet out: `pdf ← generate × N ← ingest × N`. */
export const pictureBook = defineRecipe({
  kind: 'picture-book',
  title: 'Picture book',
  description: 'Turns photos into a printable booklet: a cover, one page a picture, a contact sheet.',
  inputSchema: pictureBookInputSchema,
  check: checkInput,
  assets: (input) => input.photos.map((photo) => ({ assetId: photo.assetId, sort: 'image' as const })),
  expectedCalls: (input) => ({ pictures: input.photos.length, text: { inputTokens: 0, outputTokens: 0 } }),
  plan: (input): StepPlan => {
    const style: GeneratePictureInput['style'] = input.style ?? { prompt: input.prompt ?? '' };
    return {
      key: 'book',
      handler: 'render-picture-book',
      input: {
        title: input.title,
        pageSize: input.pageSize,
        language: input.language,
        author: input.author,
        landscapePictures: input.landscapePictures ?? 'turned',
        captions: input.photos.map((photo) => photo.caption),
      },
      credits: pictureBookPrices.book,
      children: input.photos.map((photo, index) => ({
        key: `generate-${index}`,
        handler: 'generate-picture' as const,
        input: { index, style },
        itemIndex: index,
        credits: pictureBookPrices.picture,
        children: [
          {
            key: `ingest-${index}`,
            handler: 'ingest-image' as const,
            input: { assetId: photo.assetId, index },
            itemIndex: index,
            credits: 0,
            children: [],
          },
        ],
      })),
    };
  },
});

function checkInput(input: z.output<typeof pictureBookInputSchema>, abilities: Abilities): InputProblem[] {
  const texts = [
    { path: ['title'], text: input.title },
    { path: ['author'], text: input.author ?? '' },
    ...input.photos.map((photo, index) => ({ path: ['photos', index, 'caption'], text: photo.caption })),
  ];
  const problems = printableProblems(texts);
  if (input.prompt !== undefined && !abilities.freePrompts) {
    problems.push({
      code: 'prompt-needs-provider',
      path: ['prompt'],
      message: 'No online provider is set up here; use a named style',
    });
  }
  return problems;
}
