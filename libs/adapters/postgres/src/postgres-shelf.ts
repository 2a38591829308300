import { performance } from 'node:perf_hooks';
import { isJsonObject } from '@tripline/kernel';
import { parseTemplate, type Template } from '@tripline/model';
import type { TemplateShelf, Watch } from '@tripline/ports';
import type { Sql } from './sql.js';

/** How old a template may be that a message is rendered with. */
export const SHELF_AGE_MAX_MS = 1_000;
/** Templates kept in memory; the one read longest ago goes first. */
const TEMPLATES_MAX = 1_000;

const READ = `
  select d.document from heads h join documents d on d.kind = h.kind and d.name = h.name and d.version = h.newest
  where h.kind = 'template' and h.name = $1 and not h.withdrawn`;

/** The newest published templates, read from PostgreSQL at most once a second each; while it does not answer, what is known stays in use. */
export class PostgresShelf implements TemplateShelf {
  readonly #known = new Map<string, { readonly template: Template | undefined; readonly readAt: number }>();

  constructor(
    private readonly sql: Sql,
    private readonly watch: Watch | undefined,
  ) {}

  async template(name: string): Promise<Template | undefined> {
    const known = this.#known.get(name);
    if (known !== undefined && performance.now() - known.readAt < SHELF_AGE_MAX_MS) return known.template;
    try {
      return await this.#read(name);
    } catch (error) {
      if (known === undefined) throw error;
      this.watch?.meter.count('tripline_postgres_shelf_stale_total');
      return known.template;
    }
  }

  async #read(name: string): Promise<Template | undefined> {
    const [row] = await this.sql.rows<{ document: unknown }>(READ, [name]);
    const parsed = isJsonObject(row?.document) ? parseTemplate(row.document) : undefined;
    const template = parsed?.ok === true ? parsed.value : undefined;
    if (parsed?.ok === false) this.watch?.logger.error('postgres.template_unreadable', { template: name });
    this.#known.delete(name);
    this.#known.set(name, { template, readAt: performance.now() });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= TEMPLATES_MAX) break;
      this.#known.delete(oldest);
    }
    return template;
  }
}
