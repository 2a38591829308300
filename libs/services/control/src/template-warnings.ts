import type { Problem } from '@tripline/kernel';
import { allSteps, CHANNELS, type Channel, type MessageStep, type Step, type Template, type Trigger } from '@tripline/model';

/** Said of a template that is not there. */
const absent = (name: string): string => `there is no template "${name}": its messages will fail until there is`;

/** The templates a trigger's messages name, each once. */
export const templateNamesOf = (trigger: Trigger): readonly string[] => [
  ...new Set(messagesOf(trigger).map(({ step }) => templateOf(step))),
];

/** Warns of messages whose template is missing, is for another channel, or needs what the step does not give: they would fail at sending. */
export const templateWarnings = (
  trigger: Trigger,
  template: (name: string) => Template | undefined,
  missing: (name: string) => string = absent,
): readonly Problem[] =>
  messagesOf(trigger).flatMap(({ path, step }) => stepWarnings(step, path, template(templateOf(step)), missing));

type PlacedMessage = { readonly path: string; readonly step: MessageStep };

const messagesOf = (trigger: Trigger): readonly PlacedMessage[] =>
  [...allSteps(trigger.do, 'do')].flatMap(({ path, step }) => (isMessage(step) ? [{ path, step }] : []));
const isMessage = (step: Step): step is MessageStep => CHANNELS.some((channel) => channel in step);
const channelOf = (step: MessageStep): Channel =>
  'email' in step ? 'email' : 'sms' in step ? 'sms' : 'web' in step ? 'web' : 'webhook';
const templateOf = (step: MessageStep): string =>
  'email' in step ? step.email : 'sms' in step ? step.sms : 'web' in step ? step.web : step.webhook;

function stepWarnings(
  step: MessageStep,
  at: string,
  template: Template | undefined,
  missing: (name: string) => string,
): readonly Problem[] {
  const channel = channelOf(step);
  const path = `${at}.${channel}`;
  if (template === undefined) return [{ path, message: missing(templateOf(step)) }];
  if (template.channel !== channel) return [{ path, message: `the template "${template.name}" is for ${template.channel}` }];
  const needed = Object.keys(template.needs).filter((need) => step.with?.[need] === undefined);
  return needed.map((need) => ({
    path: `${at}.with`,
    message: `the template "${template.name}" needs "${need}", which this step does not give`,
  }));
}
