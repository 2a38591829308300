import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';

/** `/health`, `/health/live` and `/metrics` of a process that has a `PortsModule`. */
@Module({ controllers: [HealthController] })
export class HealthModule {}
