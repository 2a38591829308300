import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Watch } from '@tripline/ports';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem, problemOf } from './http-problem.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** Tells a client whose request may succeed when repeated how long to wait first. */
const RETRY_AFTER_SECONDS = 2;

/** Answers every error as JSON in one shape, without a stack, and logs those that are ours. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly watch: Watch) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const allowed = error instanceof NotFoundException ? otherMethods(request) : [];
    const problem = allowed.length > 0 ? methodProblem(request, allowed) : problemOf(error);
    this.#log(error, problem, request);
    if (reply.sent) return;
    if (allowed.length > 0) reply.header('allow', allowed.join(', '));
    if (problem.getStatus() === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
    reply.code(problem.getStatus()).type('application/json; charset=utf-8').send(problem.getResponse());
  }

  #log(error: unknown, problem: HttpProblem, request: FastifyRequest): void {
    const status = problem.getStatus();
    if (status < 500) return;
    const fields = { method: request.method, route: request.routeOptions.url, status, code: problem.code };
    const text = error instanceof Error ? (status === 503 ? error.message : (error.stack ?? error.message)) : String(error);
    this.watch.logger[status === 503 ? 'warn' : 'error']('http.failed', { ...fields, error: text });
  }
}

function otherMethods(request: FastifyRequest): string[] {
  const url = request.url.split('?', 1)[0] ?? '';
  return METHODS.filter((method) => method !== request.method && request.server.hasRoute({ method, url }));
}

const methodProblem = (request: FastifyRequest, allowed: readonly string[]): HttpProblem =>
  new HttpProblem(405, 'method-not-allowed', `${request.method} is not answered here: use ${allowed.join(' or ')}`);
