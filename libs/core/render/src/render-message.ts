import { accept, parseJson, refuse, type JsonObject, type Parsed, type Problem } from '@tripline/kernel';
import type { Channel, Template } from '@tripline/model';
import { renderPart } from './compile-part.js';
import { declaredOf, needProblems, withPlaceholders } from './needs.js';
import { partsOf, type Part } from './template-parts.js';

/** What a template came to for one person. `text` is the body on every channel; on `webhook` it is JSON, absent where the template has no body. */
export type Rendered = {
  readonly channel: Channel;
  readonly text?: string;
  readonly subject?: string;
  readonly html?: string;
  readonly from?: string;
  readonly title?: string;
  readonly url?: string;
  /** Name of the signing secret, for webhooks. */
  readonly secret?: string;
};

/** What a template sees: `user` is the traits, `data` what the step's `with` came to. */
export type Facts = { readonly user: JsonObject; readonly data: JsonObject };

/**
 * Renders the whole message or nothing: a need that is missing or of another type, a variable that is not there, a limit passed, a part
 * that came out empty or unfit each refuse it, with the field. HTML and JSON parts are escaped; the others are plain text.
 */
export function renderMessage(template: Template, facts: Facts): Parsed<Rendered> {
  const problems: Problem[] = [...needProblems(template, facts.data)];
  if (problems.length > 0) return refuse(...problems);
  const scope = { ...declaredOf(template, facts.data), user: facts.user };
  const texts: Record<string, string> = {};
  for (const part of partsOf(template)) {
    const rendered = renderPart(part, scope);
    const text = rendered.ok ? tidy(part, rendered.value) : '';
    problems.push(...(rendered.ok ? fitProblems(template, part, text) : rendered.problems));
    texts[part.field === 'body' ? 'text' : part.field] = text;
  }
  return problems.length > 0 ? refuse(...problems) : accept({ channel: template.channel, ...literals(template), ...texts });
}

/** Renders with a sample; a need that the sample lacks is shown as a placeholder. */
export const previewTemplate = (template: Template, sample: Partial<Facts>): Parsed<Rendered> =>
  renderMessage(template, { user: sample.user ?? {}, data: withPlaceholders(template, sample.data ?? {}) });

function literals(template: Template): Pick<Rendered, 'from' | 'secret'> {
  if (template.channel === 'webhook') return { secret: template.secret };
  return template.channel === 'email' && template.from !== undefined ? { from: template.from } : {};
}

/** Headings are one line: a line break in a trait must not become a further header field. */
const tidy = (part: Part, text: string): string =>
  part.field === 'subject' || part.field === 'title' || part.field === 'url' ? text.replace(/\s+/g, ' ').trim() : text;

function fitProblems(template: Template, part: Part, text: string): readonly Problem[] {
  const path = part.field;
  if (text.trim() === '') return [{ path, message: 'came out empty' }];
  if (text.length > part.lengthMax) return [{ path, message: `came out longer than ${part.lengthMax} characters` }];
  if (path === 'body' && parseJson(text) === undefined) return [{ path, message: 'did not come out as JSON' }];
  if (path === 'url' && !isLink(text, template.channel === 'web'))
    return [{ path, message: 'did not come out as an http(s) address' }];
  return [];
}

const ABSOLUTE = /^https?:\/\/[^\s/?#]/i;
const ON_THE_SITE = /^\/(?![/\\])/;

/** A web message may also link within its own site; neither may carry another scheme. */
const isLink = (url: string, mayBeRelative: boolean): boolean =>
  !/\s/.test(url) && (ABSOLUTE.test(url) || (mayBeRelative && ON_THE_SITE.test(url)));
