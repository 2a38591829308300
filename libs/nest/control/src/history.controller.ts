import { Body, Controller, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { formatInstant, NOT_AN_INSTANT, parseInstant, type Instant } from '@tripline/kernel';
import { CLOCK, HttpProblem } from '@tripline/nest-kit';
import type { Clock } from '@tripline/ports';
import { History } from '@tripline/services-control';
import { z } from 'zod';
import { asked } from './asked.js';
import { TokenGuard } from './token.guard.js';

const body = z.strictObject({ completeFrom: z.string(), begun: z.number().int().min(1).optional() });

/** From when on history is complete: what looks back knows it then, and need not wait for its window to pass. */
@Controller('api/history')
@UseGuards(TokenGuard)
export class HistoryController {
  constructor(
    @Inject(History) private readonly history: History,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Before an import: its mark, when everything published so far is in force. */
  @Post('begin')
  @HttpCode(200)
  async begin(): Promise<{ begun: number }> {
    return { begun: await this.history.begin() };
  }

  /** After it. Answered when the tasks are told. */
  @Post()
  @HttpCode(200)
  async complete(@Body() given: unknown): Promise<{ completeFrom: string; revision: number }> {
    const { completeFrom, begun } = asked(body, given);
    const from = this.#past(completeFrom);
    return { completeFrom: formatInstant(from), revision: await this.history.complete(from, begun) };
  }

  #past(text: string): Instant {
    const from = parseInstant(text);
    if (from !== undefined && from <= this.clock.now()) return from;
    const message = `${NOT_AN_INSTANT}, and not in the future`;
    throw new HttpProblem(400, 'invalid', 'the request cannot be understood', [{ path: 'completeFrom', message }]);
  }
}
