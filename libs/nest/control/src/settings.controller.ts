import { Body, Controller, Get, Headers, Inject, Put, UseGuards } from '@nestjs/common';
import { HttpProblem } from '@tripline/nest-kit';
import { SettingsOffice, type SettingsShown } from '@tripline/services-control';
import { z } from 'zod';
import { asked } from './asked.js';
import { TokenGuard } from './token.guard.js';

const body = z
  .strictObject({ zone: z.string().min(1).max(64).optional(), semantics: z.int().min(1).optional() })
  .refine((given) => Object.keys(given).length > 0, { path: ['zone'], message: 'say what to change: zone, semantics or both' });

/** What holds for every trigger: the zone of local times that name none, and the number of the semantics. */
@Controller('api/settings')
@UseGuards(TokenGuard)
export class SettingsController {
  constructor(@Inject(SettingsOffice) private readonly settings: SettingsOffice) {}

  @Get()
  show(): Promise<SettingsShown> {
    return this.settings.show();
  }

  @Put()
  async change(@Body() given: unknown, @Headers('x-tripline-by') by = 'api'): Promise<SettingsShown> {
    const changed = await this.settings.change(asked(body, given), by);
    if (!changed.ok) throw new HttpProblem(400, 'invalid', 'the request cannot be understood', changed.problems);
    return changed.value;
  }
}
