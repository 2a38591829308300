export type CliConfig = {
  /** Where the control plane is. */
  readonly url: string;
  /** The token it asks for, where it asks for one. */
  readonly token?: string;
  /** Where the collector is, and the write key of the source that events are imported as. */
  readonly collectorUrl: string;
  readonly writeKey: string;
  /** Who publishes, for the record. */
  readonly by: string;
};

export const URL_DEFAULT = 'http://127.0.0.1:8080';

/** The write key of a system on its own (`npm start`). */
export const WRITE_KEY_DEFAULT = 'demo';

/**
 * Reads `TRIPLINE_URL`, `TRIPLINE_TOKEN`, `TRIPLINE_COLLECTOR_URL` (the same address unless told otherwise), `TRIPLINE_WRITE_KEY` and the user's name; what is
 * empty counts as absent. Throws where an address is none.
 */
export function readCliConfig(env: Readonly<Record<string, string | undefined>> = process.env): CliConfig {
  const { TRIPLINE_URL, TRIPLINE_TOKEN, TRIPLINE_COLLECTOR_URL, TRIPLINE_WRITE_KEY, USER } = env;
  const url = addressIn('TRIPLINE_URL', TRIPLINE_URL || URL_DEFAULT);
  const collectorUrl = addressIn('TRIPLINE_COLLECTOR_URL', TRIPLINE_COLLECTOR_URL || url);
  const writeKey = TRIPLINE_WRITE_KEY || WRITE_KEY_DEFAULT;
  const by = /^[\x21-\x7e]{1,64}$/.test(USER ?? '') ? `cli:${USER}` : 'cli';
  return { url, collectorUrl, writeKey, by, ...(TRIPLINE_TOKEN ? { token: TRIPLINE_TOKEN } : {}) };
}

function addressIn(name: string, url: string): string {
  if (/^https?:\/\/[^/]/.test(url) && URL.canParse(url)) return url;
  throw new Error(`${name} must be an address such as ${URL_DEFAULT}`);
}
