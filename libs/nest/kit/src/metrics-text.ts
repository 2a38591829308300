/** The metrics of a process as `/metrics` answers them. */
export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}
