import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { HealthChecks, type Health } from './health-checks.js';
import { HttpProblem } from './http-problem.js';
import type { MetricsText } from './metrics-text.js';
import { METRICS_TEXT } from './tokens.js';

@Controller()
export class HealthController {
  constructor(
    @Inject(HealthChecks) private readonly checks: HealthChecks,
    @Inject(METRICS_TEXT) private readonly metrics: MetricsText | null,
  ) {}

  /** 200 when every check is well, else 503: may this process be given work? */
  @Get('health')
  async health(@Res({ passthrough: true }) reply: FastifyReply): Promise<Pick<Health, 'status' | 'checks'>> {
    const { status, checks } = await this.checks.health();
    reply.code(status === 'ok' ? 200 : 503);
    return { status, checks };
  }

  /** 503 only when nothing but a restart helps. */
  @Get('health/live')
  async live(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: 'ok' | 'failing' }> {
    const { fatal } = await this.checks.health();
    reply.code(fatal ? 503 : 200);
    return { status: fatal ? 'failing' : 'ok' };
  }

  @Get('metrics')
  async text(@Res() reply: FastifyReply): Promise<void> {
    if (this.metrics === null) throw new HttpProblem(404, 'no-metrics', 'this process keeps no metrics');
    const text = await this.metrics.text();
    await reply.header('content-type', this.metrics.contentType).send(text);
  }
}
