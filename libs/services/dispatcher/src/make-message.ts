import { describeProblems, type JsonObject } from '@tripline/kernel';
import { userIdOf, type Dispatch, type Template } from '@tripline/model';
import type { Message } from '@tripline/ports';
import { renderMessage, type Rendered } from '@tripline/render';

/** Answers the address at which a person leaves a topic by one click, signed; undefined where there is none. */
export type UnsubscribeUrl = (dispatch: Dispatch) => string | undefined;

/** A message ready to be sent, or why there is none: a code, with a detail after `: `. */
export type Made = { readonly ok: true; readonly message: Message } | { readonly ok: false; readonly reason: string };

/** The message of a dispatch, whole or refused. `traits` are those of the moment of sending. */
export function makeMessage(
  dispatch: Dispatch,
  template: Template | undefined,
  traits: JsonObject,
  unsubscribeUrl?: UnsubscribeUrl,
): Made {
  if (template === undefined) return { ok: false, reason: `no-template: ${dispatch.template}` };
  const reason = refusalOf(dispatch, template);
  if (reason !== undefined) return { ok: false, reason };
  const rendered = renderMessage(template, { user: traits, data: dispatch.data });
  if (!rendered.ok) return { ok: false, reason: `render: ${describeProblems(rendered.problems)}` };
  return { ok: true, message: addressed(dispatch, rendered.value, unsubscribeUrl) };
}

function addressed(dispatch: Dispatch, rendered: Rendered, unsubscribeUrl: UnsubscribeUrl | undefined): Message {
  const { action, person, trigger, step, expires, to, bound } = dispatch;
  return {
    ...rendered,
    ...{ id: action, person, trigger, step, expires },
    text: rendered.text ?? defaultBody(dispatch),
    ...(to === undefined ? {} : { to }),
    ...(bound === undefined ? {} : { bound }),
    ...unsubscribeHeaders(dispatch, unsubscribeUrl),
  };
}

function refusalOf(dispatch: Dispatch, template: Template): string | undefined {
  if (template.channel !== dispatch.channel) return `other-channel: ${template.name} is for ${template.channel}`;
  const needsAddress = dispatch.channel === 'email' || dispatch.channel === 'sms';
  return needsAddress && dispatch.to === undefined ? 'no-address' : undefined;
}

/** The body of a webhook whose template has none. It says the same at each attempt: receivers drop repeats by the id. */
function defaultBody(dispatch: Dispatch): string {
  const { trigger, step, person, data } = dispatch;
  const userId = userIdOf(person);
  return JSON.stringify({ type: `${trigger}.${step}`, person, ...(userId === undefined ? {} : { userId }), data });
}

/** One-click unsubscribe (RFC 8058), on marketing e-mail only. */
function unsubscribeHeaders(dispatch: Dispatch, unsubscribeUrl: UnsubscribeUrl | undefined): Pick<Message, 'headers'> {
  if (dispatch.channel !== 'email' || dispatch.purpose !== 'marketing') return {};
  const url = unsubscribeUrl?.(dispatch);
  if (url === undefined) return {};
  return { headers: { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } };
}
