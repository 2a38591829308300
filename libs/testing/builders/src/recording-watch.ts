import type { Fields, Logger, Meter, Watch } from '@tripline/ports';

/** A `Watch` that keeps what was logged and counted, for tests to look at. */
export class RecordingWatch implements Watch, Logger, Meter {
  readonly lines: { readonly level: 'error' | 'warn' | 'info'; readonly name: string; readonly fields: Fields }[] = [];
  readonly counts = new Map<string, number>();
  readonly gauges = new Map<string, number>();

  get logger(): Logger {
    return this;
  }
  get meter(): Meter {
    return this;
  }
  error(name: string, fields: Fields = {}): void {
    this.lines.push({ level: 'error', name, fields });
  }
  warn(name: string, fields: Fields = {}): void {
    this.lines.push({ level: 'warn', name, fields });
  }
  info(name: string, fields: Fields = {}): void {
    this.lines.push({ level: 'info', name, fields });
  }
  /** Counted under the name alone, whatever the labels. */
  count(name: string, _labels?: Readonly<Record<string, string>>, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }
  gauge(name: string, value: number): void {
    this.gauges.set(name, value);
  }
  observe(name: string): void {
    this.count(name);
  }
}
