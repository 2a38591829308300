import { Body, Controller, Get, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { CHANNELS } from '@tripline/model';
import { CLOCK, HttpProblem } from '@tripline/nest-kit';
import { Wake, type Clock, type Pausing, type Switch, type SwitchState } from '@tripline/ports';
import { z } from 'zod';
import { asked, askedPerson } from './asked.js';
import { CONTROL_OPTIONS, type ControlOptions } from './control-options.js';
import { TokenGuard } from './token.guard.js';

/** A switch's scope for everything. */
const ALL = '*';
const BY = 'api';

const pauseBody = z.strictObject({
  entries: z.enum(['open', 'closed']).default('open'),
  messages: z.enum(['hold', 'drop']).default('hold'),
});
const consentBody = z
  .strictObject({
    userId: z.string().optional(),
    anonymousId: z.string().optional(),
    channel: z.enum(CHANNELS),
    topic: z.string().min(1).max(63).default('marketing'),
    granted: z.boolean(),
    source: z.string().min(1).max(200),
    textVersion: z.string().min(1).max(200).optional(),
  })
  .refine((body) => body.userId !== undefined || body.anonymousId !== undefined, {
    path: ['userId'],
    message: 'userId or anonymousId is required',
  });
const suppressionBody = z.strictObject({
  channel: z.enum(CHANNELS),
  address: z.string().min(3).max(320),
  reason: z.string().min(1).max(200),
});

/** What holds messages back: stops and pauses, consent, addresses never to be written to. */
@Controller('api')
@UseGuards(TokenGuard)
export class PolicyController {
  constructor(
    @Inject(CONTROL_OPTIONS) private readonly options: ControlOptions,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Wake) private readonly outbox: Wake,
  ) {}

  @Get('switches')
  async switches(): Promise<{ switches: readonly Switch[] }> {
    return { switches: await this.options.switches.all() };
  }

  /** Drops what comes and what is held, of every trigger, until resumed. */
  @Post('stop')
  @HttpCode(204)
  stop(): Promise<void> {
    return this.#set(ALL, 'stopped');
  }

  @Post('resume')
  @HttpCode(204)
  resume(): Promise<void> {
    return this.#set(ALL, 'running');
  }

  @Post('triggers/:name/stop')
  @HttpCode(204)
  stopTrigger(@Param('name') name: string): Promise<void> {
    return this.#setTrigger(name, 'stopped');
  }

  /**
   * Holds what comes; it goes out when resumed, unless it was recalled or expired. `messages: drop` drops it, `entries: closed` lets nothing begin. What
   * is not said is as if nothing were paused yet: open and hold.
   */
  @Post('triggers/:name/pause')
  @HttpCode(204)
  pauseTrigger(@Param('name') name: string, @Body() body: unknown): Promise<void> {
    return this.#setTrigger(name, 'paused', asked(pauseBody, body));
  }

  @Post('triggers/:name/resume')
  @HttpCode(204)
  resumeTrigger(@Param('name') name: string): Promise<void> {
    return this.#setTrigger(name, 'running');
  }

  @Post('consents')
  @HttpCode(204)
  async consent(@Body() body: unknown): Promise<void> {
    const { userId, anonymousId, textVersion, ...rest } = asked(consentBody, body);
    const person = askedPerson({ userId, anonymousId }) ?? '';
    await this.options.consents.record([
      { person, ...rest, at: this.clock.now(), ...(textVersion === undefined ? {} : { textVersion }) },
    ]);
  }

  @Post('suppressions')
  @HttpCode(204)
  async suppress(@Body() body: unknown): Promise<void> {
    await this.options.consents.suppress([{ ...asked(suppressionBody, body), at: this.clock.now() }]);
  }

  /** Of one that was withdrawn nothing begins anyway, and a pause of entries would be gone when it is published again: that is refused. */
  async #setTrigger(name: string, state: SwitchState, pausing?: Pausing): Promise<void> {
    const published = await this.options.catalogue.show('trigger', name);
    if (published === undefined) throw new HttpProblem(404, 'unknown-trigger', 'there is no trigger of this name');
    if (published.withdrawn && pausing?.entries === 'closed')
      throw new HttpProblem(409, 'trigger-withdrawn', 'this trigger is withdrawn: nothing of it begins');
    await this.#set(name, state, pausing);
    this.outbox.call();
  }

  #set(scope: string, state: SwitchState, pausing?: Pausing): Promise<void> {
    return this.options.switches.set(scope, state, this.clock.now(), BY, pausing);
  }
}
