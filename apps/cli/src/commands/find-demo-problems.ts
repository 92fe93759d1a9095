import { pictureBook, unprintableCharacters } from '@pressroom/domain';
import type { DemoOptions } from './demo-options.ts';
import { outProblem } from './out-problem.ts';

type Wishes = Pick<DemoOptions, 'files' | 'style' | 'prompt' | 'title' | 'pageSize' | 'environment'>;

const mostPhotos = 200;
const longestTitle = 120;

/** What can be known to be wrong before anything is started, each in words that say what to do instead. */
export async function findDemoProblems(wishes: Wishes, outPath: string): Promise<readonly string[]> {
  const found = [
    photosProblem(wishes.files.length),
    titleProblem(wishes.title),
    promptProblem(wishes),
    await outProblem(outPath, 'book.pdf'),
  ].filter((problem) => problem !== undefined);
  // The recipe has the last word: what is not foreseen above must not come up after the upload either.
  return found.length > 0 ? found : otherProblems(wishes);
}

function photosProblem(count: number): string | undefined {
  if (count <= mostPhotos) return undefined;
  return `A book has at most ${mostPhotos} photos, these are ${count}. Make more than one book.`;
}

function titleProblem(title: string | undefined): string | undefined {
  if (title === undefined) return undefined;
  if (title.trim() === '') return '--title is empty. Give some words, or leave it out.';
  if (title.length > longestTitle)
    return `--title may have ${longestTitle} characters, this one has ${title.length}.`;
  const missing = unprintableCharacters(title).slice(0, 10).join(' ');
  if (missing === '') return undefined;
  return `--title has characters that the fonts of the book do not have: ${missing}. They print Latin, Greek, Cyrillic, Japanese and Thai.`;
}

function promptProblem({ prompt, environment }: Wishes): string | undefined {
  if (prompt === undefined || (environment['GEMINI_API_KEY'] ?? '').trim() !== '') return undefined;
  return '--prompt is for Gemini: set GEMINI_API_KEY, or choose one of the styles with --style.';
}

function otherProblems({ style, prompt, title, pageSize }: Wishes): readonly string[] {
  const input = {
    photos: [{ assetId: 'any' }],
    ...(prompt === undefined ? { style } : { prompt }),
    title: title ?? 'Untitled',
    pageSize,
  };
  const { error } = pictureBook.inputSchema.safeParse(input);
  return (error?.issues ?? []).map(({ path, message }) => `--${path.join('.')}: ${message}`);
}
