export type CliConfig = {
  /** Where the control plane is. */
  readonly url: string;
  /** The token it asks for, where it asks for one. */
  readonly token?: string;
  /** Who publishes, for the record. */
  readonly by: string;
};

export const URL_DEFAULT = 'http://127.0.0.1:8080';

/** Reads `TRIPLINE_URL`, `TRIPLINE_TOKEN` and the user's name; what is empty counts as absent. Throws where the address is none. */
export function readCliConfig(env: Readonly<Record<string, string | undefined>> = process.env): CliConfig {
  const { TRIPLINE_URL, TRIPLINE_TOKEN, USER } = env;
  const url = TRIPLINE_URL || URL_DEFAULT;
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new Error(`TRIPLINE_URL must be an address such as ${URL_DEFAULT}`);
  const by = /^[\x21-\x7e]{1,64}$/.test(USER ?? '') ? `cli:${USER}` : 'cli';
  return { url, by, ...(TRIPLINE_TOKEN ? { token: TRIPLINE_TOKEN } : {}) };
}
