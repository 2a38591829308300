import type { Fields, Logger } from '@tripline/ports';
import { pino, type DestinationStream } from 'pino';

/** JSON lines on standard output (or `destination`): time, level, service, name, fields. */
export function makeLogger(service: string, level = 'info', destination?: DestinationStream): Logger {
  const options = { level, base: { service }, messageKey: 'name', timestamp: pino.stdTimeFunctions.isoTime };
  const log = destination === undefined ? pino(options) : pino(options, destination);
  return {
    error: (name: string, fields: Fields = {}) => log.error(fields, name),
    warn: (name: string, fields: Fields = {}) => log.warn(fields, name),
    info: (name: string, fields: Fields = {}) => log.info(fields, name),
  };
}
