import type { Explanation, MessageView } from '@tripline/ports';

/** A whole Tripline, running: what the scenarios need of it, whatever it runs on. */
export interface System {
  /** Where SDKs send to. */
  readonly collectorUrl: string;
  readonly controlUrl: string;
  readonly writeKey: string;
  /** A window long enough to act within, as triggers write it, and in milliseconds of the log's time. */
  readonly window: { readonly text: string; readonly ms: number };
  /** Settle of the scenarios' triggers. */
  readonly settle: { readonly text: string; readonly ms: number };
  readonly partitions: number;
  /** Lets the log's own time pass. */
  pass(ms: number): Promise<void>;
  /** kill -9 of the process that holds the tasks, and a new one on the same disk. */
  killProcessor(): Promise<void>;
  /** Only where the collector is a process of its own, and `tripline.ingest` can be reached by producers. */
  readonly ingest?: Ingest;
  /** What the e-mail provider was asked to send to this address. */
  mailsTo(address: string): Promise<number>;
  stop(): Promise<void>;
}

export interface Ingest {
  /** Produces one record by a foreign client, with its own key and partitioner. */
  produce(value: string | Buffer): Promise<void>;
  stopCollector(): Promise<void>;
  startCollector(): Promise<void>;
}

/** One request to the control plane; its JSON. */
export async function ask<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${init?.method ?? 'GET'} ${url}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export const post = <T>(url: string, body: string | object): Promise<T> =>
  ask<T>(url, {
    method: 'POST',
    headers: { 'content-type': typeof body === 'string' ? 'application/yaml' : 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

export const messagesOf = async (system: System, userId: string): Promise<readonly MessageView[]> =>
  (await ask<{ messages: MessageView[] }>(`${system.controlUrl}/api/messages?userId=${encodeURIComponent(userId)}`)).messages;

export const whyOf = (
  { controlUrl }: System,
  userId: string,
  trigger: string,
): Promise<Explanation & { readonly messages: readonly MessageView[] }> =>
  ask(`${controlUrl}/api/persons/${encodeURIComponent(`u:${userId}`)}/why?trigger=${trigger}`);

const POLL_MS = 100;

/** Looks again and again until `look` answers something; an error after `withinMs`. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>, withinMs = 45_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
