import { Readable } from 'node:stream';
import {
  type DocumentBlock,
  detectLanguage,
  languageSampleCharacters,
  normaliseBlock,
  RunningHeads,
} from '@pressroom/documents';
import { PressroomError, reach, storageKeys } from '@pressroom/domain';
import { type DocumentStage, required } from '../document-run.ts';
import { documentMediaType, type NormalisedHead } from '../normalised-document.ts';
import { formatLines } from '../work-streams.ts';

const maxTitleCharacters = 300;

/**
 * The text as it is kept and cited: without running heads, cleaned block by block, with title and language. In two passes over
 * what was extracted, since only all pages together show what stands on each of them. Errors thrown: `document-without-text`.
 */
export const normaliseDocument: DocumentStage = async (run, data) => {
  const extracted = required(data, 'extracted');
  const facts = data.facts ?? {};
  const heads = new RunningHeads();
  let sample = '';
  let heading: string | undefined;
  for await (const block of run.work.readLines<DocumentBlock>(extracted)) {
    heads.observe(block);
    if (sample.length < languageSampleCharacters && block.kind !== 'code') sample += `${block.text}\n`;
    if (block.kind === 'heading') heading ??= block.text;
  }
  const title = titleOf(facts.title) ?? titleOf(heading);
  const language = languageOf(facts.language) ?? detectLanguage(sample);
  let characters = 0;
  async function* lines(): AsyncGenerator<NormalisedHead | DocumentBlock> {
    const { pages } = facts;
    yield {
      version: 1,
      ...(title === undefined ? {} : { title }),
      ...(language === undefined ? {} : { language }),
      ...(pages === undefined ? {} : { pages }),
    };
    for await (const block of run.work.readLines<DocumentBlock>(extracted)) {
      const clean = heads.includes(block) ? undefined : normaliseBlock(block);
      if (clean === undefined) continue;
      characters += clean.text.length + 1;
      yield clean;
    }
    if (characters === 0) throw new PressroomError('document-without-text', 'The document has no text in it');
  }
  const { key, bytes, sha256 } = await run.store.putByContent(
    (hash) => storageKeys.content(run.accountId, hash),
    Readable.from(formatLines(lines()), { objectMode: false }),
    { contentType: documentMediaType, signal: run.signal },
  );
  await reach('ingest.stored');
  run.work.release(extracted.name);
  return {
    document: {
      key,
      bytes,
      sha256,
      characters: characters - 1,
      ...(title === undefined ? {} : { title }),
      ...(language === undefined ? {} : { language }),
    },
  };
};

function titleOf(text: string | undefined): string | undefined {
  const clean = normaliseBlock({ kind: 'heading', text: text ?? '' })?.text;
  return clean === undefined || /^untitled$/i.test(clean)
    ? undefined
    : clean.slice(0, maxTitleCharacters).toWellFormed();
}

/** What a document declares may be anything. */
function languageOf(declared: string | undefined): string | undefined {
  try {
    return Intl.getCanonicalLocales(declared?.trim().slice(0, 35))[0];
  } catch {
    return undefined;
  }
}
