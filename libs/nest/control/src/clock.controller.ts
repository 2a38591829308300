import { Body, Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { days, parseDuration, type Instant } from '@tripline/kernel';
import { CLOCK, HttpProblem } from '@tripline/nest-kit';
import type { Clock } from '@tripline/ports';
import { z } from 'zod';
import { asked } from './asked.js';
import { CONTROL_OPTIONS, type ControlOptions } from './control-options.js';
import { TokenGuard } from './token.guard.js';

/** One step ahead is at most this long. */
const STEP_MAX = days(366);
const body = z.strictObject({ advance: z.string() });

/** What time it is for every service of this system. */
@Controller('api/clock')
@UseGuards(TokenGuard)
export class ClockController {
  constructor(
    @Inject(CONTROL_OPTIONS) private readonly options: ControlOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  now(): { now: Instant; movable: boolean } {
    return { now: this.clock.now(), movable: this.options.skipAhead !== undefined };
  }
}

/** Moves the embedded log's clock ahead; it never goes back. Registered only where it can be moved. */
@Controller('api/clock')
@UseGuards(TokenGuard)
export class SkipAheadController {
  constructor(@Inject(CONTROL_OPTIONS) private readonly options: ControlOptions) {}

  @Post()
  @HttpCode(200)
  async advance(@Body() given: unknown): Promise<{ now: Instant }> {
    const { skipAhead } = this.options;
    const length = parseDuration(asked(body, given).advance);
    if (length === undefined || length === 0 || length > STEP_MAX) {
      const problems = [{ path: 'advance', message: 'must be a duration such as 10s, 1h or 30d, at most 366d' }];
      throw new HttpProblem(400, 'invalid', 'the request cannot be understood', problems);
    }
    if (skipAhead === undefined) throw new HttpProblem(404, 'not-found', 'this clock cannot be moved');
    return { now: await skipAhead(length) };
  }
}
