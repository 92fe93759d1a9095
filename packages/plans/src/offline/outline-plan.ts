import { contentTerms, type LearningStyle, type SkillLevel, wordsOf } from '@pressroom/domain';
import { type NumberedPassage, passageSentences, rankSentences } from '@pressroom/reports';
import { type DraftMaterial, type DraftSection, type PlanDraft, taskMinutes } from '../plan-draft.ts';

/** Words that a reader takes in a minute, of text that is to be learned. */
const readingSpeed: Readonly<Record<SkillLevel, number>> = {
  beginner: 110,
  intermediate: 150,
  advanced: 200,
};
/** Time for exercises and notes, by the time for reading. */
const practiceShare: Readonly<Record<LearningStyle, number>> = { reading: 0.4, mixed: 0.8, practice: 1.4 };
const wordsOfToken = 0.75;
/** Sections with fewer tokens are read with the next one. */
const leastTokens = 120;
const most = { modules: 24, tasks: 12, terms: 4, titleCharacters: 120 };
const reviewMinutes = 20;

interface Group {
  readonly document: number;
  readonly title: string;
  readonly sections: readonly DraftSection[];
}

/**
 * A plan along the outline of the sources: a module for each chapter, a task for each section, in the sources' own order, with the time
 * that reading and exercises take at the learner's level. What it says about the matter are the sources' own headings, their key terms
 * (by tf-idf) and one sentence of each section (the most central by LexRank).
 */
export function outlinePlan(material: DraftMaterial): PlanDraft {
  const groups = mergeTo(most.modules, chapters(material), joinGroups);
  let number = 0;
  let lastOfModule: number | undefined;
  let document: number | undefined;
  const modules = groups.map((group) => {
    if (group.document !== document) lastOfModule = undefined;
    document = group.document;
    const passages = passagesOf(material, group.sections);
    const terms = keyTermsOf(passages, material, group.title);
    const readings = mergeTo(most.tasks - 1, mergeSmall(group.sections), joinSections).map((section) => {
      const after = lastOfModule === undefined ? [] : [lastOfModule];
      lastOfModule = number;
      number += 1;
      return readingTask(section, group, material, after);
    });
    const review = {
      title: `Review: ${cut(group.title)}`,
      description: `Close the sources. Explain ${listOf(terms)} in your own words, with an example each, and look up only what is missing. Done when nothing is missing.`,
      minutes: reviewMinutes,
      after: lastOfModule === undefined ? [] : [lastOfModule],
      citations: [],
    };
    lastOfModule = number;
    number += 1;
    return {
      title: cut(group.title),
      outcomes: terms.length === 0 ? [] : [`Explain ${listOf(terms)}`],
      tasks: [...readings, review],
    };
  });
  const all = keyTermsOf(material.passages, material, material.topic);
  return {
    outcomes: [
      `Explain ${listOf(all)} as the sources use them`,
      ...modules.slice(0, 5).map(({ title }) => `Work with what the sources say about “${title}”`),
    ],
    modules,
  };
}

/** By the outermost heading that tells sections of the document apart. */
function chapters({ sections, documents }: DraftMaterial): Group[] {
  const groups: { document: number; title: string; sections: DraftSection[] }[] = [];
  for (const document of documents) {
    const own = sections.filter((section) => section.document === document.index);
    const first = own[0]?.headings[0];
    // A heading over everything is the document's title.
    const level = own.length > 1 && own.every(({ headings }) => headings[0] === first) ? 1 : 0;
    for (const section of own) {
      const title = section.headings[level] ?? section.headings[0] ?? document.title;
      const open = groups.at(-1);
      if (open !== undefined && open.document === document.index && open.title === title)
        open.sections.push(section);
      else groups.push({ document: document.index, title, sections: [section] });
    }
  }
  return groups;
}

function joinGroups(a: Group, b: Group): Group {
  const title = a.title === b.title || a.title.includes(b.title) ? a.title : `${a.title}; ${b.title}`;
  return { document: a.document, title, sections: [...a.sections, ...b.sections] };
}

function joinSections(a: DraftSection, b: DraftSection): DraftSection {
  return {
    document: a.document,
    headings: a.headings,
    tokens: a.tokens + b.tokens,
    passages: [...a.passages, ...b.passages],
  };
}

/** Joins neighbours until there are no more than `count`, the smallest pair of neighbours first. */
function mergeTo<Entry extends { readonly document: number }>(
  count: number,
  entries: readonly Entry[],
  join: (a: Entry, b: Entry) => Entry,
): Entry[] {
  const joined = [...entries];
  while (joined.length > count) {
    let best = 0;
    for (let index = 0; index + 1 < joined.length; index += 1) {
      if (weightAt(joined, index) < weightAt(joined, best)) best = index;
    }
    const [a, b] = joined.slice(best, best + 2);
    if (a === undefined || b === undefined) break;
    joined.splice(best, 2, join(a, b));
  }
  return joined;
}

function weightAt(entries: readonly { readonly document: number }[], index: number): number {
  const [a, b] = entries.slice(index, index + 2);
  // Those of two documents last.
  return tokensOf(a) + tokensOf(b) + (a?.document === b?.document ? 0 : 1e12);
}

