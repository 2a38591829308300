import { Controller, Get, Headers, Inject, Param, Query } from '@nestjs/common';
import { OperatingError, NOT_AN_INSTANT, parseInstant, type Instant } from '@tripline/kernel';
import { HttpProblem, sayingWhy } from '@tripline/nest-kit';
import { ASKED_ON, UNANSWERED, type Explanation, type PersonStates, type PersonView } from '@tripline/ports';
import { Processor } from '@tripline/services-processor';

/** Injects who finds the owner of a task. */
export const ASKING = Symbol('asking');

/**
 * Answers for one person, wherever their task is; 503 where that cannot be said for the moment, with why. Asked on by another processor it answers for
 * the tasks held here, and 421 for the others. `person` is the key: `u:<userId>` or `a:<anonymousId>`.
 */
@Controller('persons')
export class PersonsController {
  constructor(
    private readonly processor: Processor,
    @Inject(ASKING) private readonly asking: PersonStates,
  ) {}

  /** What their state is: 404 for a person the task does not know. */
  @Get(':person/state')
  async state(@Param('person') person: string, @Headers(ASKED_ON) on: string | undefined): Promise<PersonView> {
    const view = await this.#ask(on, (states) => states.person(person));
    if (view === undefined) throw new HttpProblem(404, 'unknown-person', 'their task knows no such person');
    return view;
  }

  /** Why a trigger did or did not write to them, from `since` (an instant in ISO 8601) on. */
  @Get(':person/why')
  why(
    @Param('person') person: string,
    @Headers(ASKED_ON) on: string | undefined,
    @Query('trigger') trigger: unknown,
    @Query('since') from: unknown,
  ): Promise<Explanation> {
    if (typeof trigger !== 'string' || trigger === '') throw new HttpProblem(400, 'invalid', 'trigger: must be a name');
    const since = from === undefined ? {} : { since: parseSince(from) };
    return this.#ask(on, (states) => states.why({ person, trigger, ...since }));
  }

  #ask<T>(on: string | undefined, question: (states: PersonStates) => Promise<T>): Promise<T> {
    if (on !== undefined) return question(this.processor).catch(elsewhere).catch(sayingWhy(UNANSWERED));
    return question(this.asking).catch(sayingWhy(UNANSWERED));
  }
}

function parseSince(from: unknown): Instant {
  const since = typeof from === 'string' ? parseInstant(from) : undefined;
  if (since === undefined) throw new HttpProblem(400, 'invalid', `since: ${NOT_AN_INSTANT}`);
  return since;
}

function elsewhere(error: unknown): never {
  if (error instanceof OperatingError && error.code === 'no-owner') throw new HttpProblem(421, 'no-owner', error.message);
  throw error;
}
