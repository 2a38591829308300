import { Controller, Get, Param } from '@nestjs/common';
import { OperatingError } from '@tripline/kernel';
import { HttpProblem } from '@tripline/nest-kit';
import type { PersonView } from '@tripline/ports';
import { Processor } from '@tripline/services-processor';

/** Answers what one person's state is, where their task is here: 404 for a person it does not know, 421 where the task is elsewhere. */
@Controller('persons')
export class PersonsController {
  constructor(private readonly processor: Processor) {}

  /** `person` is the key: `u:<userId>` or `a:<anonymousId>`. */
  @Get(':person/state')
  async state(@Param('person') person: string): Promise<PersonView> {
    const view = await this.processor.person(person).catch(elsewhere);
    if (view === undefined) throw new HttpProblem(404, 'unknown-person', 'this task knows no such person');
    return view;
  }
}

function elsewhere(error: unknown): never {
  if (error instanceof OperatingError && error.code === 'no-owner') throw new HttpProblem(421, 'no-owner', error.message);
  throw error;
}
