import { Controller, Get, Param, Query } from '@nestjs/common';
import { OperatingError, NOT_AN_INSTANT, parseInstant } from '@tripline/kernel';
import { HttpProblem } from '@tripline/nest-kit';
import type { Explanation, PersonView } from '@tripline/ports';
import { Processor } from '@tripline/services-processor';

/** Answers for one person whose task is here; 421 where it is elsewhere. `person` is the key: `u:<userId>` or `a:<anonymousId>`. */
@Controller('persons')
export class PersonsController {
  constructor(private readonly processor: Processor) {}

  /** What their state is: 404 for a person the task does not know. */
  @Get(':person/state')
  async state(@Param('person') person: string): Promise<PersonView> {
    const view = await this.processor.person(person).catch(elsewhere);
    if (view === undefined) throw new HttpProblem(404, 'unknown-person', 'this task knows no such person');
    return view;
  }

  /** Why a trigger did or did not write to them, from `since` (an instant in ISO 8601) on. */
  @Get(':person/why')
  why(@Param('person') person: string, @Query('trigger') trigger: unknown, @Query('since') from: unknown): Promise<Explanation> {
    if (typeof trigger !== 'string' || trigger === '') throw new HttpProblem(400, 'invalid', 'trigger: must be a name');
    if (from === undefined) return this.processor.why({ person, trigger }).catch(elsewhere);
    const since = typeof from === 'string' ? parseInstant(from) : undefined;
    if (since === undefined) throw new HttpProblem(400, 'invalid', `since: ${NOT_AN_INSTANT}`);
    return this.processor.why({ person, trigger, since }).catch(elsewhere);
  }
}

function elsewhere(error: unknown): never {
  if (error instanceof OperatingError && error.code === 'no-owner') throw new HttpProblem(421, 'no-owner', error.message);
  throw error;
}
