import { Controller, Get, Inject, UseGuards } from '@nestjs/common';
import { CLOCK } from '@tripline/nest-kit';
import type { Clock, EventsSeen } from '@tripline/ports';
import { CONTROL_OPTIONS, type ControlOptions } from './control-options.js';
import { TokenGuard } from './token.guard.js';

/** The events there are: for whoever writes a trigger. */
@Controller('api/events')
@UseGuards(TokenGuard)
export class EventsController {
  constructor(
    @Inject(CONTROL_OPTIONS) private readonly options: ControlOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('names')
  names(): Promise<EventsSeen> {
    return this.options.events.seen(this.clock.now());
  }
}
