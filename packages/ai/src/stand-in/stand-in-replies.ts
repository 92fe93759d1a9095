import type { ServerResponse } from 'node:http';
import type { FaultBehaviour } from './stand-in-behaviour.ts';

export interface WireError {
  readonly status: number;
  readonly name: string;
  readonly message: string;
  readonly details?: readonly unknown[];
}

/** One JSON document, or JSON in server-sent events. */
export type Wire = 'json' | 'events';

export const usageMetadata = { promptTokenCount: 281, candidatesTokenCount: 1290, totalTokenCount: 1571 };

/** Goes wrong in the way that was asked for. */
export async function answerFault(
  response: ServerResponse,
  behaviour: FaultBehaviour,
  wire: Wire,
): Promise<void> {
  switch (behaviour.kind) {
    case 'prompt-blocked': {
      const blocked = { promptFeedback: { blockReason: behaviour.reason ?? 'SAFETY' }, usageMetadata };
      return sendWhole(response, blocked, wire);
    }
    case 'finish': {
      const finished = { candidates: [{ index: 0, finishReason: behaviour.reason }], usageMetadata };
      return sendWhole(response, finished, wire);
    }
    case 'throttle':
      return sendThrottle(response, behaviour);
    case 'status':
      return sendStatus(response, behaviour);
    case 'hang':
      return;
    case 'stall-mid-answer':
      return void startAnswer(response, wire).write(beginning(wire));
    case 'truncated-json':
      return void startAnswer(response, wire).end(beginning(wire));
    case 'not-an-object':
      return sendWhole(response, null, wire);
    case 'cut-connection':
      return void response.socket?.destroy();
    case 'cut-mid-answer':
      return void startAnswer(response, wire).write(beginning(wire), () => response.socket?.destroy());
    case 'endless-answer':
      return sendEndlessly(startAnswer(response, wire), wire);
    case 'redirect':
      return void response.writeHead(307, { location: behaviour.location }).end();
  }
}

export function sendError(response: ServerResponse, error: WireError): void {
  const body = {
    error: { code: error.status, message: error.message, status: error.name, details: error.details },
  };
  response.writeHead(error.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function startAnswer(response: ServerResponse, wire: Wire): ServerResponse {
  return response.writeHead(200, {
    'content-type': wire === 'json' ? 'application/json' : 'text/event-stream',
  });
}

export function sendWhole(response: ServerResponse, body: unknown, wire: Wire): void {
  const text = JSON.stringify(body);
  startAnswer(response, wire).end(wire === 'json' ? text : eventOf(text));
}

export function eventOf(text: string): string {
  return `data: ${text}\r\n\r\n`;
}

function beginning(wire: Wire): string {
  return `${wire === 'events' ? 'data: ' : ''}{"candidates":[`;
}

function sendThrottle(response: ServerResponse, behaviour: FaultBehaviour & { kind: 'throttle' }): void {
  if (behaviour.retryAfterHeader !== undefined) response.setHeader('retry-after', behaviour.retryAfterHeader);
  const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: behaviour.retryDelay };
  sendError(response, {
    status: 429,
    name: 'RESOURCE_EXHAUSTED',
    message: 'You exceeded your current quota.',
    details: behaviour.retryDelay === undefined ? [] : [retryInfo],
  });
}

function sendStatus(response: ServerResponse, behaviour: FaultBehaviour & { kind: 'status' }): void {
  const { status, message = 'The stand-in was told to.' } = behaviour;
  if (behaviour.html === true) {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html><body>Bad gateway</body></html>');
  } else sendError(response, { status, name: 'UNKNOWN', message });
}

function sendEndlessly(response: ServerResponse, wire: Wire): void {
  response.write(`${beginning(wire)}{"content":{"parts":[{"text":"`);
  const piece = 'A'.repeat(65_536);
  const pump = (): void => {
    while (!response.destroyed && response.write(piece)) {
      // As much as the client's buffer takes; the rest after `drain`.
    }
  };
  response.on('drain', pump);
  pump();
}
