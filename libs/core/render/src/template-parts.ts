import type { Template } from '@tripline/model';
import type { Escaping } from './liquid-engines.js';

/** One field of a template that is written in Liquid. `lengthMax` bounds what it may come to, in UTF-16 units. */
export type Part = { readonly field: string; readonly source: string; readonly escaping: Escaping; readonly lengthMax: number };

export const SUBJECT_LENGTH_MAX = 998;
export const EMAIL_BODY_LENGTH_MAX = 1_000_000;
/** What the providers take as one (concatenated) message. */
export const SMS_LENGTH_MAX = 1_600;
export const WEB_TEXT_LENGTH_MAX = 16_384;
export const TITLE_LENGTH_MAX = 500;
export const URL_LENGTH_MAX = 2_048;
export const WEBHOOK_BODY_LENGTH_MAX = 262_144;

/** The Liquid parts of a template, in the order in which problems are told. */
export function partsOf(template: Template): readonly Part[] {
  const part = (field: string, source: string | undefined, lengthMax: number, escaping: Escaping = 'none'): Part[] =>
    source === undefined ? [] : [{ field, source, escaping, lengthMax }];
  switch (template.channel) {
    case 'email':
      return [
        ...part('subject', template.subject, SUBJECT_LENGTH_MAX),
        ...part('text', template.text, EMAIL_BODY_LENGTH_MAX),
        ...part('html', template.html, EMAIL_BODY_LENGTH_MAX, 'html'),
      ];
    case 'sms':
      return part('text', template.text, SMS_LENGTH_MAX);
    case 'web':
      return [
        ...part('title', template.title, TITLE_LENGTH_MAX),
        ...part('text', template.text, WEB_TEXT_LENGTH_MAX),
        ...part('url', template.url, URL_LENGTH_MAX),
      ];
    case 'webhook':
      return [...part('url', template.url, URL_LENGTH_MAX), ...part('body', template.body, WEBHOOK_BODY_LENGTH_MAX, 'json')];
  }
}
