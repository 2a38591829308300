import { Controller, Get, Inject, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LiveStreams } from './live-streams.js';
import { TokenGuard } from './token.guard.js';

@Controller('api/live')
@UseGuards(TokenGuard)
export class LiveController {
  constructor(@Inject(LiveStreams) private readonly streams: LiveStreams) {}

  /** Server-sent events, one for each thing that happens, from now on. */
  @Get()
  open(@Res() reply: FastifyReply): void {
    this.streams.open(reply);
  }
}
