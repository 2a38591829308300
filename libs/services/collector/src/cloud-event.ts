import { deriveId, isJsonObject, type Json, type JsonObject } from '@tripline/kernel';
import type { Headers } from '@tripline/ports';

const BINARY = 'ce_';

/**
 * Puts a CloudEvent into the shape of a track call; anything else is given back as it is. Structured mode is told by `specversion` in the
 * value, binary mode by `ce_` headers. The messageId comes of `source` and `id`, which only together are an event's own. `type` is the event's name, `time` its timestamp, `data` its properties. The
 * person is the extension attribute `userid` or `anonymousid`, else `subject` (a userId), else `userId` or `anonymousId` in the data.
 */
export function unwrapCloudEvent(value: unknown, headers: Headers): unknown {
  if (headers[`${BINARY}specversion`] !== undefined) return callOf(attributesOf(headers), value);
  if (!isJsonObject(value) || typeof value['specversion'] !== 'string') return value;
  return callOf(value, value['data']);
}

const attributesOf = (headers: Headers): JsonObject =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, text]) => (name.startsWith(BINARY) ? [[name.slice(BINARY.length), text]] : [])),
  );

function callOf(attributes: JsonObject, data: unknown): unknown {
  const inData: JsonObject = isJsonObject(data) ? data : {};
  const userId = attributes['userid'] ?? attributes['subject'] ?? inData['userId'];
  const anonymousId = attributes['anonymousid'] ?? inData['anonymousId'];
  return {
    type: 'track',
    event: attributes['type'],
    messageId: messageIdOf(attributes),
    timestamp: attributes['time'],
    userId,
    anonymousId,
    properties: data as Json | undefined,
  };
}

/** Two sources may both count from 1. An `id` that is no text is left to be refused by its name. */
function messageIdOf({ source, id }: JsonObject): Json | undefined {
  if (typeof id !== 'string' || id === '' || typeof source !== 'string') return id;
  return deriveId('evt', 'cloud-event', source, id);
}
