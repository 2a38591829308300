import { expect, test } from '@jest/globals';
import { AssertionError, OperatingError } from '@tripline/kernel';
import { calling, translate } from './errors.js';

const clientError = (fields: object): Error => Object.assign(new Error('from the client'), fields);

test.each([
  [{ type: 'UNKNOWN_TOPIC_OR_PARTITION' }, 'unknown-topic', 'never'],
  [{ type: 'MESSAGE_TOO_LARGE' }, 'too-large', 'never'],
  [{ type: 'GROUP_AUTHORIZATION_FAILED' }, 'log-refused', 'never'],
  [{ name: 'KafkaJSSASLAuthenticationError' }, 'log-refused', 'never'],
  [{ type: 'NOT_LEADER_FOR_PARTITION' }, 'log-unavailable', 'later'],
  [{ name: 'KafkaJSConnectionError' }, 'log-unavailable', 'later'],
])('%j is %s, retry %s, also inside the client’s wrapper, which is kept as the cause', (fields, code, retry) => {
  const inner = clientError(fields);
  const wrapper = clientError({ name: 'KafkaJSNumberOfRetriesExceeded', cause: inner });
  expect(translate(inner, 'x')).toMatchObject({ code, retry, cause: inner });
  expect(translate(wrapper, 'x')).toMatchObject({ code, retry, cause: wrapper });
});

test('what is ours already, or thrown as something else than an error, is told apart', async () => {
  const ours = new OperatingError('a', 'never', 'b');
  await expect(calling('x', () => Promise.reject(ours))).rejects.toBe(ours);
  expect(translate(new AssertionError('I1'), 'x')).toBeInstanceOf(AssertionError);
  expect(translate('text', 'appending')).toMatchObject({ code: 'log-unavailable', message: 'appending: text' });
});
