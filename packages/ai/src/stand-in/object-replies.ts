import type { ServerResponse } from 'node:http';
import { derivedAnswer } from './derived-answers.ts';
import type { ObjectBehaviour } from './stand-in-behaviour.ts';
import { answerFault, eventOf, startAnswer, usageMetadata } from './stand-in-replies.ts';
import type { StandInObjectRequest } from './wire-requests.ts';

/** Characters of the answer in one event: small, so that every answer comes in several. */
const pieceLength = 200;

/** Does to one streamed call for JSON what the behaviour says. */
export async function answerObject(
  response: ServerResponse,
  behaviour: ObjectBehaviour,
  request: StandInObjectRequest,
): Promise<void> {
  const truth = (lying = false): string => JSON.stringify(derivedAnswer(request, { lying }));
  switch (behaviour.kind) {
    case 'object':
      return sendStream(response, truth());
    case 'written':
      return sendStream(response, JSON.stringify(behaviour.object));
    case 'bad-citation':
      return sendStream(response, truth(true));
    case 'broken-json': {
      const text = truth();
      return sendStream(response, text.slice(0, text.length / 2));
    }
    case 'wrong-shape':
      return sendStream(response, JSON.stringify({ remarks: ['This is not what was asked for.'] }));
    case 'early-end': {
      for (const event of eventsOf(truth()).slice(0, -1)) response.write(event);
      return void response.end();
    }
    case 'broken-event':
      return void startAnswer(response, 'events').end(eventOf('{"candidates": oops}'));
    default:
      return answerFault(response, behaviour, 'events');
  }
}

function sendStream(response: ServerResponse, text: string): void {
  startAnswer(response, 'events');
  for (const event of eventsOf(text)) response.write(event);
  response.end();
}

/** A thought, the text in pieces, and a last piece that says why it ends and what it took. */
function eventsOf(text: string): string[] {
  const candidate = (parts: readonly object[], rest: object = {}) =>
    eventOf(JSON.stringify({ candidates: [{ index: 0, content: { role: 'model', parts }, ...rest }] }));
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${pieceLength}}`, 'gu')) ?? [];
  const end = {
    candidates: [{ index: 0, finishReason: 'STOP', content: { role: 'model', parts: [{ text: '' }] } }],
    usageMetadata,
  };
  return [
    candidate([{ text: 'Let me read that.', thought: true }]),
    ...pieces.map((piece) => candidate([{ text: piece }])),
    eventOf(JSON.stringify(end)),
  ];
}
