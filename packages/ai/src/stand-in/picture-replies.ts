import type { ServerResponse } from 'node:http';
import sharp from 'sharp';
import type { StandInBehaviour } from './stand-in-behaviour.ts';
import { answerFault, sendWhole, startAnswer, usageMetadata } from './stand-in-replies.ts';
import type { GenerateRequest } from './wire-requests.ts';

/** Does to one call for a picture what the behaviour says. */
export async function answerPicture(
  response: ServerResponse,
  behaviour: StandInBehaviour,
  request: GenerateRequest,
): Promise<void> {
  const send = (parts: readonly object[]): void => sendWhole(response, answerOf(parts), 'json');
  switch (behaviour.kind) {
    case 'picture':
      return send([pictureOf(behaviour.bytes ?? (await greyed(request)), behaviour.mediaType)]);
    case 'picture-after-draft': {
      const finished = await greyed(request);
      const draft = await sharp(finished).negate().png().toBuffer();
      return send([{ ...pictureOf(draft), thought: true }, pictureOf(finished)]);
    }
    case 'text-only':
      return send([{ text: 'Here is a description instead.' }]);
    case 'truncated-json': {
      const text = JSON.stringify(answerOf([pictureOf(await greyed(request))]));
      return void startAnswer(response, 'json').end(text.slice(0, text.length / 2));
    }
    case 'malformed-base64':
      return send([{ inlineData: { mimeType: 'image/png', data: '*** not base64 ***' } }]);
    case 'wrong-bytes':
      return send([pictureOf(Buffer.from('<html>not a picture</html>'))]);
    case 'truncated-picture': {
      const bytes = await greyed(request);
      return send([pictureOf(bytes.subarray(0, bytes.length / 2))]);
    }
    default:
      return answerFault(response, behaviour, 'json');
  }
}

/** The request's own picture without colour: an answer that depends on what was sent. */
async function greyed(request: GenerateRequest): Promise<Buffer> {
  for (const part of request.contents[0]?.parts ?? []) {
    if ('inlineData' in part) {
      return await sharp(Buffer.from(part.inlineData.data, 'base64')).greyscale().png().toBuffer();
    }
  }
  return await sharp({ create: { width: 640, height: 480, channels: 3, background: '#ffffff' } })
    .png()
    .toBuffer();
}

function pictureOf(bytes: Uint8Array, mimeType = 'image/png'): object {
  return { inlineData: { mimeType, data: Buffer.from(bytes).toString('base64') } };
}

function answerOf(parts: readonly object[]): object {
  return {
    candidates: [{ index: 0, finishReason: 'STOP', content: { role: 'model', parts } }],
    usageMetadata,
  };
}
