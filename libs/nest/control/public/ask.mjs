const TOKEN = 'tripline-token';
/** One line of the stream past this is not ours. */
const LINE_LENGTH_MAX = 100_000;

/** What the API answered that is not a success: its status, and its words. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const keepToken = (token) => sessionStorage.setItem(TOKEN, token);

function headers(more) {
  const token = sessionStorage.getItem(TOKEN);
  return token === null ? more : { ...more, authorization: `Bearer ${token}` };
}

/** Asks the API; resolves with the JSON it answers, rejects with a `Refusal`. A `body` is sent as JSON by POST. */
export async function ask(path, body) {
  const json = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(path, {
    ...json,
    headers: headers(body === undefined ? {} : { 'content-type': 'application/json' }),
  });
  const answer = await response.json().catch(() => undefined);
  if (!response.ok) throw new Refusal(response.status, answer?.error?.message ?? `it answered ${response.status}`);
  return answer;
}

/** The items of a stream of server-sent events, as they come; ends when the stream does. `opened` is called once it answers. */
export async function* follow(path, opened) {
  const response = await fetch(path, { headers: headers({ accept: 'text/event-stream' }) });
  if (!response.ok || response.body === null) throw new Refusal(response.status, `it answered ${response.status}`);
  opened();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ''; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split(/\r\n|\r|\n/);
    rest = lines.pop() ?? '';
    if (rest.length > LINE_LENGTH_MAX) throw new Error('a line without an end');
    for (const line of lines) if (line.startsWith('data:')) yield JSON.parse(line.slice(5));
  }
}
