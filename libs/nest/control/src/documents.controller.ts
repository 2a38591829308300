import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { parseUtf8 } from '@tripline/kernel';
import { HttpProblem, RawBytes } from '@tripline/nest-kit';
import type { Catalogue, DocumentKind, Published, SettingsMade } from '@tripline/ports';
import { Publisher, type DocumentProblem } from '@tripline/services-control';
import { CONTROL_OPTIONS, type ControlOptions } from './control-options.js';
import { TokenGuard } from './token.guard.js';

type PublishBody = {
  readonly published: readonly Published[];
  readonly settings?: SettingsMade;
  readonly warnings: readonly DocumentProblem[];
};

/** Triggers, segments and templates: what is published, and publishing. Each address takes documents of all kinds, one or several, YAML or JSON. */
@Controller('api')
@UseGuards(TokenGuard)
export class DocumentsController {
  readonly #catalogue: Catalogue;

  constructor(
    @Inject(CONTROL_OPTIONS) { catalogue }: ControlOptions,
    @Inject(Publisher) private readonly publisher: Publisher,
  ) {
    this.#catalogue = catalogue;
  }

  @Get('triggers')
  async triggers(): Promise<{ triggers: readonly Published[] }> {
    return { triggers: await this.#catalogue.list('trigger') };
  }

  @Get('segments')
  async segments(): Promise<{ segments: readonly Published[] }> {
    return { segments: await this.#catalogue.list('segment') };
  }

  @Get('templates')
  async templates(): Promise<{ templates: readonly Published[] }> {
    return { templates: await this.#catalogue.list('template') };
  }

  @Get('triggers/:name')
  trigger(@Param('name') name: string): Promise<Published> {
    return this.#show('trigger', name);
  }

  @Get('segments/:name')
  segment(@Param('name') name: string): Promise<Published> {
    return this.#show('segment', name);
  }

  @Get('templates/:name')
  template(@Param('name') name: string): Promise<Published> {
    return this.#show('template', name);
  }

  @Post(['triggers', 'segments', 'templates'])
  @HttpCode(201)
  @RawBytes()
  async publish(@Body() bytes: Uint8Array | undefined, @Headers('x-tripline-by') by: string | undefined): Promise<PublishBody> {
    const answer = await this.publisher.publish(textOf(bytes), by ?? 'api');
    if (answer.ok) {
      const { published, settings, warnings } = answer;
      return { published, ...(settings === undefined ? {} : { settings }), warnings };
    }
    throw new HttpProblem(400, 'invalid-document', 'nothing was published', answer.problems);
  }

  /** What publishing would say; nothing is published. */
  @Post('check')
  @HttpCode(200)
  @RawBytes()
  async check(@Body() bytes: Uint8Array | undefined): Promise<{ readonly warnings: readonly DocumentProblem[] }> {
    const read = await this.publisher.check(textOf(bytes));
    if (read.ok) return { warnings: read.warnings };
    throw new HttpProblem(400, 'invalid-document', 'this could not be published', read.problems);
  }

  @Delete('triggers/:name')
  @HttpCode(204)
  withdrawTrigger(@Param('name') name: string): Promise<void> {
    return this.#withdraw('trigger', name);
  }

  @Delete('segments/:name')
  @HttpCode(204)
  withdrawSegment(@Param('name') name: string): Promise<void> {
    return this.#withdraw('segment', name);
  }

  @Delete('templates/:name')
  @HttpCode(204)
  withdrawTemplate(@Param('name') name: string): Promise<void> {
    return this.#withdraw('template', name);
  }

  async #show(kind: DocumentKind, name: string): Promise<Published> {
    const found = await this.#catalogue.show(kind, name);
    if (found === undefined) throw new HttpProblem(404, `unknown-${kind}`, `there is no ${kind} of this name`);
    return found;
  }

  async #withdraw(kind: DocumentKind, name: string): Promise<void> {
    if (!(await this.publisher.withdraw(kind, name, 'api')))
      throw new HttpProblem(404, `unknown-${kind}`, `no ${kind} of this name is in force`);
  }
}

function textOf(bytes: Uint8Array | undefined): string {
  const text = parseUtf8(bytes ?? new Uint8Array());
  if (text === undefined) throw new HttpProblem(400, 'not-utf8', 'the body is not UTF-8');
  return text;
}
