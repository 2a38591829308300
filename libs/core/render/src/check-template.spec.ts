import { describe, expect, test } from '@jest/globals';
import { parseTemplate } from '@tripline/model';
import { checkTemplate } from './check-template.js';

const check = (fields: Record<string, unknown>) => {
  const parsed = parseTemplate({ kind: 'template', name: 't', channel: 'email', subject: 's', text: 't', ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return checkTemplate(parsed.value);
};
const refusal = (path: string, message: string) => ({
  ok: false,
  problems: [{ path, message: expect.stringContaining(message) }],
});

describe('checkTemplate', () => {
  test('accepts what uses the traits, its needs, and names of its own', () => {
    const text =
      '{% assign n = items | size %}{% for item in items %}{{ forloop.index }} {{ item.sku }} {{ user.name }}{% endfor %}{{ n }}' +
      '{% capture x %}{{ n }}{% endcapture %}{{ x }}';
    expect(check({ needs: { items: 'list' }, text })).toEqual({ ok: true, value: { warnings: [] } });
  });

  test('a variable not declared is refused with its field and the cure', () => {
    expect(check({ html: '<p>{{ total | round }}</p>' })).toEqual(refusal('html', '"total", which is not declared in needs'));
  });

  test('one within a branch or a filter argument is seen too', () => {
    expect(check({ text: '{% if a %}x{% endif %}' })).toEqual(refusal('text', '"a"'));
    expect(check({ text: '{{ user.x | append: b }}' })).toEqual(refusal('text', '"b"'));
  });

  test.each([
    ['an open tag', '{% if user.x %}', 'not closed'],
    ['an unknown filter', '{{ user.x | frobnicate }}', 'frobnicate'],
    ['an unknown tag', '{% frob %}', 'frob'],
    ['include', '{% include "a" %}', 'include'],
    ['render', '{% render "/etc/passwd" %}', 'render'],
    ['layout', '{% layout "a" %}', 'layout'],
    ['chance', '{{ user.list | sample }}', 'sample'],
  ])('%s is refused with its place', (_, text, message) => {
    const result = check({ text });
    expect(result).toEqual(refusal('text', message));
    expect(!result.ok && result.problems[0]?.message).toMatch(/line:1, col:\d+/);
  });

  test('every part is looked at', () => {
    const result = check({ subject: '{{ a }}', text: '{{ b', html: '{{ c }}' });
    expect(!result.ok && result.problems.map((p) => p.path)).toEqual(['subject', 'text', 'html']);
  });

  test('a need that nothing uses is a warning; one named user is refused', () => {
    expect(check({ needs: { items: 'list' } })).toEqual({
      ok: true,
      value: { warnings: [{ path: 'needs.items', message: expect.stringContaining('never used') }] },
    });
    expect(check({ needs: { user: 'any' } })).toEqual(refusal('needs.user', 'traits'));
  });
});
