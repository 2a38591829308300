import { applyDecorators, Catch, UseFilters, type ArgumentsHost, type RpcExceptionFilter } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';

/** Names this transport among a process's others. */
export const LOG_TRANSPORT = Symbol('tripline.log');

/** Nest's own filter would replace the error by "Internal server error"; the log must see which kind it is. */
@Catch()
class PassThrough implements RpcExceptionFilter {
  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => error);
  }
}

export type FromLogExtras = { readonly group: string };

/**
 * The method handles the batches of `topic` for `group`: it is given one whole `Batch` at a time for each partition, and its promise is the
 * answer to the log (`Subscription.handle` says what resolving and rejecting mean). Only on controllers; one method a group and topic.
 */
export const FromLog = (topic: string, extras: FromLogExtras): MethodDecorator =>
  applyDecorators(EventPattern<string>(topic, LOG_TRANSPORT, extras), UseFilters(new PassThrough()));
