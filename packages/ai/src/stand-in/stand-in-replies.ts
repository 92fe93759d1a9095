import type { ServerResponse } from 'node:http';
import sharp from 'sharp';
import type { GenerateRequest, StandInBehaviour } from './stand-in-behaviour.ts';

export interface WireError {
  readonly status: number;
  readonly name: string;
  readonly message: string;
  readonly details?: readonly unknown[];
}

/** Does to one call what the behaviour says. */
export async function answerWith(
  response: ServerResponse,
  behaviour: StandInBehaviour,
  request: GenerateRequest,
): Promise<void> {
  switch (behaviour.kind) {
    case 'picture': {
      const bytes = behaviour.bytes ?? (await greyed(request));
      return sendJson(response, pictureAnswer(bytes, behaviour.mediaType));
    }
    case 'picture-after-draft': {
      const finished = await greyed(request);
      const draft = await sharp(finished).negate().png().toBuffer();
      return sendJson(response, answerOf([{ ...picturePart(draft), thought: true }, picturePart(finished)]));
    }
    case 'text-only':
      return sendJson(response, answerOf([{ text: 'Here is a description instead.' }]));
    case 'prompt-blocked':
      return sendJson(response, {
        promptFeedback: { blockReason: behaviour.reason ?? 'SAFETY' },
        usageMetadata,
      });
    case 'finish':
      return sendJson(response, {
        candidates: [{ index: 0, finishReason: behaviour.reason }],
        usageMetadata,
      });
    case 'throttle':
      return sendThrottle(response, behaviour);
    case 'status':
      return sendStatus(response, behaviour);
    case 'hang':
      return;
    case 'stall-mid-answer':
      return void startAnswer(response).write('{"candidates":[');
    case 'truncated-json': {
      const text = JSON.stringify(pictureAnswer(await greyed(request)));
      return void startAnswer(response).end(text.slice(0, text.length / 2));
    }
    case 'not-an-object':
      return void startAnswer(response).end('null');
    case 'malformed-base64':
      return sendJson(
        response,
        answerOf([{ inlineData: { mimeType: 'image/png', data: '*** not base64 ***' } }]),
      );
    case 'wrong-bytes':
      return sendJson(response, pictureAnswer(Buffer.from('<html>not a picture</html>')));
    case 'truncated-picture': {
      const bytes = await greyed(request);
      return sendJson(response, pictureAnswer(bytes.subarray(0, bytes.length / 2)));
    }
    case 'cut-connection':
      return void response.socket?.destroy();
    case 'cut-mid-answer':
      return void startAnswer(response).write('{"candidates":[', () => response.socket?.destroy());
    case 'endless-answer':
      return sendEndlessly(startAnswer(response));
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

const usageMetadata = { promptTokenCount: 281, candidatesTokenCount: 1290, totalTokenCount: 1571 };

/** The request's own picture without colour: an answer that depends on what was sent. */
async function greyed(request: GenerateRequest): Promise<Buffer> {
  for (const part of request.contents[0].parts) {
    if ('inlineData' in part) {
      return await sharp(Buffer.from(part.inlineData.data, 'base64')).greyscale().png().toBuffer();
    }
  }
  return await sharp({ create: { width: 640, height: 480, channels: 3, background: '#ffffff' } })
    .png()
    .toBuffer();
}

function pictureAnswer(bytes: Uint8Array, mediaType = 'image/png'): object {
  return answerOf([picturePart(bytes, mediaType)]);
}

function picturePart(bytes: Uint8Array, mimeType = 'image/png'): object {
  return { inlineData: { mimeType, data: Buffer.from(bytes).toString('base64') } };
}

function answerOf(parts: readonly object[]): object {
  return {
    candidates: [{ index: 0, finishReason: 'STOP', content: { role: 'model', parts } }],
    usageMetadata,
  };
}

function startAnswer(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'application/json' });
}

function sendJson(response: ServerResponse, body: object): void {
  startAnswer(response).end(JSON.stringify(body));
}

function sendThrottle(response: ServerResponse, behaviour: StandInBehaviour & { kind: 'throttle' }): void {
  if (behaviour.retryAfterHeader !== undefined) response.setHeader('retry-after', behaviour.retryAfterHeader);
  const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: behaviour.retryDelay };
  sendError(response, {
    status: 429,
    name: 'RESOURCE_EXHAUSTED',
    message: 'You exceeded your current quota.',
    details: behaviour.retryDelay === undefined ? [] : [retryInfo],
  });
}

function sendStatus(response: ServerResponse, behaviour: StandInBehaviour & { kind: 'status' }): void {
  const { status, message = 'The stand-in was told to.' } = behaviour;
  if (behaviour.html === true) {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html><body>Bad gateway</body></html>');
  } else sendError(response, { status, name: 'UNKNOWN', message });
}

function sendEndlessly(response: ServerResponse): void {
  response.write('{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"');
  const piece = 'A'.repeat(65_536);
  const pump = (): void => {
    while (!response.destroyed && response.write(piece)) {
      // As much as the client's buffer takes; the rest after `drain`.
    }
  };
  response.on('drain', pump);
  pump();
}
