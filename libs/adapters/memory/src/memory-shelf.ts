import { parseTemplate, type Template } from '@tripline/model';
import type { TemplateShelf, Watch } from '@tripline/ports';
import type { Connection } from './connection.js';
import { headKey } from './memory-catalogue.js';
import { load } from './stored.js';

/** The newest published templates, as they are in memory. */
export class MemoryShelf implements TemplateShelf {
  constructor(
    private readonly connection: Connection,
    private readonly watch: Watch | undefined,
  ) {}

  async template(name: string): Promise<Template | undefined> {
    const head = await this.connection.transaction(({ heads }) => heads.get(headKey('template', name)));
    const newest = head === undefined || head.withdrawn ? undefined : head.versions.at(-1);
    const parsed = newest === undefined ? undefined : parseTemplate(load(newest.document));
    if (parsed?.ok === false) this.watch?.logger.error('memory.template_unreadable', { template: name });
    return parsed?.ok === true ? parsed.value : undefined;
  }
}