function tokensOf(entry: object | undefined): number {
  if (entry === undefined) return 0;
  if ('tokens' in entry) return Number(entry.tokens);
  if ('sections' in entry)
    return (entry.sections as readonly DraftSection[]).reduce((sum, { tokens }) => sum + tokens, 0);
  return 0;
}

function mergeSmall(sections: readonly DraftSection[]): DraftSection[] {
  const merged: DraftSection[] = [];
  for (const section of sections) {
    const last = merged.at(-1);
    if (last !== undefined && last.tokens < leastTokens)
      merged[merged.length - 1] = joinSections(last, section);
    else merged.push(section);
  }
  const [beforeLast, last] = merged.slice(-2);
  if (beforeLast !== undefined && last !== undefined && last.tokens < leastTokens)
    merged.splice(-2, 2, joinSections(beforeLast, last));
  return merged;
}

function passagesOf({ passages }: DraftMaterial, sections: readonly DraftSection[]): NumberedPassage[] {
  return sections.flatMap((section) => section.passages.flatMap((number) => passages[number] ?? []));
}

function readingTask(
  section: DraftSection,
  group: Group,
  material: DraftMaterial,
  after: readonly number[],
): PlanDraft['modules'][number]['tasks'][number] {
  const { skillLevel, learningStyle, documents, language } = material;
  const passages = passagesOf(material, [section]);
  const heading = section.headings.at(-1) ?? group.title;
  const terms = keyTermsOf(passages, material, heading);
  const source = documents.find(({ index }) => index === section.document)?.title ?? 'the source';
  const page = passages.find((passage) => passage.page !== undefined)?.page;
  const sentences = passageSentences(passages, language);
  const ranks = rankSentences(sentences.map(({ vector }) => vector));
  const central = sentences
    .map((sentence, index) => ({ sentence, rank: ranks[index] ?? 0 }))
    .sort((a, b) => b.rank - a.rank || a.sentence.position - b.sentence.position)[0]?.sentence;
  const reading = (section.tokens * wordsOfToken) / readingSpeed[skillLevel];
  const minutes = Math.ceil((reading * (1 + practiceShare[learningStyle])) / 5) * 5;
  const named = terms.length === 0 ? '' : ` Pay attention to ${listOf(terms)}.`;
  return {
    title: cut(
      heading === group.title && terms.length > 0 ? `${heading}: ${terms.slice(0, 2).join(', ')}` : heading,
    ),
    description: `Read “${cut(heading)}” in ${cut(source)}${page === undefined ? '' : `, from page ${page}`}.${named} ${exercise[learningStyle]}`,
    minutes: Math.min(taskMinutes.most, Math.max(15, minutes)),
    after: [...after],
    citations:
      central === undefined ? [] : [{ passage: central.passage.number, quote: central.text.slice(0, 1_000) }],
  };
}

const exercise: Readonly<Record<LearningStyle, string>> = {
  reading: 'Write down what it says in five sentences. Done when you can say them without the text.',
  mixed:
    'Write down what it says in five sentences, and do one example of your own. Done when the example comes out right.',
  practice:
    'Do each of its examples again by yourself, and then one of your own. Done when you need no look at the text.',
};

/** The terms that tell these passages from the rest of the sources, as they are mostly written. */
function keyTermsOf(
  passages: readonly NumberedPassage[],
  { passages: all, language }: DraftMaterial,
  besides: string,
): string[] {
  const holders = new Map<string, number>();
  for (const { text } of all)
    for (const term of new Set(contentTerms(wordsOf(text, language), language)))
      holders.set(term, (holders.get(term) ?? 0) + 1);
  const known = new Set(wordsOf(besides, language).map(({ term }) => term));
  const counts = new Map<string, { times: number; text: string }>();
  for (const { text } of passages) {
    const words = wordsOf(text, language);
    const wanted = new Set(contentTerms(words, language));
    for (const word of words) {
      if (!wanted.has(word.term) || known.has(word.term) || word.term.length < 3) continue;
      const seen = counts.get(word.term);
      // Capital letters of a sentence's beginning say nothing: the lower form, if there is one.
      const shown = seen === undefined || word.text === word.term ? word.text : seen.text;
      counts.set(word.term, { times: (seen?.times ?? 0) + 1, text: shown });
    }
  }
  return [...counts]
    .filter(([, { times }]) => times > 1 || passages.length < 2)
    .map(([term, { times, text }]) => ({
      text,
      term,
      weight: times * Math.log(1 + all.length / (holders.get(term) ?? 1)),
    }))
    .sort((a, b) => b.weight - a.weight || (a.term < b.term ? -1 : 1))
    .slice(0, most.terms)
    .map(({ text }) => text);
}

function listOf(terms: readonly string[]): string {
  if (terms.length === 0) return 'its main ideas';
  const quoted = terms.map((term) => `“${term}”`);
  return quoted.length === 1 ? (quoted[0] ?? '') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}

function cut(title: string): string {
  const plain = title.replaceAll(/\s+/gu, ' ').trim();
  return plain.length <= most.titleCharacters
    ? plain
    : `${plain.slice(0, most.titleCharacters - 1).trimEnd()}…`;
}
