/** Fields of a log line: no address, no payload. */
export type Fields = { readonly [name: string]: string | number | boolean | undefined };

/** Log lines by dotted name. Error: someone must act. Warn: retried. Info: lifecycle and decisions. */
export interface Logger {
  error(name: string, fields?: Fields): void;
  warn(name: string, fields?: Fields): void;
  info(name: string, fields?: Fields): void;
}

/** Metrics by name, `tripline_<service>_<what>_<unit>`; labels are few and bounded, never ids. */
export interface Meter {
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void;
  gauge(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
  /** Seconds, into a histogram. */
  observe(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
}

/** What every service is given to be seen by. */
export type Watch = { readonly logger: Logger; readonly meter: Meter };
