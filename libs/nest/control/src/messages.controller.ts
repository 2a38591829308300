import { Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import type { DeadLetter } from '@tripline/model';
import { CLOCK, EVENT_LOG, HttpProblem, sayingWhy } from '@tripline/nest-kit';
import { NOT_AN_INSTANT, parseInstant } from '@tripline/kernel';
import {
  UNANSWERED,
  type Clock,
  type EventLog,
  type Explanation,
  type Kept,
  type MessageView,
  type PersonView,
} from '@tripline/ports';
import { newestDeadLetters, releasePerson } from '@tripline/services-control';
import { z } from 'zod';
import { asked, askedPerson, max, ROWS_MAX } from './asked.js';
import { CONTROL_OPTIONS, type ControlOptions } from './control-options.js';
import { TokenGuard } from './token.guard.js';

const whose = { userId: z.string().optional(), anonymousId: z.string().optional() };
const messageQuery = z.strictObject({
  ...whose,
  trigger: z.string().optional(),
  status: z.enum(['sent', 'held', 'dropped', 'recalled', 'failed', 'unknown']).optional(),
  max,
  token: z.string().optional(),
});
const mailQuery = z.strictObject({ ...whose, max, token: z.string().optional() });
const instant = z.string().transform((text, context) => {
  const at = parseInstant(text);
  if (at === undefined) context.addIssue(NOT_AN_INSTANT);
  return at;
});
const whyQuery = z.strictObject({ trigger: z.string().min(1), since: instant.optional(), token: z.string().optional() });
const letterQuery = z.strictObject({ max, token: z.string().optional() });

/** What became of messages, and what is known of a person. */
@Controller('api')
@UseGuards(TokenGuard)
export class MessagesController {
  constructor(
    @Inject(CONTROL_OPTIONS) private readonly options: ControlOptions,
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('messages')
  async messages(@Query() query: unknown): Promise<{ messages: readonly MessageView[] }> {
    const { trigger, status, max: rows, ...ids } = asked(messageQuery, query);
    const person = askedPerson(ids);
    const filters = {
      ...(person === undefined ? {} : { person }),
      ...(trigger === undefined ? {} : { trigger }),
      ...(status === undefined ? {} : { status }),
    };
    return { messages: await this.options.messages.messages({ ...filters, max: rows }) };
  }

  @Get('mailbox')
  async mailbox(@Query() query: unknown): Promise<{ mail: readonly Kept[] }> {
    const { max: rows, ...ids } = asked(mailQuery, query);
    const person = askedPerson(ids);
    return { mail: await this.options.mailbox.kept({ ...(person === undefined ? {} : { person }), max: rows }) };
  }

  @Get('dead-letters')
  async deadLetters(@Query() query: unknown): Promise<{ deadLetters: readonly DeadLetter[] }> {
    return { deadLetters: await newestDeadLetters(this.log, asked(letterQuery, query).max) };
  }

  /** `person` is the key, `u:<userId>` or `a:<anonymousId>`. */
  @Get('persons/:person')
  async person(@Param('person') person: string): Promise<PersonView> {
    const view = await this.options.states.person(keyOf(person)).catch(sayingWhy(UNANSWERED));
    if (view === undefined) throw new HttpProblem(404, 'unknown-person', 'nothing is known of this person');
    return view;
  }

  /** Why a trigger did or did not write to them: every decision, and what became of its messages, newest first. */
  @Get('persons/:person/why')
  async why(@Param('person') key: string, @Query() query: unknown): Promise<Explanation & { messages: readonly MessageView[] }> {
    const { trigger, since } = asked(whyQuery, query);
    const person = keyOf(key);
    const question = { person, trigger, ...(since === undefined ? {} : { since }) };
    const explanation = await this.options.states.why(question).catch(sayingWhy(UNANSWERED));
    return { ...explanation, messages: await this.options.messages.messages({ person, trigger, max: ROWS_MAX }) };
  }

  /** They were set aside, and may go on: their task lets them when it comes to the record. */
  @Post('persons/:person/release')
  @HttpCode(204)
  async release(@Param('person') person: string): Promise<void> {
    await releasePerson(this.log, this.clock, keyOf(person));
  }
}

function keyOf(person: string): string {
  if (!/^[ua]:./.test(person)) throw new HttpProblem(400, 'invalid', 'a person is u:<userId> or a:<anonymousId>');
  return person;
}
