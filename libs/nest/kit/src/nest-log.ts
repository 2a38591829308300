import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@tripline/ports';

/** Nest's own words, put into our log: warnings and errors only, its account of start-up is left out. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(): void {}

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn('nest', { message: textOf(message), context: contextOf(rest) });
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error('nest', { message: textOf(message), context: contextOf(rest) });
  }
}

const textOf = (message: unknown): string =>
  message instanceof Error ? (message.stack ?? message.message) : typeof message === 'string' ? message : JSON.stringify(message);

const contextOf = (rest: readonly unknown[]): string | undefined => {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : undefined;
};
