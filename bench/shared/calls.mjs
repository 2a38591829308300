export const WRITE_KEY = 'bench';
export const AUTHORIZATION = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`;

/** A call of Segment's API; of now, unless it says when. */
export const track = (userId, event, properties = {}, timestamp = new Date()) => ({
  type: 'track',
  userId,
  event,
  properties,
  timestamp,
});

/** Resolves when the collector has answered that the log has it. */
export async function post(url, path, body) {
  const headers = { authorization: AUTHORIZATION, 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok || text.includes('rejected')) throw new Error(`the collector answered ${response.status}: ${text}`);
}
