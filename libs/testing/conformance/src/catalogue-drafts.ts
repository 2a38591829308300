import type { JsonObject } from '@tripline/kernel';
import type { DocumentKind } from '@tripline/ports';

export type Draft = { readonly kind: DocumentKind; readonly name: string; readonly document: JsonObject };
export const draft = (name: string, document: JsonObject, kind: DocumentKind = 'trigger'): Draft => ({ kind, name, document });
export const TEMPLATE = { kind: 'template', name: 'cart-reminder', channel: 'email', subject: 'Your cart', text: 'Hi' };
