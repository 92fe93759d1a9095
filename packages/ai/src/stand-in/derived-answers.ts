/**
 * What a model might say to the questions of a report or a plan, made of nothing but the prompt: its quotations are true since they are cut out
 * of the passages that it was sent. Which question it is, is read from the shape that is asked for.
 */
import type { StandInObjectRequest } from './wire-requests.ts';

interface Passage {
  readonly number: number;
  readonly text: string;
}

interface GivenFinding {
  readonly number: number;
  readonly severity: string;
  readonly confidence: number;
  readonly title: string;
  readonly detail: string;
}

const invented = 'words that were never written in any passage of any document';
const quotedWords = 40;
const moduleTasks = 5;

/** An answer of the wanted shape; `lying`: its first citation is of invented words, or its first finding of one that is not there; without any, its first task waits for the last. */
export function derivedAnswer(request: StandInObjectRequest, { lying }: { readonly lying: boolean }): object {
  const prompt = promptOf(request);
  const { properties } = request.generationConfig.responseSchema;
  if ('modules' in properties) return planFor(prompt, lying);
  if ('answered' in properties) return answerTo(passagesOf(prompt), lying);
  if ('entities' in properties) return mapOf(passagesOf(prompt), lying);
  return reductionOf(findingsOf(prompt), lying);
}

export function promptOf({ contents }: StandInObjectRequest): string {
  return contents[0]?.parts.map(({ text }) => text).join('\n') ?? '';
}

function passagesOf(prompt: string): Passage[] {
  return Array.from(
    prompt.matchAll(/^\[(\d+)\](?: \([^\n]*\))?\n<<<\n([\s\S]*?)\n>>>$/gm),
    ([, number, text]) => ({ number: Number(number), text: text ?? '' }),
  );
}

function findingsOf(prompt: string): GivenFinding[] {
  return Array.from(
    prompt.matchAll(/^\[(\d+)\] \((\w+), confidence ([\d.]+), document [\d, ]+\) (.*?): (.*)$/gm),
    ([, number, severity = 'info', confidence, title = '', detail = '']) => ({
      number: Number(number),
      severity,
      confidence: Number(confidence),
      title,
      detail,
    }),
  );
}

function mapOf(passages: readonly Passage[], lying: boolean): object {
  const told = passages.map((passage) => ({ ...passage, quote: firstSentence(passage.text) }));
  return {
    summary: told
      .map(({ quote }) => quote)
      .join(' ')
      .slice(0, 2_000),
    findings: told.slice(0, 15).map(({ number, quote }, index) => ({
      title: quote.split(' ').slice(0, 6).join(' ').slice(0, 200),
      detail: quote,
      severity: /danger|fail|risk/i.test(quote) ? 'high' : 'low',
      confidence: 0.9,
      citations: [{ passage: number, quote: lying && index === 0 ? invented : quote }],
    })),
    entities: [],
    figures: told.slice(0, 20).flatMap(({ number, quote }) => {
      const value = /[€$£]?\s?\d[\d.,]*/u.exec(quote)?.[0].trim();
      return value === undefined ? [] : [{ value, meaning: quote.slice(0, 300), passage: number, quote }];
    }),
    openQuestions: [],
  };
}

function reductionOf(findings: readonly GivenFinding[], lying: boolean): object {
  return {
    summary: findings
      .map(({ detail }) => detail)
      .join(' ')
      .slice(0, 4_000),
    findings: findings.slice(0, 40).map(({ number, ...finding }, index) => ({
      ...finding,
      members: [lying && index === 0 ? findings.length + 7 : number],
    })),
    openQuestions: [],
  };
}

/** A module for each five passages, a task for each passage, one after the other; three tasks where there is nothing to cite. */
function planFor(prompt: string, lying: boolean): object {
  const passages = passagesOf(prompt);
  const subjects =
    passages.length > 0
      ? passages
          .slice(0, moduleTasks * 20)
          .map(({ number, text }) => ({ number, quote: firstSentence(text) }))
      : ['Read about it', 'Try it', 'Explain it'].map((quote) => ({ number: undefined, quote }));
  const tasks = subjects.map(({ number, quote }, index) => ({
    title: `${quote.split(' ').slice(0, 6).join(' ').slice(0, 150)} (${index + 1})`,
    description: `Work through it until it can be said without looking: ${quote}`,
    minutes: 60,
    after:
      lying && index === 0 && number === undefined ? [subjects.length - 1] : index === 0 ? [] : [index - 1],
    citations:
      number === undefined ? [] : [{ passage: number, quote: lying && index === 0 ? invented : quote }],
  }));
  const modules = Array.from({ length: Math.ceil(tasks.length / moduleTasks) }, (_, index) => ({
    title: `Part ${index + 1}`,
    outcomes: [],
    tasks: tasks.slice(index * moduleTasks, (index + 1) * moduleTasks),
  }));
  return { outcomes: ['Can explain what the passages say.'], modules };
}

/** The passages come with the most similar one first: it is taken to hold the answer. */
function answerTo([first]: readonly Passage[], lying: boolean): object {
  if (first === undefined) return { answered: false, text: 'Nothing was given.', citations: [] };
  const quote = firstSentence(first.text);
  return {
    answered: true,
    text: quote,
    citations: [{ passage: first.number, quote: lying ? invented : quote }],
  };
}

/** Headings stand on lines of their own, and are no sentence. */
function firstSentence(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const line = lines.find((each) => /[.!?]\s*$/.test(each)) ?? lines[0] ?? text;
  const sentence = line.split(/(?<=[.!?])\s+(?=\p{Lu})/u)[0] ?? line;
  return sentence.trim().split(/\s+/).slice(0, quotedWords).join(' ');
}
