import { Controller, Get } from '@nestjs/common';
import { OPENAPI } from './openapi.js';

@Controller('api/openapi.json')
export class OpenApiController {
  @Get()
  document(): typeof OPENAPI {
    return OPENAPI;
  }
}
