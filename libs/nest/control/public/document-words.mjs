/** What the fields that name an event are called. */
const SUBJECTS = { event: '', page: 'page ', screen: 'screen ', click: 'click on ', leave: 'leaving ' };
const LOOKS = [
  ['not', (e) => `no ${e.not}${e.for === undefined ? ' in between' : ` for ${e.for}`}`],
  ['seen', (e) => `${e.seen} seen within ${e.within}`],
  ['notSeen', (e) => `no ${e.notSeen} within ${e.within}`],
  [
    'inactive',
    (e) => `no ${e.inactive === 'any' ? 'event' : e.inactive} for ${e.for}${e.again ? `, again every ${e.again.every}` : ''}`,
  ],
  ['stay', (e) => `on ${e.stay} for ${e.for}`],
  ['changed', (e) => `${e.changed} changes${words(' from ', e.from)}${words(' to ', e.to)}`],
  ['date', (e) => `${e.before ? `${e.before} before ` : e.after ? `${e.after} after ` : ''}${e.date}${words(' at ', e.at)}`],
  ['enters', (e) => `enters ${e.enters}`],
  ['leaves', (e) => `leaves ${e.leaves}`],
  ['every', (e) => `every ${e.every}${words(' in ', e.in)}`],
  ['sequence', (e) => `(${listInWords(e.sequence, ', then ')})`],
  ['all', (e) => `all of (${listInWords(e.all, ' · ')})`],
  ['any', (e) => `any of (${listInWords(e.any, ' · ')})`],
];

const words = (before, value) => (value === undefined ? '' : `${before}${value}`);
const listInWords = (elements, between) => (Array.isArray(elements) ? elements : []).map(elementInWords).join(between);

function elementInWords(e) {
  const look = LOOKS.find(([field]) => e[field] !== undefined);
  const where = words(' where ', e.where);
  if (look !== undefined) return `${look[1](e)}${where}`;
  const field = Object.keys(SUBJECTS).find((each) => e[each] !== undefined);
  const times = e.times === undefined ? '' : ` ${e.times} times`;
  return `${SUBJECTS[field] ?? ''}${e[field] ?? 'something'}${where}${times}${words(' within ', e.within)}`;
}

/** A trigger's condition in one line: `cart.item_added where value >= 20, then no order.completed for 1h`. */
export const conditionInWords = ({ when: condition }) =>
  Array.isArray(condition) ? listInWords(condition, ', then ') : elementInWords(condition ?? {});

const CHANNELS = { email: 'mail', sms: 'text', web: 'web', webhook: 'call' };
const waitInWords = ({ until, for: length, since, at, atMost }) =>
  until === undefined ? `${length ?? ''}${words(' since ', since)}${words(' until ', at)}`.trim() : `${until.event} or ${atMost}`;

/** What a trigger does, step by step, what is in a branch or an arm after what leads to it: `mail cart-reminder`, `wait 2d`, `if mail.clicked` … */
export const stepsInWords = ({ do: steps }) => (Array.isArray(steps) ? steps.flatMap(stepInWords) : []);

function stepInWords(step) {
  if (step.wait !== undefined) return [{ kind: 'wait', text: waitInWords(step.wait) }];
  if (step.if !== undefined) return [{ kind: 'turn', says: 'if', text: step.if }, ...stepsInWords(step), ...otherwise(step.else)];
  if (step.split !== undefined) return step.split.flatMap((arm) => [armInWords(arm), ...stepsInWords(arm)]);
  const channel = Object.keys(CHANNELS).find((c) => step[c] !== undefined);
  return [{ kind: channel ?? 'step', text: String(step[channel] ?? step.id), says: CHANNELS[channel] }];
}

const otherwise = (steps) =>
  steps === undefined ? [] : [{ kind: 'turn', says: 'else', text: '' }, ...stepsInWords({ do: steps })];
const armInWords = ({ arm, share, holdout }) => ({
  ...{ kind: 'turn', says: `arm ${arm}` },
  text: holdout ? `${share}, nothing is sent` : String(share),
});
