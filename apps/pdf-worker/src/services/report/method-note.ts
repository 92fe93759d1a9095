import type { Report } from '@pressroom/reports';

export function methodNote({ method, makers }: Report): string {
  const named = makers.map(({ provider, model }) => `${provider} (${model})`).join(', ');
  switch (method) {
    case 'extractive':
      return `Extractive report, made without artificial intelligence: its sentences are those of the documents. Provider: ${named}.`;
    case 'generated':
      return `Written by artificial intelligence: ${named}. Its quotations were compared with the documents.`;
    case 'mixed':
      return `Written in part by artificial intelligence and in part made of sentences of the documents, because the provider could not be had for all of it: ${named}.`;
  }
}

/** What a reader has to know before trusting it. `gaps`: places where the fonts lack letters. */
export function methodText(content: Report, gaps: number): string[] {
  const { findings, citations } = content.dropped;
  const texts = [methodNote(content)];
  texts.push(
    content.method === 'extractive'
      ? 'Every finding is a sentence that was chosen because it is central to the documents, by its words (LexRank). Titles are headings or key words of the documents, not sentences of theirs; how grave a finding is was guessed from signal words; confidence says how central the sentence is, and how near to the question. Names are found by their capital letters, figures by their units. What the sentences mean was not judged: read them where they stand.'
      : 'Each finding cites words of a passage of a document. A citation whose words are not in the passage is sent back once and then not used, and a finding without a citation is left out. What the findings conclude from the words was not checked: read them where they stand.',
  );
  if (findings + citations > 0) {
    texts.push(
      `${citations === 1 ? '1 citation was' : `${citations} citations were`} not used, and ${findings === 1 ? '1 finding was' : `${findings} findings were`} left out, because the cited words are not in the documents.`,
    );
  }
  if (gaps > 0) texts.push(gapsNote(gaps));
  texts.push(
    'The findings are also there as JSON, with the id of every cited passage, and as a table (CSV), from the same address as this document. Set in Noto Serif and Noto Sans by Pressroom.',
  );
  return texts;
}

export function gapsNote(gaps: number): string {
  const places = gaps === 1 ? 'one place' : `${gaps} places`;
  return `In ${places} the documents have letters that the fonts do not have; […] stands for them. The JSON has them.`;
}
